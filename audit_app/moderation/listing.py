"""A cycle's draw as the command prints it: a table to read, CSV, or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from audit_app.documents.csv_file import csv_lines
from audit_app.models import ModerationCycle
from audit_app.moderation.sample import Drawn

HEADINGS = ("reference", "number", "judgement", "chosen")
REPLAYED = ("number_again", "chosen_again", "same")


def written(cycle: ModerationCycle, drawn: Sequence[Drawn], replayed: bool, style: str) -> str:
    """Every draw, one a line; with what the replay made of it where that was asked for."""
    headings = HEADINGS + (REPLAYED if replayed else ())
    rows = [_cells(each, replayed) for each in drawn]
    if style == "json":
        return _json(cycle, [dict(zip(headings, row, strict=True)) for row in rows])
    if style == "csv":
        return "".join(csv_lines(headings, rows))
    return _table(cycle, [headings, *(tuple(map(_word, row)) for row in rows)])


def verdict(cycle: ModerationCycle, drawn: Sequence[Drawn]) -> str:
    """What the replay proved, in a sentence."""
    different = sum(not each.same for each in drawn)
    if different:
        return f"{cycle.name}: {different} of {len(drawn)} draws came out otherwise."
    return f"{cycle.name}: all {len(drawn)} draws came out the same."


def _cells(drawn: Drawn, replayed: bool) -> tuple[object, ...]:
    cells = (drawn.reference, drawn.number, drawn.judgement, drawn.chosen_because)
    return (
        (*cells, drawn.number_again, drawn.chosen_again, "yes" if drawn.same else "no")
        if replayed
        else cells
    )


def _json(cycle: ModerationCycle, draws: list[dict[str, object]]) -> str:
    """The seed is left out: whoever holds it can tell what will be drawn."""
    settings = {
        "cycle": cycle.name,
        "reference": cycle.reference,
        "starts_on": cycle.starts_on.isoformat(),
        "every_inadequate": cycle.every_inadequate,
        "every_outstanding": cycle.every_outstanding,
        "random_percent": cycle.random_percent,
    }
    return json.dumps(settings | {"draws": draws}, ensure_ascii=False, indent=2) + "\n"


def _table(cycle: ModerationCycle, rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return f"{cycle.name}, from {cycle.starts_on.isoformat()}\n" + "\n".join(lines) + "\n"


def _word(cell: object) -> str:
    return "" if cell is None else str(cell)
