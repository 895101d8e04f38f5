"""Bars one below the other, each under its own words: what a figure is of, and the figure.

The words stand above the bar, where a phone has room for them, so no bar needs a legend and no
colour says anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from audit_app.documents.chart_parts import EMPTY, LINE, NAVY, RULE, Drawing, rectangle, text, upright

_BAR = 16
_AFTER_WORDS = 4
_BETWEEN = 10
_AFTER_HEADING = 6


@dataclass(frozen=True)
class Bar:
    """A figure: its words, the figure as printed, and how far its bar reaches, in percent.

    None reaches nowhere, as there is no percentage to draw.
    """

    label: str
    figure: str
    reaches: float | None

    @property
    def words(self) -> str:
        return f"{self.label}: {self.figure}"


@dataclass(frozen=True)
class Bars:
    """Bars under a heading; an empty heading is none."""

    heading: str
    bars: tuple[Bar, ...]


def bar_chart(groups: Sequence[Bars], chart_id: str, title: str) -> Markup:
    """Every bar on one scale, from nothing on the left to the whole width."""
    said = [
        f"{f'{group.heading}, ' if group.heading else ''}{bar.words}."
        for group in groups
        for bar in group.bars
    ]
    drawing = Drawing(chart_id, title, " ".join(said))
    bottom = 0
    for group in groups:
        bottom = _draw(drawing, group, bottom) + _BETWEEN
    return drawing.finished(max(bottom - _BETWEEN, 0))


def _draw(drawing: Drawing, group: Bars, top: int) -> int:
    if group.heading:
        text(drawing.inside, 0, top + LINE - 4, group.heading, weight="bold")
        top += LINE + _AFTER_HEADING
    for bar in group.bars:
        text(drawing.inside, 0, top + LINE - 4, bar.words)
        top += LINE + _AFTER_WORDS
        rectangle(drawing.inside, 0, 100, top, _BAR, EMPTY)
        if bar.reaches is not None:
            rectangle(drawing.inside, 0, bar.reaches, top, _BAR, NAVY)
        upright(drawing.inside, 0, (top, top + _BAR), RULE, 2)
        top += _BAR + _BETWEEN
    return top
