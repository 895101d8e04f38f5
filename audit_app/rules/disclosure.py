"""Which figures may leave the council: small numbers put together, and checked.

In a table of parts of the authority, such as services, a row of 1 to 5 audits, or with a figure of
1 to 5 in it, could point at one worker or one child. Such rows show ``[c]``, number and percentage
alike, and their sum stands in a row of its own; one row alone takes a second with it, or its
figures would be the total less the others. A true 0 is 0. Tables of the whole authority are shown
as they are. After the Department for Education's rule for small counts, and the Analysis
Function's shorthand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from audit_app.rules.recovery import Measure, can_be_worked_out
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    CONFIDENTIAL,
    NO_FIGURE,
    SHARE,
    Cell,
    Heading,
    Line,
    Paper,
    Rows,
    Sheet,
    count,
    share,
    share_of,
)

#: The numbers that could point at somebody.
SMALL = range(1, 6)
OTHER = "Other"

WHOLE_RULE = (
    "The figures are the whole authority’s, or sums of its services, and are shown in full."
)
PARTS_RULE = (
    f"A row of {SMALL[0]} to {SMALL[-1]} audits, or with such a number in it, shows "
    f"{CONFIDENTIAL}, for confidential. Rows so marked are added up in a row of their own."
)
ZERO_RULE = "A figure of 0 is a true zero."


class NotForPublication(ValueError):
    """These figures may not leave the council; the message says why in plain English."""


def for_publication(paper: Paper, beside: Sequence[Sheet] = ()) -> Paper:
    """The paper as it may leave the council, with the rules it was made by.

    ``beside`` are as in :func:`published`. Sentences are left out where parts of the authority are
    told apart, as they may speak of what is hidden, and where a table is left out, as they may
    rest on it.

    Raises:
        NotForPublication: when no table may be published, or a hidden figure could be worked out.
    """
    sheets = published(paper.sheets, beside)
    hidden = {line.label for sheet in sheets for line in sheet.lines if _confidential(line)}
    parts = any(sheet.rows is Rows.PARTS for sheet in sheets)
    missing = sum(1 for sheet in paper.sheets if sheet.lines) - len(sheets)
    notes = (
        *([PARTS_RULE, ZERO_RULE] if parts else [WHOLE_RULE]),
        *_left_out(missing),
        *_not_naming(hidden, paper.notes),
    )
    message = () if parts or missing else paper.message
    return replace(paper, message=message, sheets=sheets, notes=notes)


def published(sheets: Sequence[Sheet], beside: Sequence[Sheet] = ()) -> tuple[Sheet, ...]:
    """The tables that may leave the council, small rows put together.

    Tables with the same ``heading`` are about the same rows, and hide the same of them. So do the
    tables ``beside`` them, which are not let out here but may be elsewhere.

    Raises:
        NotForPublication: when none may, as hidden figures could be worked out.
    """
    wanted = [sheet for sheet in sheets if sheet.rows is not None and sheet.lines]
    if not wanted:
        raise NotForPublication(
            "These figures are about teams or people, or so few audits, that they are not published"
        )
    out: list[Sheet] = []
    problems: list[NotForPublication] = []
    for sheet in wanted:
        try:
            out.append(_published(sheet, [*wanted, *beside]))
        except NotForPublication as problem:
            problems.append(problem)
    if not out:
        raise problems[0]
    return tuple(out)


def hides_nothing(sheets: Iterable[Sheet]) -> bool:
    """Whether no row of these tables is small."""
    return not any(_is_small(_numbers(line.cells)) for sheet in sheets for line in _parts(sheet))


def _published(sheet: Sheet, every: Sequence[Sheet]) -> Sheet:
    if sheet.rows is Rows.WHOLE:
        return _unlinked(sheet)
    alike = [each for each in every if each.heading == sheet.heading and each.rows is sheet.rows]
    return _with_rows_hidden(sheet, _hidden(alike))


def _hidden(sheets: Sequence[Sheet]) -> frozenset[str]:
    """The rows whose figures are hidden in every one of these tables.

    Raises:
        NotForPublication: when no choice of rows keeps the small ones safe.
    """
    sizes = _sizes(sheets)
    chosen = {
        line.label for sheet in sheets for line in _parts(sheet) if _is_small(_numbers(line.cells))
    }
    if not chosen:
        return frozenset()
    # The smallest go first, so that as much as may be stays in sight; an empty row hides nobody.
    others = sorted((n, label) for label, n in sizes.items() if n and label not in chosen)
    while not _safe(sheets, frozenset(chosen)):
        if len(others) < 2:
            raise NotForPublication(
                f"The numbers are too small: a row under “{sheets[0].heading}” could be worked out "
                "from the others, even with the smallest of them together"
            )
        chosen.add(others.pop(0)[1])
    return frozenset(chosen)


def _safe(sheets: Sequence[Sheet], hidden: frozenset[str]) -> bool:
    """Whether the hidden rows are several, large enough together, and cannot be worked out."""
    if len(hidden) < 2:
        return False
    together = (_together(sheet, hidden) for sheet in sheets)
    if any(_is_small(_numbers(line.cells)) for line in together):
        return False
    return not can_be_worked_out(_measures(sheets, hidden))


def _measures(sheets: Sequence[Sheet], hidden: frozenset[str]) -> list[Measure]:
    """Every column of counts in these tables, the same column once."""
    labels = sorted({line.label for sheet in sheets for line in _parts(sheet)})
    found: dict[tuple[int, ...], Measure] = {}

    def known(figures: Sequence[int], within: int | None) -> int:
        key = tuple(figures)
        told = dict(zip(labels, figures, strict=True))
        measure = Measure(
            tuple(told[label] for label in labels if label in hidden),
            tuple(told[label] for label in labels if label not in hidden),
            within,
        )
        found.setdefault(key, measure)
        return list(found).index(key)

    for sheet in sheets:
        for place in range(len(sheet.columns)):
            column = _column(sheet, place)
            within = (
                known([_total(column.get(label)) for label in labels], None) if column else None
            )
            if any(isinstance(each, Share) for each in column.values()):
                known([_counted(column.get(label)) for label in labels], within)
    return list(found.values())


def _column(sheet: Sheet, place: int) -> dict[str, Share | int]:
    """What one column counted in each row; nothing where it does not count.

    Raises:
        NotForPublication: when it counts in some rows only, so that nobody can tell what adds up.
    """
    cells = {line.label: line.cells[place].of for line in _parts(sheet)}
    counted = {label: of for label, of in cells.items() if of is not None}
    if counted and len(counted) < len(cells):
        raise NotForPublication(f"The column “{sheet.columns[place].label}” does not add up")
    return counted


def _with_rows_hidden(sheet: Sheet, hidden: frozenset[str]) -> Sheet:
    inside = [line for line in _parts(sheet) if line.label in hidden]
    if not inside:
        return _unlinked(sheet)
    lines = [
        _confidential_line(sheet, line) if line in inside else _unlinked_line(line)
        for line in sheet.lines
        if not line.total
    ]
    totals = [_unlinked_line(line) for line in sheet.lines if line.total]
    notes = _not_naming(hidden, sheet.notes)
    return replace(
        sheet,
        lines=(*lines, _together(sheet, hidden), *totals),
        notes=(*notes, f"{OTHER} is {_listed(line.label for line in inside)} together."),
    )


def _together(sheet: Sheet, hidden: frozenset[str]) -> Line:
    """The hidden rows as one."""
    inside = [line for line in _parts(sheet) if line.label in hidden]
    cells = (
        _added(column, [line.cells[place] for line in inside])
        for place, column in enumerate(sheet.columns)
    )
    return Line(OTHER, tuple(cells))


def _added(column: Heading, cells: Sequence[Cell]) -> Cell:
    """The sum of counts and shares; what does not add up is not available."""
    counted = [cell.of for cell in cells]
    shares = [each for each in counted if isinstance(each, Share)]
    numbers = [each for each in counted if isinstance(each, int)]
    if shares and len(shares) == len(cells):
        total = sum(each.total for each in shares)
        first = shares[0]
        added = Share(sum(each.count for each in shares), total, first.places, first.floor)
        return share(added) if len(column.parts) == len(SHARE) else share_of(added)
    if numbers and len(numbers) == len(cells):
        return count(sum(numbers))
    return Cell(NO_FIGURE, ("[x]",) * len(column.parts))


def _confidential_line(sheet: Sheet, line: Line) -> Line:
    cells = (Cell(CONFIDENTIAL, (CONFIDENTIAL,) * len(column.parts)) for column in sheet.columns)
    return replace(line, cells=tuple(cells))


def _confidential(line: Line) -> bool:
    return any(cell.text == CONFIDENTIAL for cell in line.cells)


def _sizes(sheets: Iterable[Sheet]) -> Mapping[str, int]:
    """How many audits each row is about, at most."""
    sizes: dict[str, int] = {}
    for sheet in sheets:
        for line in _parts(sheet):
            most = max(_numbers(line.cells), default=0)
            sizes[line.label] = max(most, sizes.get(line.label, 0))
    return sizes


def _numbers(cells: Iterable[Cell]) -> Iterator[int]:
    """Every number of audits that cells tell: what is shared, its total, and the rest of it."""
    for cell in cells:
        if isinstance(cell.of, Share):
            yield from (cell.of.count, cell.of.total, cell.of.total - cell.of.count)
        elif cell.of is not None:
            yield cell.of


def _is_small(numbers: Iterable[int]) -> bool:
    return any(number in SMALL for number in numbers)


def _total(of: Share | int | None) -> int:
    return of.total if isinstance(of, Share) else of or 0


def _counted(of: Share | int | None) -> int:
    return of.count if isinstance(of, Share) else of or 0


def _parts(sheet: Sheet) -> list[Line]:
    return [line for line in sheet.lines if not line.total]


def _unlinked(sheet: Sheet) -> Sheet:
    return replace(sheet, lines=tuple(map(_unlinked_line, sheet.lines)))


def _unlinked_line(line: Line) -> Line:
    """Without ways to the audits behind: an address is no figure."""
    return replace(line, cells=tuple(replace(cell, behind=None) for cell in line.cells))


def _left_out(tables: int) -> list[str]:
    if not tables:
        return []
    what = "One table is" if tables == 1 else f"{tables} tables are"
    which = "figures about teams, people or very few audits"
    return [f"{what} left out: {which}, or that could be worked out, are not published."]


def _not_naming(labels: Iterable[str], notes: Iterable[str]) -> tuple[str, ...]:
    """The notes that speak of none of these rows."""
    named = tuple(labels)
    return tuple(note for note in notes if not any(label in note for label in named))


def _listed(words: Iterable[str]) -> str:
    *firsts, last = words
    return f"{', '.join(firsts)} and {last}" if firsts else last
