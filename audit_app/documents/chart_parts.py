"""The pieces every chart is drawn from: its frame, its words, and its lines and shapes.

Places along a chart are percentages of its width, places down it are pixels, and letters keep
their size: one drawing fits a phone, a wide screen and A4. A piece carries no style and no
script, which the content security policy would refuse, and no transparency, which PDF/UA does not
allow. Why: docs/decisions/0004-charts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from markupsafe import Markup

from audit_app.documents.chart_labels import FONT_SIZE

#: Ink for words; the lines that tie a word to its shape; the ground of what has no figures; the
#: lines of a scale.
INK, THREAD, EMPTY, RULE = "#0B0C0C", "#505A5F", "#F3F2F1", "#B1B4B6"
#: The Analysis Function's categorical palette in its order.
NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
#: From one line of words to the next.
LINE = 20
_FONTS = "'Source Sans 3',Arial,sans-serif"


class Drawing:
    """A chart while it is drawn; ``chart_id`` must be unique on its page.

    ``title`` is the message a person who cannot see the chart is told, ``description`` its
    figures in words.
    """

    def __init__(self, chart_id: str, title: str, description: str) -> None:
        self._svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
        self._svg.set("aria-labelledby", f"{chart_id}-title {chart_id}-desc")
        ET.SubElement(self._svg, "title", {"id": f"{chart_id}-title"}).text = title
        ET.SubElement(self._svg, "desc", {"id": f"{chart_id}-desc"}).text = description
        letters = {"font-family": _FONTS, "font-size": str(FONT_SIZE), "fill": INK}
        self.inside = ET.SubElement(self._svg, "g", letters)

    def finished(self, height: float, across: float = 0) -> Markup:
        """The drawing as markup, as wide as its page and ``height`` pixels high.

        One that is meant to be ``across`` pixels wide grows and shrinks as a whole, with its
        letters.
        """
        self._svg.set("width", "100%")
        if across:
            self._svg.set("viewBox", f"0 0 {across:g} {height:g}")
        else:
            self._svg.set("height", f"{height:g}")
        return Markup(ET.tostring(self._svg, encoding="unicode"))  # noqa: S704  text is escaped


def text(
    inside: ET.Element,
    at: float,
    baseline: float,
    words: str,
    *,
    anchor: str = "start",
    ink: str = INK,
    weight: str = "normal",
    shift: float = 0,
) -> None:
    """Words at ``at`` percent, moved by ``shift`` pixels; ``anchor`` says what of them is there."""
    place = {"x": percent(at), "y": f"{baseline:g}", "text-anchor": anchor, "fill": ink}
    if weight != "normal":
        place["font-weight"] = weight
    if shift:
        place["dx"] = f"{shift:g}"
    ET.SubElement(inside, "text", place).text = words


def rectangle(
    inside: ET.Element, start: float, width: float, top: float, height: float, fill: str
) -> None:
    """``start`` and ``width`` are percent, ``top`` and ``height`` pixels."""
    place = {"x": percent(start), "y": f"{top:g}", "width": percent(width)}
    ET.SubElement(inside, "rect", {**place, "height": f"{height:g}", "fill": fill})


def line(
    inside: ET.Element,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    width: float,
    dash: str = "",
) -> ET.Element:
    """A straight line between two points of (percent, pixels); ``dash`` as SVG writes it."""
    places = {"x1": percent(start[0]), "y1": f"{start[1]:g}"}
    places |= {"x2": percent(end[0]), "y2": f"{end[1]:g}"}
    drawn = ET.SubElement(
        inside, "line", {**places, "stroke": colour, "stroke-width": f"{width:g}"}
    )
    if dash:
        drawn.set("stroke-dasharray", dash)
    return drawn


def upright(
    inside: ET.Element, at: float, ends: tuple[float, float], colour: str, width: float
) -> ET.Element:
    """A line straight down at ``at`` percent, between two heights in pixels."""
    return line(inside, (at, ends[0]), (at, ends[1]), colour, width)


def dot(
    inside: ET.Element, at: float, height: float, radius: float, fill: str, edge: str = ""
) -> ET.Element:
    """A round mark; with an ``edge`` it is drawn round in that colour, so it can be hollow."""
    place = {"cx": percent(at), "cy": f"{height:g}", "r": f"{radius:g}", "fill": fill}
    if edge:
        place |= {"stroke": edge, "stroke-width": "2"}
    return ET.SubElement(inside, "circle", place)


def shape(
    inside: ET.Element,
    at: float,
    height: float,
    corners: Sequence[tuple[float, float]],
    fill: str,
    edge: str = "",
) -> ET.Element:
    """A mark with corners, in pixels from its middle: SVG's polygons know no percent.

    Nested in an ``svg`` of its own, which can stand at a percentage.
    """
    holder = ET.SubElement(inside, "svg", {"x": percent(at), "y": f"{height:g}"})
    holder.set("overflow", "visible")
    points = " ".join(f"{across:g},{down:g}" for across, down in corners)
    drawn = ET.SubElement(holder, "polygon", {"points": points, "fill": fill})
    if edge:
        drawn.set("stroke", edge)
        drawn.set("stroke-width", "2")
    return drawn


def percent(figure: float) -> str:
    """A place along the chart as SVG writes it."""
    return f"{figure:.3f}".rstrip("0").rstrip(".") + "%"
