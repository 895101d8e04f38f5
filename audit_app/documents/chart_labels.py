"""Where a bar's labels go so that no two collide, even on the narrowest screen.

A chart here is as wide as the page gives it while its letters keep their size, so places are
found for the narrowest width; on a wider one labels only move apart. All lengths are CSS pixels
at that width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

#: What a chart is left with on a screen of 320 pixels, after the page's margins.
NARROWEST = 280
FONT_SIZE = 16
#: The average letter of the widest usual sans-serif; the house's own font is a tenth narrower.
_LETTER = 0.53 * FONT_SIZE
_PADDING = 6
_APART = 8
_THREAD_INSET = 6


@dataclass(frozen=True)
class Segment:
    """A piece of a bar: where it starts and how wide it is (percent), its word and its figure."""

    start: float
    width: float
    word: str
    figure: str

    @property
    def centre(self) -> float:
        return self.start + self.width / 2

    @property
    def end(self) -> float:
        return self.start + self.width

    def lines_inside(self) -> list[str] | None:
        """The label in as few lines as fit within the segment; None where none do."""
        room = _pixels(self.width) - _PADDING
        whole, broken = f"{self.word} {self.figure}", self.word.split(" ")
        for lines in ([whole], [self.word, self.figure], [*broken, self.figure]):
            if max(map(width_of, lines)) <= room:
                return lines
        return None


@dataclass(frozen=True)
class Outside:
    """A label below its bar, tied to its segment by a thread.

    Both start from ``point``, a percentage of the bar: the thread comes down ``thread_shift``
    pixels from it; the text begins there, or ends there where ``at_end``, moved by ``shift``
    pixels. ``line`` counts from 0, the line next to the bar.
    """

    point: float
    text: str
    at_end: bool
    thread_shift: float
    shift: float
    line: int

    @property
    def span(self) -> tuple[float, float]:
        """Where the text begins and ends, in pixels."""
        start = _pixels(self.point) + self.shift - (width_of(self.text) if self.at_end else 0)
        return start, start + width_of(self.text)

    @property
    def thread(self) -> float:
        """Where the thread comes down, in pixels."""
        return _pixels(self.point) + self.thread_shift

    def clear_of(self, other: Outside) -> bool:
        """Whether neither the other's text nor the thread it hangs from runs into this text."""
        first, last = self.span
        if self.line == other.line:
            return other.span[1] + _APART <= first or last + _APART <= other.span[0]
        return self.line > other.line or not first < other.thread < last


def width_of(text: str) -> float:
    """How wide a text may be, estimated on the safe side because the reader's font is unknown."""
    return len(text) * _LETTER


def place_outside(segments: Sequence[Segment]) -> list[Outside]:
    """Labels for segments too narrow to hold them, on as few lines as keep them clear.

    A label starts at its segment, or ends there in the bar's right half; others are turned round
    only where that is what keeps them clear. Where nothing does, each gets a line of its own.
    """
    count = len(segments)
    natural = tuple(segment.centre > 50 for segment in segments)
    by_height = sorted(product(range(count), repeat=count), key=_height)
    turned = sorted(product((False, True), repeat=count), key=lambda ends: _turned(ends, natural))
    for ends, lines in product(turned, by_height):
        labels = list(map(_hung, segments, ends, lines))
        if all(one.clear_of(other) for one, other in permutations(labels, 2)):
            return labels
    return list(map(_hung, segments, natural, range(count)))


def _height(lines: tuple[int, ...]) -> tuple[int, int]:
    return max(lines, default=0), sum(lines)


def _turned(ends: tuple[bool, ...], natural: tuple[bool, ...]) -> int:
    return sum(end != usual for end, usual in zip(ends, natural, strict=True))


def _hung(segment: Segment, at_end: bool, line: int) -> Outside:
    """A label at its segment's start or end, moved where it would otherwise run off the chart."""
    text = f"{segment.word} {segment.figure}"
    inset = min(_THREAD_INSET, _pixels(segment.width) / 2)
    if at_end:
        lacking = max(width_of(text) - _pixels(segment.end), 0)
        return Outside(segment.end, text, True, -inset, lacking, line)
    lacking = max(width_of(text) - _pixels(100 - segment.start), 0)
    return Outside(segment.start, text, False, inset, -lacking, line)


def _pixels(percent: float) -> float:
    return percent / 100 * NARROWEST
