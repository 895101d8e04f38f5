"""Bars one below the other, each under its own words: what a figure is of, and the figure.

The words stand above the bar, where a phone has room for them, so no bar needs a legend and no
colour says anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from audit_app.documents.chart_parts import (
    EMPTY,
    LINE,
    NAVY,
    RULE,
    Drawing,
    rectangle,
    text,
    upright,
)

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


def bar_chart(heading: str, bars: Sequence[Bar], chart_id: str, title: str) -> Markup:
    """Bars on one scale, from nothing on the left to the whole width, under a heading if any."""
    drawing = Drawing(chart_id, title, " ".join(f"{bar.words}." for bar in bars))
    top = 0
    if heading:
        text(drawing.inside, 0, LINE - 4, heading, weight="bold")
        top = LINE + _AFTER_HEADING
    for bar in bars:
        text(drawing.inside, 0, top + LINE - 4, bar.words)
        top += LINE + _AFTER_WORDS
        rectangle(drawing.inside, 0, 100, top, _BAR, EMPTY)
        if bar.reaches is not None:
            rectangle(drawing.inside, 0, bar.reaches, top, _BAR, NAVY)
        upright(drawing.inside, 0, (top, top + _BAR), RULE, 2)
        top += _BAR + _BETWEEN
    return drawing.finished(max(top - _BETWEEN, 0))
