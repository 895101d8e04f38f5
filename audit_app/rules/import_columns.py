"""The columns of a file of audits, found by their names.

One row is one audit. The order of the columns is free; each column stands once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from audit_app.rules.import_cells import Cell, Unreadable, shown

BEFORE_THREADS = (
    "case_reference",
    "audit_date",
    "audit_type",
    "selection",
    "service",
    "locality",
    "team",
    "auditor",
    "worker_involved",
    "family_feedback",
    "thread_set",
)
MODERATION = ("moderated_on", "moderator", "moderated_overall", "moderation_note")
AFTER_THREADS = ("overall", *MODERATION)

#: Every column but the threads'. All must stand in the file: a column left out by mistake would
#: read as audits that were never moderated, or as answers nobody gave.
FIXED = (*BEFORE_THREADS, *AFTER_THREADS)


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong in one cell. ``row`` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class RawRow:
    """One row of a file as it stands there; blank cells are empty texts."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Header:
    """Where each column stands, and what is wrong with the header."""

    row: int
    places: dict[str, int]
    width: int
    problems: tuple[Problem, ...]


def read_header(row: RawRow, thread_codes: Collection[str]) -> Header:
    """Find the columns. ``thread_codes`` are those of every thread set there is."""
    return find_columns(row, FIXED, {*FIXED, *thread_codes}, "the import format")


def find_columns(
    row: RawRow,
    needed: Sequence[str],
    known: Collection[str],
    of: str,
    other_names: Mapping[str, str] | None = None,
) -> Header:
    """Find the columns of any file.

    Args:
        needed: the columns that must be there, and ``known`` those that may be.
        of: what the columns are of, as in “This is not a column of the import format”.
        other_names: a column's name by another that people give it, in lower case.
    """
    names = [_column_name(cell) for cell in row.cells]
    names = [(other_names or {}).get(name, name) for name in names]
    while names and not names[-1]:
        names.pop()
    places: dict[str, int] = {}
    problems = [_missing(row.number, name) for name in needed if name not in names]
    for place, name in enumerate(names):
        if reason := _wrong_with(name, place, places, known, of):
            problems.append(Problem(row.number, shown(name), reason))
        else:
            places[name] = place
    return Header(row.number, places, len(names), tuple(problems))


def without_thread_columns(
    header: Header, thread_set: str, codes: Collection[str]
) -> list[Problem]:
    """The thread columns that a set used in the file needs and the header lacks."""
    return [
        Problem(header.row, code, f"This column is missing: thread set “{thread_set}” has it")
        for code in codes
        if code not in header.places
    ]


def _missing(row: int, name: str) -> Problem:
    return Problem(row, name, "This column is missing")


def _wrong_with(
    name: str, place: int, places: dict[str, int], known: Collection[str], of: str
) -> str | None:
    if not name:
        return f"Column {place + 1} has no name"
    if name in places:
        return "This column stands in the file twice"
    if name not in known:
        return f"This is not a column of {of}"
    return None


def _column_name(cell: Cell) -> str:
    if isinstance(cell, Unreadable):
        return ""
    return " ".join(cell.split()).casefold() if isinstance(cell, str) else str(cell)
