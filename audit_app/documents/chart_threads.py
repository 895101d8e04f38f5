"""Small multiples: one small chart for each golden thread, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from textwrap import wrap
from xml.etree import ElementTree as ET

from markupsafe import Markup

from audit_app.documents.chart_axis import (
    Scale,
    draw_periods,
    draw_scale,
    places_for,
    scale_for,
)
from audit_app.documents.chart_labels import FONT_SIZE, NARROWEST, width_of
from audit_app.documents.chart_parts import (
    LINE,
    NAVY,
    THREAD,
    Drawing,
    dot,
    line,
    text,
    upright,
)
from audit_app.rules.columns import Column
from audit_app.rules.intervals import Interval, wilson

_START, _END = 14.0, 97.0
_PLOT = 130
#: Above and below the plot, so that the outermost figures have room.
_HEAD, _FOOT = 26, 12


@dataclass(frozen=True)
class Panel:
    """One thread: its name, its columns, those of the overall judgement, and where sets changed.

    ``breaks`` are the places of columns in which a new thread set began. ``shown`` is what the
    panel shows, in words.
    """

    name: str
    columns: Sequence[Column]
    overall: Sequence[Column]
    breaks: Sequence[int]
    shown: str


def thread_panels(panels: Sequence[Panel], chart_id: str) -> list[Markup]:
    """A drawing for each thread, on the scale that all of them need."""
    figures = tuple(end for panel in panels for column in panel.columns for end in _ends(column))
    fixed = (
        replace(
            panel,
            columns=tuple(panel.columns),
            overall=tuple(panel.overall),
            breaks=tuple(panel.breaks),
        )
        for panel in panels
    )
    return [_draw(panel, figures, f"{chart_id}-{at}") for at, panel in enumerate(fixed)]


@lru_cache(maxsize=256)
def _draw(panel: Panel, figures: tuple[float, ...], chart_id: str) -> Markup:
    title = f"{panel.name}: {panel.shown}"
    chart = Drawing(chart_id, title, _description(panel))
    inside, below = chart.inside, _draw_name(chart.inside, panel.name)
    scale = scale_for(figures, below + _HEAD, below + _HEAD + _PLOT)
    places = places_for(len(panel.columns), _START, _END)
    draw_scale(inside, scale, _START, _END)
    _draw_breaks(inside, panel, places, scale)
    _draw_line(inside, panel.overall, places, scale, (THREAD, 2, "3 4"))
    _draw_line(inside, panel.columns, places, scale, (NAVY, 3, ""))
    _draw_points(inside, panel, places, scale)
    draw_periods(inside, [c.period for c in panel.columns], places, scale.bottom + _FOOT)
    return chart.finished(scale.bottom + _FOOT + LINE + 14)


def _draw_name(inside: ET.Element, name: str) -> int:
    """The thread's name in as many lines as a phone needs; returns where they end."""
    lines = wrap(name, int(NARROWEST / width_of("x")))
    for number, words in enumerate(lines):
        text(inside, 0, number * LINE + FONT_SIZE, words, weight="bold")
    return len(lines) * LINE


def _draw_breaks(inside: ET.Element, panel: Panel, places: Sequence[float], scale: Scale) -> None:
    for place in panel.breaks:
        between = (places[place - 1] + places[place]) / 2 if place else _START
        line(inside, (between, scale.top - _HEAD + 4), (between, scale.bottom), THREAD, 2, "2 3")
        text(inside, between, scale.top - _HEAD + FONT_SIZE, "[b]", shift=4)


def _draw_line(
    inside: ET.Element,
    columns: Sequence[Column],
    places: Sequence[float],
    scale: Scale,
    pen: tuple[str, float, str],
) -> None:
    for (one, start), (other, end) in pairwise(zip(columns, places, strict=True)):
        if one.percents_shown and other.percents_shown:
            heights = [scale.height(_figure(column)) for column in (one, other)]
            line(inside, (start, heights[0]), (end, heights[1]), *pen)


def _draw_points(inside: ET.Element, panel: Panel, places: Sequence[float], scale: Scale) -> None:
    labelled = _labelled(panel.columns)
    for number, (column, place) in enumerate(zip(panel.columns, places, strict=True)):
        if not column.percents_shown:
            continue
        low, high = (scale.height(end) for end in _ends(column))
        upright(inside, place, (high, low), NAVY, 2)
        dot(inside, place, scale.height(_figure(column)), 5, NAVY)
        if number in labelled:
            # On the side away from the overall judgement, so that its line is not run over.
            under = _figure(column) < _figure(panel.overall[number])
            baseline = low + FONT_SIZE if under else high - 6
            words = column.good_or_better.percent_text
            text(inside, place, baseline, words, anchor="middle", weight="bold")


def _labelled(columns: Sequence[Column]) -> list[int]:
    """Which points say their figure: all where they fit a phone, else the two ends."""
    shown = [number for number, column in enumerate(columns) if column.percents_shown]
    each = (_END - _START) / 100 * NARROWEST / max(len(columns), 1)
    return shown if each >= width_of("48.4%") + 4 else shown[:1] + shown[-1:]


def _figure(column: Column) -> float:
    exact = column.good_or_better.exact
    return float(exact) if exact is not None else 0.0


def _ends(column: Column) -> tuple[float, ...]:
    """The interval around a column's good or better in percent; none below the floor."""
    found: Interval | None = wilson(column.good_or_better) if column.percents_shown else None
    return (100 * found.low, 100 * found.high) if found else ()


def _description(panel: Panel) -> str:
    said = [
        f"{column.period.label}: {column.good_or_better.text_of}, "
        f"overall {overall.good_or_better.text_of}."
        for column, overall in zip(panel.columns, panel.overall, strict=True)
    ]
    return " ".join(["Good or better, beside the overall judgement.", *said])
