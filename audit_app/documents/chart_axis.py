"""The two scales of a chart over time: percent upwards, periods along.

The plot keeps a gutter on its left for the scale's own words; places along it are percent of the
chart's width, places down it pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from xml.etree import ElementTree as ET

from audit_app.documents.chart_labels import FONT_SIZE, NARROWEST, width_of
from audit_app.documents.chart_parts import LINE, RULE, THREAD, line, text, upright
from audit_app.rules.periods import Period, PeriodKind

_STEPS = (10, 20, 25)
_LINES = 5
_TICK = 5
_APART = 6

#: Names and their places along the chart.
Named = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Scale:
    """Percent from ``low`` to ``high`` drawn from ``bottom`` up to ``top``, both in pixels."""

    low: int
    high: int
    top: float
    bottom: float

    def height(self, figure: Fraction | float) -> float:
        """Where a percentage is drawn; beyond the scale it stops at its end."""
        part = (float(figure) - self.low) / (self.high - self.low)
        return self.bottom - min(max(part, 0), 1) * (self.bottom - self.top)

    @property
    def ticks(self) -> range:
        step = next((s for s in _STEPS if (self.high - self.low) / s <= _LINES), _STEPS[-1])
        return range(ceil(self.low / step) * step, self.high + 1, step)


def scale_for(figures: Iterable[Fraction | float], top: float, bottom: float) -> Scale:
    """Tens around all the figures, at least 30 points from end to end, within 0 to 100."""
    within = [min(max(float(figure), 0), 100) for figure in figures] or [0]
    low, high = floor(min(within) / 10) * 10, ceil(max(within) / 10) * 10
    while high - low < 30:
        low, high = max(low - 10, 0), min(high + 10, 100)
    return Scale(low, high, top, bottom)


def draw_scale(inside: ET.Element, scale: Scale, start: float, end: float) -> None:
    """A light line and its words for each tick, across the plot from ``start`` to ``end``."""
    for tick in scale.ticks:
        height = scale.height(tick)
        line(inside, (start, height), (end, height), RULE, 1)
        text(inside, 0, height + FONT_SIZE / 3, f"{tick}%", ink=THREAD)


def draw_periods(
    inside: ET.Element, periods: Sequence[Period], places: Sequence[float], top: float
) -> None:
    """Under the plot, every period's short name where they fit a phone; else years, else ends."""
    named = [(short(period), place) for period, place in zip(periods, places, strict=True)]
    years = [
        (str(period.first.year), place)
        for period, place in zip(periods, places, strict=True)
        if period.kind is PeriodKind.MONTH and period.first.month == 1
    ]
    shown = next((each for each in (named, *_thinned(years)) if _fit(each)), [])
    for name, place in shown or dict.fromkeys((named[0], named[-1])):
        upright(inside, place, (top, top + _TICK), THREAD, 1)
        text(inside, place, top + LINE + _TICK, name, anchor=_anchor(name, place))


def _thinned(named: Named) -> Iterator[Named]:
    """Every name, every second, every third, and so on while there are two."""
    for step in range(1, max(len(named), 1)):
        yield named[::step]


def _fit(named: Named) -> bool:
    """Whether there are at least two names, and none runs into the next on a phone."""
    return len(named) > 1 and all(
        (width_of(one) + width_of(other)) / 2 + _APART <= _pixels(place - before)
        for (one, before), (other, place) in pairwise(named)
    )


def _anchor(name: str, place: float) -> str:
    """In the middle under its place, unless that runs off the drawing."""
    half = width_of(name) / 2
    if _pixels(place) < half:
        return "start"
    return "end" if NARROWEST - _pixels(place) < half else "middle"


def short(period: Period) -> str:
    """A period in as few letters as tell it from its neighbours: ``2021``, ``Mar 2021``."""
    whole = period.label.partition(" (")[0]
    if period.kind is PeriodKind.MONTH:
        *_, month, year = whole.split(" ")
        return f"{month[:3]} {year}"
    return whole


def places_for(count: int, start: float, end: float) -> list[float]:
    """The middle of each of so many equal parts of the plot."""
    each = (end - start) / max(count, 1)
    return [start + each * (number + 0.5) for number in range(count)]


def _pixels(percent: float) -> float:
    return percent / 100 * NARROWEST
