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
from audit_app.rules.sheets import Cell, Heading, Line, Paper, Rows, Sheet, count, share

#: The numbers that could point at somebody.
SMALL = range(1, 6)
OTHER = "Other"
CONFIDENTIAL = "[c]"

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


def for_publication(paper: Paper) -> Paper:
    """The paper as it may leave the council, with the rules it was made by.

    Its sentences are left out where anything is hidden, as they may speak of it.

    Raises:
        NotForPublication: when no table may be published, or a hidden figure could be worked out.
    """
    sheets = published(paper.sheets)
    hidden = {line.label for sheet in sheets for line in sheet.lines if _confidential(line)}
    parts = any(sheet.rows is Rows.PARTS for sheet in sheets)
    left_out = len([sheet for sheet in paper.sheets if sheet.lines]) - len(sheets)
    notes = (
        *([PARTS_RULE, ZERO_RULE] if parts else [WHOLE_RULE]),
        *([_left_out(left_out)] if left_out else []),
        *(note for note in paper.notes if not any(label in note for label in hidden)),
    )
    message = () if parts or left_out else paper.message
    return replace(paper, message=message, sheets=sheets, notes=notes)


def published(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The tables that may leave the council, small rows put together.

    Tables with the same ``heading`` are about the same rows, and hide the same of them.

    Raises:
        NotForPublication: when there is none, or a hidden figure could be worked out.
    """
    wanted = [sheet for sheet in sheets if sheet.rows is not None and sheet.lines]
    if not wanted:
        raise NotForPublication(
            "These figures are about teams or people, or so few audits, that they are not published"
        )
    kinds = {sheet.heading for sheet in wanted if sheet.rows is Rows.PARTS}
    hidden = {
        kind: _hidden([s for s in wanted if s.heading == kind and s.rows is Rows.PARTS])
        for kind in kinds
    }
    return tuple(
        _with_rows_hidden(sheet, hidden[sheet.heading])
        if sheet.rows is Rows.PARTS
        else _unlinked(sheet)
        for sheet in wanted
    )


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
    found: dict[tuple[tuple[int, ...], tuple[int, ...]], Measure] = {}
    order = sorted(hidden)

    def known(hidden_figures: tuple[int, ...], shown: tuple[int, ...], within: int | None) -> int:
        key = (hidden_figures, shown)
        found.setdefault(key, Measure(hidden_figures, shown, within))
        return list(found).index(key)

    for sheet in sheets:
        lines = {line.label: line for line in sheet.lines}
        shown = [line for line in sheet.lines if line.label not in hidden]
        for place in range(len(sheet.columns)):
            kept = [line.cells[place].of for line in shown]
            left = [lines[label].cells[place].of if label in lines else 0 for label in order]
            if any(each is None for each in (*kept, *left)):
                continue
            totals = tuple(map(_total, left)), tuple(map(_total, kept))
            within = known(*totals, None)
            if any(isinstance(each, Share) for each in (*kept, *left)):
                known(tuple(map(_counted, left)), tuple(map(_counted, kept)), within)
    return list(found.values())


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
    notes = tuple(note for note in sheet.notes if not any(label in note for label in hidden))
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
        return share(Share(sum(e.count for e in shares), total, first.places, first.floor))
    if numbers and len(numbers) == len(cells):
        return count(sum(numbers))
    return Cell("[x]", ("[x]",) * len(column.parts))


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


def _left_out(tables: int) -> str:
    what = "One table is" if tables == 1 else f"{tables} tables are"
    return f"{what} left out: figures about teams, people or very few audits are not published."


def _listed(words: Iterable[str]) -> str:
    *firsts, last = words
    return f"{', '.join(firsts)} and {last}" if firsts else last
