"""Charts as inline SVG: the same drawing on screen and on paper, in any page.

The drawing follows its page's width while its letters keep their size, so one SVG is legible on
a phone and on A4. It carries no style and no script, which the content security policy would
refuse, and no transparency, which PDF/UA does not allow. Why not a charting library:
docs/decisions/0004-charts.md.
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
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution
from audit_app.rules.judgements import SCALE, Judgement

#: The Analysis Function's categorical palette in its order, best judgement first, and the text
#: colour that keeps at least 4.5:1 on each.
COLOURS = {
    Judgement.OUTSTANDING: ("#12436D", "#FFFFFF"),
    Judgement.GOOD: ("#28A197", "#0B0C0C"),
    Judgement.REQUIRES_IMPROVEMENT: ("#801650", "#FFFFFF"),
    Judgement.INADEQUATE: ("#F46A25", "#0B0C0C"),
}
_INK, _THREAD, _EMPTY = "#0B0C0C", "#505A5F", "#F3F2F1"
_FONTS = "'Source Sans 3',Arial,sans-serif"

_LINE = 20
_BAR = 66
_AFTER_BAR = 5
_BETWEEN = 14


def stacked_bars(table: Distribution, chart_id: str, title: str | None = None) -> Markup:
    """One bar of judgements for each period, each bar adding up to all that period's audits.

    ``chart_id`` must be unique on its page: the title and the description are named after it.
    ``title`` is the message a person who cannot see the chart is told; without one it is the
    table's headline. Periods with too few audits for percentages say so in place of a bar.
    """
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
    svg.set("aria-labelledby", f"{chart_id}-title {chart_id}-desc")
    ET.SubElement(svg, "title", {"id": f"{chart_id}-title"}).text = title or table.headline
    ET.SubElement(svg, "desc", {"id": f"{chart_id}-desc"}).text = _description(table)
    letters = {"font-family": _FONTS, "font-size": str(FONT_SIZE), "fill": _INK}
    drawing = ET.SubElement(svg, "g", letters)
    bottom = 0
    for column in table.columns:
        bottom = _draw_period(drawing, column, bottom) + _BETWEEN
    svg.set("width", "100%")
    svg.set("height", str(bottom - _BETWEEN))
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704  ElementTree escapes the text


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
        _rectangle(drawing, 0, 100, top, _EMPTY)
        _text(drawing, 50, top + _BAR / 2 + 5, _why_empty(column), anchor="middle")
        return top + _BAR
    segments = _segments(column)
    for word, segment in segments.items():
        _draw_segment(drawing, COLOURS[word], segment, top)
    narrow = [segment for segment in segments.values() if segment.lines_inside() is None]
    outside = place_outside(narrow)
    for label in outside:
        _draw_outside(drawing, label, top + _BAR)
    lines = max((label.line + 1 for label in outside), default=0)
    return top + _BAR + (_AFTER_BAR + lines * _LINE if lines else 0)


def _draw_heading(drawing: ET.Element, column: Column, top: int) -> int:
    """The period on the left, its audits on the right; the period's months below if too long."""
    label, audits = column.period.label, _audits(column)
    fits = width_of(f"{label}  {audits}") <= NARROWEST
    first, bracket, rest = (label, "", "") if fits else label.partition(" (")
    _text(drawing, 0, top + FONT_SIZE, first, weight="bold")
    _text(drawing, 100, top + FONT_SIZE, audits, anchor="end")
    if bracket:
        _text(drawing, 0, top + _LINE + FONT_SIZE, f"({rest}")
    return top + (2 if bracket else 1) * _LINE + _AFTER_BAR


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
    _rectangle(drawing, segment.start, segment.width, top, fill)
    if segment.start:
        _upright(drawing, segment.start, (top, top + _BAR), "#FFFFFF", 2)
    lines = segment.lines_inside() or []
    first = top + (_BAR - len(lines) * _LINE) / 2 + FONT_SIZE - 1
    for number, line in enumerate(lines):
        _text(drawing, segment.centre, first + number * _LINE, line, anchor="middle", ink=ink)


def _draw_outside(drawing: ET.Element, label: Outside, bar_end: int) -> None:
    baseline = bar_end + _AFTER_BAR + label.line * _LINE + FONT_SIZE
    thread = _upright(drawing, label.point, (bar_end, baseline - FONT_SIZE + 2), _THREAD, 1)
    thread.set("transform", f"translate({label.thread_shift:g})")
    anchor = "end" if label.at_end else "start"
    _text(drawing, label.point, baseline, label.text, anchor=anchor, shift=label.shift)


def _rectangle(drawing: ET.Element, start: float, width: float, top: int, fill: str) -> None:
    place = {"x": _percent(start), "y": str(top), "width": _percent(width), "height": str(_BAR)}
    ET.SubElement(drawing, "rect", {**place, "fill": fill})


def _upright(
    drawing: ET.Element, at: float, ends: tuple[float, float], colour: str, width: int
) -> ET.Element:
    top, bottom = (f"{end:g}" for end in ends)
    place = {"x1": _percent(at), "x2": _percent(at), "y1": top, "y2": bottom}
    return ET.SubElement(drawing, "line", {**place, "stroke": colour, "stroke-width": str(width)})


def _text(
    drawing: ET.Element,
    at: float,
    baseline: float,
    words: str,
    *,
    anchor: str = "start",
    ink: str = _INK,
    weight: str = "normal",
    shift: float = 0,
) -> None:
    place = {"x": _percent(at), "y": f"{baseline:g}", "text-anchor": anchor, "fill": ink}
    if weight != "normal":
        place["font-weight"] = weight
    if shift:
        place["dx"] = f"{shift:g}"
    ET.SubElement(drawing, "text", place).text = words


def _percent(figure: float) -> str:
    return f"{figure:.3f}".rstrip("0").rstrip(".") + "%"
