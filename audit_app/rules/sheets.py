"""Tables of figures as people read them, and the same tables as files hold them.

One :class:`Sheet` is drawn as a page, on paper, as CSV, workbook and JSON: whoever builds it says
once what a cell prints and what a file holds for it, so no two of them can disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pandas as pd

from audit_app.rules.shares import Share, printed_number

#: What a file's cell holds: numbers as printed, words, or an official shorthand such as ``[c]``.
Value = int | Decimal | str | None

#: What the file columns of one printed column are called after its heading.
ALONE = ("",)
SHARE = ("audits", "percent")
SHARE_OF = ("audits", "percent", "of")
RANGE = ("from", "to")


#: What is printed where there is no figure, and what it means.
NO_FIGURE, CONFIDENTIAL = "–", "[c]"
#: What is printed before a figure below 0, which is wider than a hyphen.
MINUS = "−"
SIGNS = {NO_FIGURE: "there is no figure", CONFIDENTIAL: "confidential"}


class Rows(StrEnum):
    """Whose audits the rows of a table count, which decides how it may be published.

    ``WHOLE``: every row is about the whole authority, such as a period, a judgement or a thread.
    ``PARTS``: every row is a part of it, such as a service or a type of audit; an audit is in one
    row at most, and :func:`share` and :func:`count` cells add up over rows.
    """

    WHOLE = "whole"
    PARTS = "parts"


@dataclass(frozen=True)
class Heading:
    """A column: what stands above it, and the file columns its cells become.

    ``parts`` names the file columns of one printed column, such as :data:`SHARE`; a file column is
    called ``label: part``, or ``label`` where the part is empty.
    """

    label: str
    parts: tuple[str, ...] = ALONE
    numeric: bool = True

    @property
    def in_files(self) -> tuple[str, ...]:
        return tuple(f"{self.label}: {part}" if part else self.label for part in self.parts)


@dataclass(frozen=True)
class Cell:
    """One figure: as printed, and as files hold it, one value for each part of its heading.

    ``behind`` is the address arguments of the list of audits it was counted from, where there is
    one. ``of`` is what was counted, where the cell is a count or a share.
    """

    text: str
    values: tuple[Value, ...]
    behind: Mapping[str, str] | None = None
    of: Share | int | None = None


def share(of: Share, behind: Mapping[str, str] | None = None) -> Cell:
    """A count with its percentage, for a heading of :data:`SHARE`."""
    return Cell(of.text, (of.count, of.workbook_percent), behind if of.count else None, of)


def share_of(of: Share, behind: Mapping[str, str] | None = None) -> Cell:
    """A count with its total and its percentage, for a heading of :data:`SHARE_OF`."""
    values = (of.count, of.workbook_percent, of.total)
    return Cell(of.text_of, values, behind if of.count else None, of)


def count(n: int, behind: Mapping[str, str] | None = None) -> Cell:
    """A whole number of something."""
    return Cell(f"{n:,}", (n,), behind if n else None, n)


def number(figure: Decimal | None, sign: str = "") -> Cell:
    """A figure with the decimals it has, and a sign such as ``%`` that only print shows."""
    return Cell(NO_FIGURE, ("[x]",)) if figure is None else Cell(_printed(figure, sign), (figure,))


def between(low: Decimal | None, high: Decimal | None, sign: str = "%") -> Cell:
    """An interval, for a heading of :data:`RANGE`; a dash where there is none."""
    if low is None or high is None:
        return Cell(NO_FIGURE, ("[x]", "[x]"))
    return Cell(f"{_printed(low, sign)} to {_printed(high, sign)}", (low, high))


def _printed(figure: Decimal, sign: str) -> str:
    return f"{figure:,}{sign}".replace("-", MINUS)


def words(text: str) -> Cell:
    return Cell(text, (text,))


@dataclass(frozen=True)
class Line:
    """A row: its heading and one cell for each column. ``total`` rows are set apart.

    ``key`` tells whose row it is, whatever that is called at the time: the number of a place or the
    code of a thread. A row that cannot be renamed needs none.
    """

    label: str
    cells: tuple[Cell, ...]
    total: bool = False
    key: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table. ``name`` is unique on its paper, short, and made of letters, digits and spaces.

    ``heading`` stands above the rows' own headings. ``notes`` are about this table alone. A table
    that does not say whose audits its ``rows`` are is never published.
    """

    name: str
    title: str
    heading: str
    columns: tuple[Heading, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    rows: Rows | None = None

    def __post_init__(self) -> None:
        for line in self.lines:
            if [len(cell.values) for cell in line.cells] != [len(c.parts) for c in self.columns]:
                raise ValueError(f"“{line.label}” does not fit the columns of “{self.title}”")

    @property
    def key(self) -> str:
        """The name as an address carries it."""
        return self.name.casefold().replace(" ", "-")

    @property
    def legend(self) -> str:
        """What the signs printed in place of figures mean; empty where there are none."""
        printed = {cell.text for line in self.lines for cell in line.cells}
        said = [f"{sign} means {words}" for sign, words in SIGNS.items() if sign in printed]
        return f"{'; '.join(said)}." if said else ""

    @property
    def file_header(self) -> tuple[str, ...]:
        return (self.heading, *(name for column in self.columns for name in column.in_files))

    def file_rows(self) -> Iterator[tuple[Value, ...]]:
        """One row for each line, as long as :attr:`file_header`."""
        for line in self.lines:
            yield (line.label, *(value for cell in line.cells for value in cell.values))

    def frame(self) -> pd.DataFrame:
        """The table for a workbook."""
        rows = list(self.file_rows())
        return pd.DataFrame(rows, columns=list(self.file_header), dtype=object)

    def as_json(self) -> dict[str, Any]:
        """For ``json.dumps``: ``rows`` of ``cells`` as printed and as files hold them."""
        return {
            "name": self.key,
            "title": self.title,
            "rows": [
                {
                    "heading": line.label,
                    "total": line.total,
                    "cells": [
                        _cell_json(column, cell)
                        for column, cell in zip(self.columns, line.cells, strict=True)
                    ],
                }
                for line in self.lines
            ],
            "notes": list(self.notes),
        }


def _cell_json(column: Heading, cell: Cell) -> dict[str, Any]:
    values = {
        part or "value": _plain(value)
        for part, value in zip(column.parts, cell.values, strict=True)
    }
    return {"column": column.label, "text": cell.text, **values}


def _plain(value: Value) -> int | float | str | None:
    return printed_number(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True)
class Paper:
    """Everything one report says: its message, its tables, and what they must not be parted from.

    ``message`` is one plain sentence or a few; ``facts`` says what was counted, on which basis,
    where and when; ``notes`` are about every table.
    """

    title: str
    message: tuple[str, ...]
    facts: Mapping[str, str]
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(sheet.lines for sheet in self.sheets)

    def sheet(self, key: str) -> Sheet:
        """The table an address names; the first where it names none.

        Raises:
            KeyError: when no table has the name, or there is no table.
        """
        if self.sheets and not key:
            return self.sheets[0]
        return {sheet.key: sheet for sheet in self.sheets}[key]

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "message": list(self.message),
            "counted": dict(self.facts),
            "tables": [sheet.as_json() for sheet in self.sheets],
            "notes": list(self.notes),
        }
