"""Charts as inline SVG: the same drawing on screen and on paper, in any page.

Why not a charting library: docs/decisions/0004-charts.md.
"""

from __future__ import annotations

from itertools import accumulate
from xml.etree import ElementTree as ET

from markupsafe import Markup

from audit_app.documents.chart_labels import (
    FONT_SIZE,
    NARROWEST,
    Outside,
    Segment,
    place_outside,
    width_of,
)
from audit_app.documents.chart_parts import (
    EMPTY,
    LINE,
    NAVY,
    ORANGE,
    PLUM,
    TEAL,
    THREAD,
    Drawing,
    rectangle,
    text,
    upright,
)
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution
from audit_app.rules.judgements import SCALE, Judgement

#: The Analysis Function's categorical palette in its order, best judgement first, and the text
#: colour that keeps at least 4.5:1 on each.
COLOURS = {
    Judgement.OUTSTANDING: (NAVY, "#FFFFFF"),
    Judgement.GOOD: (TEAL, "#0B0C0C"),
    Judgement.REQUIRES_IMPROVEMENT: (PLUM, "#FFFFFF"),
    Judgement.INADEQUATE: (ORANGE, "#0B0C0C"),
}
_BAR = 66
_AFTER_BAR = 5
_BETWEEN = 14


def stacked_bars(table: Distribution, chart_id: str, title: str | None = None) -> Markup:
    """One bar of judgements for each period, each bar adding up to all that period's audits.

    ``chart_id`` must be unique on its page: the title and the description are named after it.
    ``title`` is the message a person who cannot see the chart is told; without one it is the
    table's headline. Periods with too few audits for percentages say so in place of a bar.
    """
    chart = Drawing(chart_id, title or table.headline, _description(table))
    bottom = 0
    for column in table.columns:
        bottom = _draw_period(chart.inside, column, bottom) + _BETWEEN
    return chart.finished(bottom - _BETWEEN)


def _description(table: Distribution) -> str:
    """The bars in words: what a reader would learn by looking along each."""
    said = [f"{_heading(column)}: {_figures_in_words(column)}." for column in table.columns]
    return " ".join(["Share of audits at each judgement, best first.", *said])


def _heading(column: Column) -> str:
    return f"{column.period.label}, {_audits(column)}"


def _audits(column: Column) -> str:
    return f"{column.total:,} audit{'' if column.total == 1 else 's'}"


def _figures_in_words(column: Column) -> str:
    if not column.percents_shown:
        return _why_empty(column).lower()
    shares = zip(SCALE, column.cells, strict=True)
    return ", ".join(f"{word.label} {share.percent_text}" for word, share in shares)


def _why_empty(column: Column) -> str:
    return "Too few audits for percentages" if column.total else "No audits"


def _draw_period(drawing: ET.Element, column: Column, top: int) -> int:
    """Draw one period's heading, bar and labels below ``top``; returns where they end."""
    top = _draw_heading(drawing, column, top)
    if not column.percents_shown:
        rectangle(drawing, 0, 100, top, _BAR, EMPTY)
        text(drawing, 50, top + _BAR / 2 + 5, _why_empty(column), anchor="middle")
        return top + _BAR
    segments = _segments(column)
    for word, segment in segments.items():
        _draw_segment(drawing, COLOURS[word], segment, top)
    narrow = [segment for segment in segments.values() if segment.lines_inside() is None]
    outside = place_outside(narrow)
    for label in outside:
        _draw_outside(drawing, label, top + _BAR)
    lines = max((label.line + 1 for label in outside), default=0)
    return top + _BAR + (_AFTER_BAR + lines * LINE if lines else 0)


def _draw_heading(drawing: ET.Element, column: Column, top: int) -> int:
    """The period on the left, its audits on the right; the period's months below if too long."""
    label, audits = column.period.label, _audits(column)
    fits = width_of(f"{label}  {audits}") <= NARROWEST
    first, bracket, rest = (label, "", "") if fits else label.partition(" (")
    text(drawing, 0, top + FONT_SIZE, first, weight="bold")
    text(drawing, 100, top + FONT_SIZE, audits, anchor="end")
    if bracket:
        text(drawing, 0, top + LINE + FONT_SIZE, f"({rest}")
    return top + (2 if bracket else 1) * LINE + _AFTER_BAR


def _segments(column: Column) -> dict[Judgement, Segment]:
    """The bar's pieces by judgement; a judgement nobody was given has none."""
    ends = list(accumulate(column.counts))
    return {
        word: Segment(
            100 * (end - share.count) / column.total,
            100 * share.count / column.total,
            word.short_label,
            share.percent_text,
        )
        for word, share, end in zip(SCALE, column.cells, ends, strict=True)
        if share.count
    }


def _draw_segment(
    drawing: ET.Element, colours: tuple[str, str], segment: Segment, top: int
) -> None:
    fill, ink = colours
    rectangle(drawing, segment.start, segment.width, top, _BAR, fill)
    if segment.start:
        upright(drawing, segment.start, (top, top + _BAR), "#FFFFFF", 2)
    lines = segment.lines_inside() or []
    first = top + (_BAR - len(lines) * LINE) / 2 + FONT_SIZE - 1
    for number, line in enumerate(lines):
        text(drawing, segment.centre, first + number * LINE, line, anchor="middle", ink=ink)


def _draw_outside(drawing: ET.Element, label: Outside, bar_end: int) -> None:
    baseline = bar_end + _AFTER_BAR + label.line * LINE + FONT_SIZE
    thread = upright(drawing, label.point, (bar_end, baseline - FONT_SIZE + 2), THREAD, 1)
    thread.set("transform", f"translate({label.thread_shift:g})")
    anchor = "end" if label.at_end else "start"
    text(drawing, label.point, baseline, label.text, anchor=anchor, shift=label.shift)
