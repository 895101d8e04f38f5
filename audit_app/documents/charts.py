"""Charts as inline SVG: the same drawing on screen and on paper, in any page.

Why not a charting library: docs/decisions/0004-charts.md.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from audit_app.documents.chart_parts import NAVY, ORANGE, PLUM, TEAL, Drawing
from audit_app.documents.chart_stacks import BETWEEN, Piece, audits, draw_bar, in_words
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


@lru_cache(maxsize=128)
def stacked_bars(table: Distribution, chart_id: str, title: str | None = None) -> Markup:
    """One bar of judgements for each period, each bar adding up to all that period's audits.

    ``chart_id`` must be unique on its page: the title and the description are named after it.
    ``title`` is the message a person who cannot see the chart is told; without one it is the
    table's headline. Periods with too few audits for percentages say so in place of a bar.
    """
    chart = Drawing(chart_id, title or table.headline, _description(table))
    bottom = 0
    for column in table.columns:
        heading = (column.period.label, column.total)
        bottom = draw_bar(chart.inside, bottom, heading, _pieces(column)) + BETWEEN
    return chart.finished(bottom - BETWEEN)


def _pieces(column: Column) -> list[Piece]:
    shares = zip(SCALE, column.cells, strict=True)
    return [Piece(word.short_label, share, COLOURS[word]) for word, share in shares]


def _description(table: Distribution) -> str:
    """The bars in words: what a reader would learn by looking along each."""
    said = [f"{_heading(column)}: {_figures_in_words(column)}." for column in table.columns]
    return " ".join(["Share of audits at each judgement, best first.", *said])


def _heading(column: Column) -> str:
    return f"{column.period.label}, {audits(column.total)}"


def _figures_in_words(column: Column) -> str:
    shares = zip(SCALE, column.cells, strict=True)
    named = [Piece(word.label, share, COLOURS[word]) for word, share in shares]
    return in_words(named, column.total)
