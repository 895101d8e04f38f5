"""Excel workbooks after the Analysis Function's guidance: cover, contents, notes, then tables.

gptables (ONS) lays the sheets out. It also reads meaning into text, Markdown links and ``$$``
marks among them, and refuses cells without a plain letter or digit; what people wrote is kept
from all of that here.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

with warnings.catch_warnings():
    # gptables leaves its theme file for the garbage collector to close.
    warnings.simplefilter("ignore", ResourceWarning)
    import gptables
    from gptables.core.gptable import FormatList

#: Official statistics' shorthand, explained on every sheet that uses it.
SHORTHAND = {
    "[b]": "break in the series",
    "[c]": "confidential",
    "[low]": "rounds to 0 but is not 0",
    "[p]": "provisional",
    "[r]": "revised",
    "[x]": "not available",
    "[z]": "not applicable",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,30}")
_OWN_SHEETS = ("cover", "contents", "notes")
_ASCII_WORD = re.compile("[a-zA-Z0-9]")
_TEXT_STAYS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_DATE_FORMAT = {"num_format": "dd/mm/yyyy"}
_LONGEST_CELL = 32_767
_CUT = " [cut short: longer than a cell can hold]"
_LEAST_WIDTH, _MOST_WIDTH = 10, 60
#: gptables writes in 12 points; a column's width is counted in letters of 11.
_LETTER_WIDTH = 1.2


@dataclass(frozen=True)
class WorkbookTable:
    """One table and the sheet it stands on.

    ``name`` is the sheet's tab: up to 31 letters, digits, spaces, hyphens and underscores.
    ``frame`` has one header row of unique names and any index, which is left out. ``notes`` apply
    to this table alone. ``scope`` says what was counted: filters and basis. ``blank`` is what
    stands in empty cells, one of :data:`SHORTHAND`.
    """

    name: str
    title: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    source: str = ""
    scope: str = ""
    blank: str = "[z]"


def workbook(
    title: str,
    cover_lines: Sequence[str],
    tables: Sequence[WorkbookTable],
    notes: Sequence[str] = (),
    author: str = "",
) -> bytes:
    """An ``.xlsx`` file: cover, contents, notes, and one marked-up table on each further sheet.

    ``notes`` apply to every table. ``author``, usually the council, goes into the document's
    properties. Text is never a formula or a link, whatever it begins with; dates are dates and
    numbers numbers, a Decimal shown with the decimals it has; yes and no are words.

    Raises:
        ValueError: when there is no table, or a sheet's name cannot be used or is used twice.
    """
    _refuse_unusable_names([table.name for table in tables])
    every_note = list(dict.fromkeys([*notes, *(note for table in tables for note in table.notes)]))
    sheets = {}
    for number, table in enumerate(tables, 1):
        own = [place for place, note in enumerate(every_note) if note in {*notes, *table.notes}]
        sheets[table.name] = _sheet(f"table_{number}", table, own)
    file = io.BytesIO()
    book = _produced(file, title, cover_lines, sheets, every_note)
    book.set_properties({"title": title, "author": author})
    book.get_worksheet_by_name("Notes").set_column(1, 1, _MOST_WIDTH)
    for table in tables:
        _set_widths(book.get_worksheet_by_name(table.name), sheets[table.name].table)
    book.close()
    return file.getvalue()


def _refuse_unusable_names(names: Sequence[str]) -> None:
    if not names:
        raise ValueError("A workbook needs at least one table")
    taken = set(_OWN_SHEETS)
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"“{name}” cannot be the name of a sheet")
        if name.casefold() in taken:
            raise ValueError(f"Two sheets would be called “{name}”")
        taken.add(name.casefold())


def _produced(
    file: io.BytesIO,
    title: str,
    cover_lines: Sequence[str],
    sheets: dict[str, gptables.GPTable],
    notes: Sequence[str],
) -> Any:
    """The workbook as gptables lays it out, still open for widths and properties."""
    with warnings.catch_warnings():
        # gptables still calls pandas in a way that pandas warns about.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "The following notes are not referenced")
        return gptables.produce_workbook(
            file,
            sheets,
            cover=gptables.Cover(_plain(title), [_plain(line) for line in cover_lines]),
            notes_table=_notes_table(notes),
            auto_width={"Contents": True, **dict.fromkeys(("Notes", *sheets), False)},
            workbook_options=_TEXT_STAYS_TEXT | {"in_memory": True, "remove_timezone": True},
        )


def _notes_table(notes: Sequence[str]) -> pd.DataFrame:
    """The notes with the marks that sheets refer to them by; the sheet is never left empty."""
    marks = [_mark(place) for place in range(max(len(notes), 1))]
    texts = [_plain(note) for note in notes]
    return pd.DataFrame({"mark": marks, "Note text": texts or ["These tables need no notes."]})


def _sheet(table_name: str, table: WorkbookTable, notes: Sequence[int]) -> gptables.GPTable:
    frame = _cells(table)
    references = "".join(f"$${_mark(place)}$$" for place in notes)
    used = {cell for column in frame for cell in frame[column] if isinstance(cell, str)}
    return gptables.GPTable(
        frame,
        table_name,
        _plain(table.title),
        subtitles=[f"Notes: {references}"] if references else [],
        instructions="This worksheet contains one table.",
        legend=[f"{sign} means {words}." for sign, words in SHORTHAND.items() if sign in used],
        source=_plain(table.source) or None,
        scope=_plain(table.scope) or None,
        index_columns={},
        additional_formatting=[
            {"column": {"columns": _dates(frame), "format": _DATE_FORMAT}},
            *_decimals(table.frame),
        ],
    )


def _cells(table: WorkbookTable) -> pd.DataFrame:
    """The frame as cells that gptables writes as they are; one line says that there are none."""
    columns = [_plain(str(name)) for name in table.frame.columns]
    if table.frame.empty:
        empty = ["Nothing to list", *([table.blank] * (len(columns) - 1))]
        return pd.DataFrame([empty], columns=columns, dtype=object)
    lines = [
        [_cell(value, table.blank) for value in line]
        for line in table.frame.astype(object).itertuples(index=False, name=None)
    ]
    return pd.DataFrame(lines, columns=columns, dtype=object)


def _cell(value: Any, blank: str) -> Any:
    if isinstance(value, str) and value.strip():
        return _text_cell(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return blank if isinstance(value, str) or pd.isna(value) else value


def _text_cell(text: str) -> Any:
    """The text; as formatted text, which gptables writes unread, where it would misread it."""
    if len(text) > _LONGEST_CELL:
        text = text[: _LONGEST_CELL - len(_CUT)] + _CUT
    misread = "](" in text or not _ASCII_WORD.search(text)
    return FormatList([{}, text]) if misread else text


def _plain(text: str) -> str:
    """Text for titles and notes, in which gptables must find no link and no mark."""
    return text.replace("](", "] (").replace("$$", "$ $")


def _mark(place: int) -> str:
    return f"note{place}"


def _dates(frame: pd.DataFrame) -> list[int]:
    """The places of the columns that hold dates."""
    return [
        place
        for place, name in enumerate(frame)
        if any(isinstance(cell, date) for cell in frame[name])
    ]


def _decimals(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The format of every cell that holds a Decimal: as many decimals as it was printed with."""
    return [
        {"cell": {"cells": (row, place), "format": {"num_format": f"0.{'0' * decimals}"}}}
        for place, name in enumerate(frame)
        # The first row is the header.
        for row, value in enumerate(frame[name], 1)
        if isinstance(value, Decimal) and (decimals := -int(value.as_tuple().exponent)) > 0
    ]


def _set_widths(sheet: Any, frame: pd.DataFrame) -> None:
    """Columns as wide as their text up to a limit, beyond which it wraps."""
    for place, name in enumerate(frame):
        longest = max(len(str(cell)) for cell in (name, *frame[name]))
        width = min(max(longest * _LETTER_WIDTH, _LEAST_WIDTH), _MOST_WIDTH)
        sheet.set_column(place, place, width)
