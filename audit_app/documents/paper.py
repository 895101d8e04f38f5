"""How a table of figures lies on paper: how wide its columns are, and which way the sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from xml.etree import ElementTree as ET

from audit_app.rules.sheets import Sheet

#: Letters that a row has room for across a sheet, in the size of a dense table.
_UPRIGHT, _ON_ITS_SIDE = 116, 176
#: Words wrap beyond this many letters; figures never do, and words of headings hardly ever.
_WORDS_WRAP, _HEADING_WRAPS = 26, 13
#: A long heading of a column takes so many lines where there is room, and so many where not.
_HEADING_LINES, _MOST_HEADING_LINES = 2, 4
#: What separates a column from the next, in letters.
_GAP = 3
#: Half the height of a sheet between its margins, in pixels of a picture; and how many small
#: pictures lie beside each other.
_HALF_UPRIGHT, _HALF_ON_ITS_SIDE = 495, 330
_BESIDE_UPRIGHT, _BESIDE_ON_ITS_SIDE = 2, 3


def widths(sheet: Sheet) -> tuple[str, ...]:
    """The share of the table's width that each of its columns needs, rows' headings first.

    What figures leave of the sheet goes to long headings, so that they take fewer lines.
    """
    needs = _letters(sheet)
    for place, column in enumerate(sheet.columns, start=1):
        needs[place] = max(needs[place], ceil(len(column.label) / _MOST_HEADING_LINES) + _GAP)
    for place, column in enumerate(sheet.columns, start=1):
        _widen(needs, place, ceil(len(column.label) / _HEADING_LINES))
    _widen(needs, 0, max((len(line.label) for line in sheet.lines), default=0))
    return tuple(f"{100 * need / sum(needs):.2f}%" for need in needs)


def _widen(needs: list[int], place: int, letters: int) -> None:
    """Give a column this much room, as far as the sheet has it."""
    spare = max(_UPRIGHT - sum(needs), 0)
    needs[place] = max(needs[place], min(letters + _GAP, needs[place] + spare))


def is_wide(sheet: Sheet) -> bool:
    """Whether the table needs its sheet on the side."""
    return sum(_letters(sheet)) > _UPRIGHT


def is_landscape(sheets: Iterable[Sheet]) -> bool:
    """Whether all sheets of a paper lie on the side: where one table needs it.

    Turning for one table alone leaves the sheets before and after it half empty, and the reader
    turning them.
    """
    return any(is_wide(sheet) for sheet in sheets)


def is_dense(sheet: Sheet, landscape: bool = False) -> bool:
    """Whether the table is to be set in small letters."""
    room = _ON_ITS_SIDE if landscape else _UPRIGHT
    return sum(_letters(sheet)) > room * 3 // 4


def are_low(pictures: Sequence[str], landscape: bool) -> bool:
    """Whether small pictures take half a sheet at most, and so are kept together on one.

    Higher ones break between rows: kept together, they would leave a sheet empty before them.
    """
    beside = _BESIDE_ON_ITS_SIDE if landscape else _BESIDE_UPRIGHT
    half = _HALF_ON_ITS_SIDE if landscape else _HALF_UPRIGHT
    highest = max(map(_height, pictures), default=0)
    return ceil(len(pictures) / beside) * highest <= half


def _height(picture: str) -> float:
    """In pixels."""
    return float(ET.fromstring(picture).attrib["height"])  # noqa: S314  it was drawn here


def _letters(sheet: Sheet) -> list[int]:
    """How many letters each column needs, rows' headings first."""
    rows = min(max((len(line.label) for line in sheet.lines), default=0), _WORDS_WRAP)
    needs = [max(rows, _longest_word(sheet.heading)) + _GAP]
    for place, column in enumerate(sheet.columns):
        longest = max((len(line.cells[place].text) for line in sheet.lines), default=0)
        longest = longest if column.numeric else min(longest, _WORDS_WRAP)
        needs.append(max(longest, _longest_word(column.label)) + _GAP)
    return needs


def _longest_word(text: str) -> int:
    return min(max(map(len, text.split()), default=0), _HEADING_WRAPS)
