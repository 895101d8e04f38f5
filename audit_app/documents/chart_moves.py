"""What moderation did to auditors' grades, as bars: kept, higher and lower."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from audit_app.documents.chart_parts import NAVY, ORANGE, TEAL, Drawing
from audit_app.documents.chart_stacks import BETWEEN, Piece, audits, draw_bar, in_words
from audit_app.rules.moderation_grid import ModerationGrid

_HIGHER, _SAME, _LOWER = (TEAL, "#0B0C0C"), (NAVY, "#FFFFFF"), (ORANGE, "#0B0C0C")


def moves_chart(
    grids: Sequence[tuple[str, ModerationGrid]], blind: bool, title: str, chart_id: str
) -> Markup:
    """One bar for each grid under its name: graded higher by the moderator, the same, and lower.

    ``title`` is the message; ``chart_id`` must be unique on its page.
    """
    bars = [(label, grid, _pieces(grid, blind)) for label, grid in grids]
    said = [
        f"{label}, {audits(grid.pairs)}: {in_words(pieces, grid.pairs)}."
        for label, grid, pieces in bars
    ]
    chart = Drawing(chart_id, title, " ".join(["What moderators did to grades.", *said]))
    bottom = 0
    for label, grid, pieces in bars:
        bottom = draw_bar(chart.inside, bottom, (label, grid.pairs), pieces) + BETWEEN
    return chart.finished(bottom - BETWEEN)


def _pieces(grid: ModerationGrid, blind: bool) -> list[Piece]:
    up, same, down = ("Higher", "Same", "Lower") if blind else ("Moved up", "Kept", "Moved down")
    return [
        Piece(up, grid.up, _HIGHER),
        Piece(same, grid.exact, _SAME),
        Piece(down, grid.down, _LOWER),
    ]
