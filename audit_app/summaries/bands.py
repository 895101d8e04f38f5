"""How the sections of a summary lie on paper: across the sheet, or several in two columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from audit_app.rules.sheets import Sheet
from audit_app.summaries.paper_charts import Lying
from audit_app.summaries.parts import Section

#: A table of more columns or more lines than this needs the whole sheet.
_MOST_COLUMNS, _MOST_LINES = 3, 12
#: In a tight layout; and how many letters a heading of a column has there at most.
_MOST_TIGHT, _HEADING = 5, 15
#: In letters: a line of a column.
_LINE = 58


@dataclass(frozen=True)
class Band:
    """Sections that lie beside each other in two columns, or one alone in the first of them."""

    first: tuple[Section, ...]
    second: tuple[Section, ...] = ()


def bands(
    sections: Sequence[Section], charts: Mapping[str, Lying], tight: bool = False
) -> Iterator[Band]:
    """In the order of the page; small sections that follow one another share a band.

    In a ``tight`` layout a table may have more columns before it needs the whole sheet.
    """
    for small, some in groupby(sections, key=lambda each: _is_small(each, charts, tight)):
        if small:
            yield _halved(tuple(some))
        else:
            yield from (Band((each,)) for each in some)


def _is_small(section: Section, charts: Mapping[str, Lying], tight: bool) -> bool:
    return not charts[section.key].charts and all(
        len(sheet.lines) <= _MOST_LINES and _is_narrow(sheet, tight) for sheet in section.sheets
    )


def _is_narrow(sheet: Sheet, tight: bool) -> bool:
    if len(sheet.columns) <= _MOST_COLUMNS:
        return True
    short = all(len(each.label) <= _HEADING for each in sheet.columns)
    return tight and short and len(sheet.columns) <= _MOST_TIGHT


def _halved(sections: tuple[Section, ...]) -> Band:
    """Cut where the two columns are most alike in height."""
    heights = [_height(each) for each in sections]
    cut = min(
        range(1, len(sections) + 1),
        key=lambda at: max(sum(heights[:at]), sum(heights[at:])),
    )
    return Band(sections[:cut], sections[cut:])


def _height(section: Section) -> int:
    """In lines, about."""
    words = [*section.message, *(note for sheet in section.sheets for note in sheet.notes)]
    rows = sum(len(sheet.lines) + 3 for sheet in section.sheets)
    return 3 + rows + sum(1 + len(each) // _LINE for each in words)
