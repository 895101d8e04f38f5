"""Shares of one whole in a table: why their percentages, as printed, do not add up to 100."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from audit_app.rules.shares import Share
from audit_app.rules.sheets import Cell, Sheet
from audit_app.rules.table_notes import PERIODS_NAMED
from audit_app.rules.thread_comparison import listed


@dataclass(frozen=True)
class _Parts:
    """The shares that make up a whole, and what they stand in: a row or a column."""

    label: str
    shares: tuple[Share, ...]

    @property
    def printed_sum(self) -> Decimal:
        return sum((each.percent or Decimal(0) for each in self.shares), Decimal(0))

    @property
    def shown(self) -> bool:
        return self.shares[0].percent is not None

    @property
    def odd(self) -> bool:
        return self.shown and self.printed_sum != 100


def rounding_notes(sheet: Sheet) -> tuple[str, ...]:
    """A note where shares that make up a whole are printed as 99 or 101 in all; else nothing.

    Shares make up a whole where they stand side by side, or one below the other, and add up to
    their total in every row, or in every column.
    """
    rows = [(line.label, line.cells) for line in sheet.lines]
    columns = [
        (heading.label, tuple(line.cells[place] for line in sheet.lines))
        for place, heading in enumerate(sheet.columns)
    ]
    wholes = [*_wholes(rows), *_wholes(columns)]
    odd = [each for each in wholes if each.odd]
    return (_said(odd, sum(each.shown for each in wholes)),) if odd else ()


def _said(odd: Sequence[_Parts], every: int) -> str:
    reason = "Each percentage is rounded on its own, so"
    if len(odd) > PERIODS_NAMED:
        return f"{reason} in {len(odd)} of {every} cases they do not add up to 100."
    sums = listed(f"{each.printed_sum} in {each.label}" for each in odd)
    return f"{reason} they add up to {sums}, not to 100."


def _wholes(grid: Sequence[tuple[str, Sequence[Cell]]]) -> Iterator[_Parts]:
    """Neighbouring shares that add up to their total in every row, the longest run first."""
    width = len(grid[0][1]) if grid else 0
    taken: set[int] = set()
    for length in range(width, 1, -1):
        for first in range(width - length + 1):
            run = range(first, first + length)
            found = [(label, _whole(cells[first : first + length])) for label, cells in grid]
            if taken.isdisjoint(run) and all(each is not None for _, each in found):
                taken |= {*run}
                yield from (_Parts(label, each) for label, each in found if each)


def _whole(cells: Sequence[Cell]) -> tuple[Share, ...] | None:
    """The shares of these cells if they make up a whole; None where they do not."""
    shares = tuple(each.of for each in cells if isinstance(each.of, Share))
    if len(shares) < len(cells) or len({each.total for each in shares}) != 1:
        return None
    return shares if sum(each.count for each in shares) == shares[0].total else None
