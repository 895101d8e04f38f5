"""A table of figures as a page shows it.

Drawn here and not by a template, as a page has hundreds of cells and a template takes some
microseconds for every word of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote_plus

from markupsafe import Markup, escape

from audit_app.rules.sheets import Cell, Line, Sheet

_COUNT = "govuk-link govuk-link--no-visited-state app-sheet-table__count"


def sheet_rows(sheet: Sheet, audits: str = "") -> Markup:
    """The head and the body of the table.

    ``audits`` is the address of the list of audits that counts are linked to; none without one.
    """
    # Once for each column: the cells below it begin alike.
    begins = [f'<td class="govuk-table__cell{_numeric(each.numeric)}">' for each in sheet.columns]
    parts = ['<thead class="govuk-table__head"><tr class="govuk-table__row">']
    parts.append(f'<th scope="col" class="govuk-table__header">{escape(sheet.heading)}</th>')
    for column in sheet.columns:
        numeric = " govuk-table__header--numeric" if column.numeric else ""
        parts.append(
            f'<th scope="col" class="govuk-table__header{numeric}">{escape(column.label)}</th>'
        )
    parts.append('</tr></thead>\n<tbody class="govuk-table__body">\n')
    for line in sheet.lines:
        parts.extend(_row(line, begins, audits))
    parts.append("</tbody>")
    return Markup("".join(parts))  # noqa: S704  every word of it is escaped


def _numeric(numeric: bool) -> str:
    return " govuk-table__cell--numeric" if numeric else ""


def _row(line: Line, begins: list[str], audits: str) -> Iterator[str]:
    total = " app-table__total" if line.total else ""
    yield (
        f'<tr class="govuk-table__row{total}">'
        f'<th scope="row" class="govuk-table__header">{escape(line.label)}</th>'
    )
    for begin, cell in zip(begins, line.cells, strict=True):
        yield f"{begin}{_linked(cell, audits)}</td>"
    yield "</tr>\n"


def _linked(cell: Cell, audits: str) -> str:
    if not audits or not cell.behind:
        return escape(cell.text)
    href = f"{escape(audits)}?{_query(cell.behind)}"
    return f'<a class="{_COUNT}" href="{href}">{escape(cell.text)}</a>'


def _query(args: Mapping[str, str]) -> str:
    return "&amp;".join(f"{_quoted(name)}={_quoted(value)}" for name, value in args.items())


@lru_cache(maxsize=4096)
def _quoted(word: str) -> str:
    """A word for an address; nothing of what is left can end an attribute."""
    return quote_plus(word, safe="/")
