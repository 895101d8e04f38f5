"""Tables as they are kept with a published document, and read again as they were.

A kept table holds every figure as printed and as files hold it, so nothing is counted or rounded a
second time. Where a figure's audits are listed is not kept: the list goes on changing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from audit_app.rules.shares import Share
from audit_app.rules.sheets import Cell, Heading, Line, Rows, Sheet, Value

#: A table as JSON holds it.
Frozen = dict[str, Any]


def freeze(sheet: Sheet) -> Frozen:
    """A table for ``json.dumps``: :func:`thaw` gives the same table back, but for its links."""
    return {
        "name": sheet.name,
        "title": sheet.title,
        "heading": sheet.heading,
        "columns": [
            {"label": each.label, "parts": list(each.parts), "numeric": each.numeric}
            for each in sheet.columns
        ],
        "lines": [*map(_freeze_line, sheet.lines)],
        "notes": list(sheet.notes),
        "rows": sheet.rows.value if sheet.rows else None,
    }


def thaw(kept: Mapping[str, Any]) -> Sheet:
    """The table that was kept.

    Raises:
        KeyError: when a part of it is missing.
        ValueError: when it holds something that is no figure.
    """
    return Sheet(
        name=kept["name"],
        title=kept["title"],
        heading=kept["heading"],
        columns=tuple(
            Heading(each["label"], tuple(each["parts"]), each["numeric"])
            for each in kept["columns"]
        ),
        lines=tuple(map(_thaw_line, kept["lines"])),
        notes=tuple(kept["notes"]),
        rows=Rows(kept["rows"]) if kept["rows"] else None,
    )


def _freeze_line(line: Line) -> Frozen:
    cells = [*map(_freeze_cell, line.cells)]
    frozen: Frozen = {"label": line.label, "total": line.total, "cells": cells}
    return frozen | {"key": line.key} if line.key else frozen


def _thaw_line(kept: Mapping[str, Any]) -> Line:
    # A table kept before rows had keys has none.
    cells = tuple(map(_thaw_cell, kept["cells"]))
    return Line(kept["label"], cells, kept["total"], kept.get("key", ""))


def _freeze_cell(cell: Cell) -> Frozen:
    frozen: Frozen = {"text": cell.text, "values": [*map(_freeze_value, cell.values)]}
    if cell.of is not None:
        frozen["of"] = _freeze_of(cell.of)
    return frozen


def _thaw_cell(kept: Mapping[str, Any]) -> Cell:
    of = kept.get("of")
    values = tuple(map(_thaw_value, kept["values"]))
    return Cell(kept["text"], values, of=None if of is None else _thaw_of(of))


def _freeze_value(value: Value) -> Any:
    # JSON has no decimals: as a number 48.40 would come back as 48.4, or as something near it.
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _thaw_value(kept: Any) -> Value:
    if isinstance(kept, Mapping):
        return Decimal(kept["decimal"])
    if kept is None or (isinstance(kept, int | str) and not isinstance(kept, bool)):
        return kept
    raise ValueError(f"{kept!r} is no figure of a table")


def _freeze_of(of: Share | int) -> Any:
    return [of.count, of.total, of.places, of.floor] if isinstance(of, Share) else of


def _thaw_of(kept: Any) -> Share | int:
    return Share(*kept) if isinstance(kept, list) else int(kept)
