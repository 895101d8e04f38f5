"""Reading a drawing back: what stands in it, where, and which figures its heights are."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


class Drawn:
    """A chart with a scale of percent, read as a reader's eye would."""

    def __init__(self, markup: str) -> None:
        self.svg = ET.fromstring(markup)  # noqa: S314  drawn by us

    @property
    def title(self) -> str:
        return self.svg.findtext(f"{SVG}title") or ""

    @property
    def description(self) -> str:
        return self.svg.findtext(f"{SVG}desc") or ""

    @property
    def words(self) -> list[str]:
        return [text.text or "" for text in self.svg.iter(f"{SVG}text")]

    @property
    def dots(self) -> list[tuple[float, float]]:
        """Each round mark along the drawing, as its place and the percentage its height is."""
        marks = self.svg.iter(f"{SVG}circle")
        return sorted((_percent(each, "cx"), self.figure(_number(each, "cy"))) for each in marks)

    @property
    def triangles(self) -> list[tuple[float, float]]:
        """Each pointed mark on the scale, the same way: those of the key stand at the edge."""
        marks = [each for each in self.svg.iter(f"{SVG}svg") if each is not self.svg]
        placed = ((_percent(each, "x"), _number(each, "y")) for each in marks)
        return sorted((x, self.figure(y)) for x, y in placed if x)

    def lines(self, dash: str | None = None) -> list[tuple[float, ...]]:
        """Lines as places and percentages of both ends; those with one dash where it is given."""
        return [
            (
                _percent(each, "x1"),
                self.figure(_number(each, "y1")),
                _percent(each, "x2"),
                self.figure(_number(each, "y2")),
            )
            for each in self.svg.iter(f"{SVG}line")
            if dash is None or each.get("stroke-dasharray", "") == dash
        ]

    def figure(self, height: float) -> float:
        """What a height is worth, by the words of the scale."""
        (low, at_low), (high, at_high) = min(self._ticks()), max(self._ticks())
        return low + (at_low - height) / (at_low - at_high) * (high - low)

    def _ticks(self) -> Iterable[tuple[int, float]]:
        for text in self.svg.iter(f"{SVG}text"):
            if text.get("x") == "0%" and (text.text or "").endswith("%"):
                yield int((text.text or "")[:-1]), _number(text, "y") - 16 / 3


def _number(element: ET.Element, name: str) -> float:
    return float(element.attrib[name])


def _percent(element: ET.Element, name: str) -> float:
    return float(element.attrib[name].removesuffix("%"))
