"""One row of a file being read: each cell by its column, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from audit_app.rules.import_cells import Cell
from audit_app.rules.import_columns import Header, Problem, RawRow

T = TypeVar("T")


class RowReading:
    """A row being read; what is wrong is collected, so that a row is reported whole."""

    def __init__(self, row: RawRow, header: Header) -> None:
        self.row, self.header = row, header
        self.problems: list[Problem] = []

    def cell(self, column: str) -> Cell:
        place = self.header.places.get(column)
        return "" if place is None or place >= len(self.row.cells) else self.row.cells[place]

    def empty(self, column: str) -> bool:
        cell = self.cell(column)
        return isinstance(cell, str) and not cell.strip()

    def wrong(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self.row.number, column, reason))

    def read(self, column: str, reader: Callable[[Cell], T]) -> T | None:
        """What the column says; None where it cannot be read, and the problem is noted."""
        try:
            return reader(self.cell(column))
        except ValueError as problem:
            self.wrong(column, str(problem))
            return None


def slipped(row: RawRow, header: Header) -> Problem | None:
    """Cells beyond the header, or none where the header has columns: the row has slipped."""
    filled = len(row.cells)
    while filled > header.width and row.cells[filled - 1] == "":
        filled -= 1
    if filled > header.width:
        return Problem(row.number, f"column {filled}", "This row has more cells than the header")
    if filled < header.width:
        return Problem(
            row.number,
            f"column {filled + 1}",
            f"This row has {filled} cells and the header has {header.width}",
        )
    return None
