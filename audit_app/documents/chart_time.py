"""A control chart or a run chart: good or better over time, its line and what chance allows.

Signals have a shape of their own, upwards or downwards, so that they are told apart in grey.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree as ET

from markupsafe import Markup

from audit_app.documents.chart_axis import Scale, draw_periods, draw_scale, places_for, scale_for
from audit_app.documents.chart_labels import FONT_SIZE
from audit_app.documents.chart_parts import (
    INK,
    LINE,
    NAVY,
    ORANGE,
    THREAD,
    Drawing,
    dot,
    line,
    shape,
    text,
)
from audit_app.rules.columns import Column
from audit_app.rules.over_time import Series, Stretch
from audit_app.rules.over_time_words import printed

#: The plot in percent of the width: the scale's words stand left of it, the lines' own right.
_START, _END = 13.0, 82.0
_TOP, _BOTTOM = 30, 290
_UP = ((0, -7), (7, 6), (-7, 6))
_DOWN = ((0, 7), (7, -6), (-7, -6))

#: A point of the series: its column, its stretch, and where along it stands.
Placed = tuple[Column, Stretch, float]


@lru_cache(maxsize=64)
def time_chart(series: Series, chart_id: str, title: str) -> Markup:
    """Draw a series; ``title`` is its message. ``chart_id`` must be unique on its page."""
    chart = Drawing(chart_id, title, _description(series))
    inside, columns = chart.inside, series.columns
    places = places_for(len(columns), _START, _END)
    scale = scale_for(_figures(series), _TOP, _BOTTOM)
    draw_scale(inside, scale, _START, _END)
    placed = list(_placed(series, places))
    _draw_stretches(inside, placed, series, scale)
    _draw_figures(inside, placed, scale)
    _label_lines(inside, series.latest, scale)
    draw_periods(inside, [each.period for each in columns], places, _BOTTOM)
    bottom = _draw_key(inside, series, _BOTTOM + 2 * LINE)
    return chart.finished(bottom)


def _placed(series: Series, places: Sequence[float]) -> Iterator[Placed]:
    along = iter(places)
    for stretch in series.stretches:
        for column in stretch.columns:
            yield column, stretch, next(along)


def _figures(series: Series) -> list[Fraction]:
    """Everything that the scale must hold: points, lines and limits."""
    found = [_figure(column) for column in series.points]
    for stretch in series.stretches:
        if stretch.centre is not None:
            found.append(stretch.centre)
        if stretch.limits:
            found += [stretch.limits.lower, stretch.limits.upper]
    return found


def _figure(column: Column) -> Fraction:
    exact = column.good_or_better.exact
    return exact if exact is not None else Fraction(0)


def _draw_stretches(
    inside: ET.Element, placed: Sequence[Placed], series: Series, scale: Scale
) -> None:
    """Each stretch's line and limits, and a break where the next one begins."""
    half = (_END - _START) / max(len(placed), 1) / 2
    for stretch in series.stretches:
        along = [place for _, each, place in placed if each is stretch]
        ends = along[0] - half, along[-1] + half
        for figure, pen in _lines(stretch):
            height = scale.height(figure)
            line(inside, (ends[0], height), (ends[1], height), *pen)
        if stretch.since is not None:
            line(inside, (ends[0], _TOP - 22), (ends[0], _BOTTOM), THREAD, 2, "2 3")
            text(inside, ends[0], _TOP - 8, "[b]", shift=4)


def _lines(stretch: Stretch) -> Iterator[tuple[Fraction, tuple[str, float, str]]]:
    if stretch.centre is not None:
        yield stretch.centre, (INK, 2, "")
    if stretch.limits:
        yield stretch.limits.upper, (INK, 2, "7 5")
        yield stretch.limits.lower, (INK, 2, "7 5")


def _draw_figures(inside: ET.Element, placed: Sequence[Placed], scale: Scale) -> None:
    for (one, _, start), (other, _, end) in pairwise(placed):
        if one.percents_shown and other.percents_shown:
            heights = [scale.height(_figure(column)) for column in (one, other)]
            line(inside, (start, heights[0]), (end, heights[1]), NAVY, 2)
    radius = 4.5 if len(placed) <= 40 else 2.5
    for column, stretch, place in placed:
        if column.percents_shown:
            _draw_point(inside, column, stretch, (place, scale.height(_figure(column))), radius)


def _draw_point(
    inside: ET.Element,
    column: Column,
    stretch: Stretch,
    at: tuple[float, float],
    radius: float,
) -> None:
    """A dot; a triangle pointing the way of the signal where a rule fired."""
    ways = {episode.upwards for episode in stretch.said_of(column)} - {None}
    if not ways:
        dot(inside, *at, radius, "#FFFFFF", NAVY)
    else:
        # A point can be high and yet part of a fall; its side of the line is what is drawn.
        up = ways == {True} or (len(ways) > 1 and _figure(column) > (stretch.centre or 0))
        shape(inside, *at, _UP if up else _DOWN, NAVY if up else ORANGE, INK)


def _label_lines(inside: ET.Element, stretch: Stretch, scale: Scale) -> None:
    """Beside the newest lines, what they are: moved apart where they are near each other."""
    named = [("Mean" if stretch.limits else "Median", stretch.centre)]
    if stretch.limits:
        named = [("Upper", stretch.limits.upper), *named, ("Lower", stretch.limits.lower)]
    shown = [(name, figure) for name, figure in named if figure is not None]
    heights = _apart([scale.height(figure) for _, figure in shown], 2 * LINE + 2)
    for (name, figure), height in zip(shown, heights, strict=True):
        text(inside, _END, height - 3, name, shift=5)
        text(inside, _END, height - 3 + LINE - 2, f"{printed(figure)}%", shift=5, weight="bold")


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights in order, from the top, at least so far from each other, as near as can be."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + least) if moved else height)
    over = sum(moved[at] - heights[at] for at in range(len(heights))) / max(len(heights), 1)
    return [max(each - over, FONT_SIZE + least * at) for at, each in enumerate(moved)]


def _draw_key(inside: ET.Element, series: Series, top: float) -> float:
    """What the triangles mean, where there are any; returns where the drawing ends."""
    ways = {each.upwards for each in series.episodes}
    for up, corners, fill, words in (
        (True, _UP, NAVY, "Higher, or rising: a signal"),
        (False, _DOWN, ORANGE, "Lower, or falling: a signal"),
    ):
        if up in ways:
            shape(inside, 0, top + 8, [(x + 8, y) for x, y in corners], fill, INK)
            text(inside, 0, top + FONT_SIZE - 2, words, shift=24)
            top += LINE + 4
    return top


def _description(series: Series) -> str:
    said = [
        f"{column.period.label}: {column.good_or_better.text_of}"
        + "".join(f", {each.words}" for each in stretch.said_of(column))
        + "."
        for stretch in series.stretches
        for column in stretch.columns
    ]
    return " ".join(["Good or better.", *said])
