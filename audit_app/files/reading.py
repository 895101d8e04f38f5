"""A file of audits into rows of cells, or a plain reason why it cannot be read.

Nothing here knows what the cells mean. Rows are numbered as a spreadsheet numbers them, the first
being 1, and blank rows are left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from audit_app.files.workbook_safety import FileRefused, check_workbook
from audit_app.rules.import_cells import Cell, Unreadable
from audit_app.rules.import_columns import RawRow

__all__ = ["FileRefused", "Limits", "Table", "read_bytes", "read_table"]

MOST_COLUMNS = 100

_OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: Excel keeps 15 digits of a number; beyond that what it shows is not what was typed.
_EXACT = 10**15


@dataclass(frozen=True)
class Limits:
    """The most a file may hold: megabytes, and rows below the header."""

    megabytes: int
    rows: int

    @property
    def size(self) -> int:
        return self.megabytes * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """The header and the rows below it that are not blank, and what a person should know."""

    rows: tuple[RawRow, ...]
    notes: tuple[str, ...] = ()


def read_bytes(stream: BinaryIO, limits: Limits) -> bytes:
    """All of an opened file, unless it is too large or empty.

    Raises:
        FileRefused: when it is.
    """
    content = stream.read(limits.size + 1)
    if len(content) > limits.size:
        raise FileRefused(f"The selected file must be smaller than {limits.megabytes}MB")
    if not content.strip():
        raise FileRefused("The selected file is empty")
    return content


def read_table(content: bytes, name: str, limits: Limits) -> Table:
    """The rows of a CSV or XLSX file; ``name`` says by its ending which it is.

    Raises:
        FileRefused: when it cannot be read whole and for certain, with the reason in plain English.
    """
    ending = PurePath(name).suffix.casefold()
    if ending not in (".csv", ".xlsx"):
        raise FileRefused("The selected file must be a CSV or XLSX")
    if ending == ".xlsx" and not content.startswith((_ZIP, _OLD_OR_ENCRYPTED)):
        raise FileRefused(
            "The selected file is called .xlsx but is not an Excel file. "
            "Save it as an XLSX in Excel, or call it .csv if it is one"
        )
    table = (
        _read_workbook(content, limits) if content.startswith(_ZIP) else _read_text(content, limits)
    )
    if not table.rows:
        raise FileRefused("The selected file is empty")
    if len(table.rows) - 1 > limits.rows:
        raise FileRefused(f"The selected file must have {limits.rows:,} rows or fewer")
    if len(table.rows) == 1:
        raise FileRefused("The selected file has a header and no rows below it")
    if max(len(row.cells) for row in table.rows) > MOST_COLUMNS:
        raise FileRefused(f"The selected file must have {MOST_COLUMNS} columns or fewer")
    return table


def _read_text(content: bytes, limits: Limits) -> Table:
    if content.startswith(_OLD_OR_ENCRYPTED):
        raise FileRefused(
            "The selected file is password protected or in an old Excel format. "
            "Save it as an XLSX without a password"
        )
    text = _decoded(content)
    if "\0" in text:
        raise FileRefused("The selected file must be a CSV or XLSX")
    rows: list[RawRow] = []
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if any(cell.strip() for cell in cells):
                rows.append(RawRow(number, cells))
            if len(rows) > limits.rows + 1:
                break
    except csv.Error as problem:
        raise FileRefused(
            f"The selected file is not a whole CSV: row {number + 1} cannot be read ({problem})"
        ) from None
    if rows and len(rows[0].cells) == 1 and re.search(r"[;\t]", str(rows[0].cells[0])):
        raise FileRefused("The selected file must have commas between its columns")
    return Table(tuple(rows))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        where = (
            "" if content.startswith(_UTF_16) else f" (the first wrong character is in line {line})"
        )
        raise FileRefused(
            f"The selected file is not in UTF-8{where}. In Excel, save it as “CSV UTF-8”"
        ) from None


def _read_workbook(content: bytes, limits: Limits) -> Table:
    sheet = check_workbook(content, limits.size, limits.rows, MOST_COLUMNS)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            found = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except CalamineError:
        raise FileRefused("The selected file cannot be read as a workbook. Save it again") from None
    rows = (
        RawRow(number, [_cell(value) for value in values])
        for number, values in enumerate(found, 1)
        if any(value != "" for value in values)
    )
    return Table(tuple(_not_blank(rows)), sheet.notes)


def _not_blank(rows: Iterable[RawRow]) -> Iterable[RawRow]:
    for row in rows:
        if any(not isinstance(cell, str) or cell.strip() for cell in row.cells):
            yield row


def _cell(value: Any) -> Cell:
    """A spreadsheet's value as it would be typed. Times and long numbers are not guessed at."""
    match value:
        case str():
            return value
        case bool():
            return str(value).upper()
        case datetime():
            return value.date()
        case date():
            return value
        case int() | float():
            return _number(value)
        case _:
            return Unreadable("This is a time in the spreadsheet")


def _number(value: float) -> Cell:
    if not abs(value) < _EXACT:
        return Unreadable(
            "This is a number of more than 15 digits, which Excel rounds. Type it again as text"
        )
    return str(int(value)) if value == int(value) else str(value)
