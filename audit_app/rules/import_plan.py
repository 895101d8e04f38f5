"""What importing a file would do: which audits are new or held, what is wrong, what is unknown.

The plan is made from the file and from what is held, and says it all before anything is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from audit_app.rules.import_columns import (
    Header,
    Problem,
    RawRow,
    read_header,
    without_thread_columns,
)
from audit_app.rules.import_places import Known, Unknown, unknown_in, wrong_teams
from audit_app.rules.import_rows import AuditRow, ThreadSetWords, read_row
from audit_app.rules.personal_data import find, sure
from audit_app.rules.retention import CLOSED_YEAR

Key = tuple[object, ...]


@dataclass(frozen=True)
class RowsRead:
    """A file's rows as far as the file alone can tell.

    ``problems`` belong to single rows, ``header_problems`` to the whole file.
    """

    audits: tuple[AuditRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    header_problems: tuple[Problem, ...] = ()
    rows: int = 0


@dataclass(frozen=True)
class Plan:
    """What an import would do, or did.

    ``new`` are the audits to write and ``held`` the rows that are held already, exactly as they
    stand. ``problems`` are what is wrong in rows, ``unknown_problems`` the places and people a row
    names that nobody has made; a row with either is not written. ``create`` is what is made for the
    new audits. ``warnings`` are personal data in texts of the new audits: history is imported as it
    was written, so they stand in the way of nothing.
    """

    rows: int = 0
    new: tuple[AuditRow, ...] = ()
    held: tuple[AuditRow, ...] = ()
    header_problems: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown_problems: tuple[Problem, ...] = ()
    unknown: Unknown = field(default_factory=Unknown)
    create: Unknown = field(default_factory=Unknown)
    warnings: tuple[Problem, ...] = ()

    @property
    def every_problem(self) -> list[Problem]:
        """In the order of the rows; the header's first."""
        rows = sorted((*self.problems, *self.unknown_problems))
        return [*self.header_problems, *rows]

    @property
    def bad_rows(self) -> int:
        """How many rows cannot be written."""
        return len({each.row for each in (*self.problems, *self.unknown_problems)})

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would write the same audits, places and people."""
        told = repr(([each.number for each in self.new], self.create, self.every_problem))
        return sha256(told.encode()).hexdigest()

    def refused(self, skip_bad_rows: bool) -> bool:
        """Whether nothing may be written: the rule is all rows, or the good ones where asked."""
        if self.header_problems or not self.rows:
            return True
        return self.bad_rows == self.rows if skip_bad_rows else self.bad_rows > 0


def read_rows(rows: Sequence[RawRow], sets: Mapping[str, ThreadSetWords], today: date) -> RowsRead:
    """Read every row below the header, which is the first."""
    header = read_header(rows[0], {code for words in sets.values() for code in words.codes})
    body = rows[1:]
    wrong = [*header.problems, *_missing_threads(header, body, sets)]
    if wrong:
        return RowsRead(header_problems=tuple(wrong), rows=len(body))
    audits: list[AuditRow] = []
    problems: list[Problem] = []
    for row in body:
        audit, found = read_row(row, header, sets, today)
        problems += found
        audits += [audit] if audit is not None else []
    return RowsRead(tuple(audits), tuple(problems), rows=len(body))


def _missing_threads(
    header: Header, body: Sequence[RawRow], sets: Mapping[str, ThreadSetWords]
) -> list[Problem]:
    place = header.places.get("thread_set")
    if place is None:
        return []
    used = {str(row.cells[place]).strip() for row in body if place < len(row.cells)}
    return [
        problem
        for code in sorted(used & set(sets))
        for problem in without_thread_columns(header, code, sets[code].codes)
    ]


def plan_import(
    read: RowsRead,
    known: Known,
    held: Mapping[Key, Sequence[AuditRow]],
    create_missing: bool = False,
    first_open_day: date | None = None,
) -> Plan:
    """Hold the rows against each other, the places and people there are, and the audits held.

    ``held`` are the audits of the service by :attr:`AuditRow.key`. Audits before
    ``first_open_day`` that are not among them are of years whose records were disposed of.
    """
    if read.header_problems:
        return Plan(rows=read.rows, header_problems=read.header_problems)
    problems = [*read.problems, *_repeats(read.audits), *_differences(read.audits, held)]
    # A team may have moved since an audit was imported: the audit keeps the place it had.
    not_held = [each for each in read.audits if each.key not in held]
    problems += [*wrong_teams(not_held, known), *_of_closed_years(not_held, first_open_day)]
    unknown = unknown_in(read.audits, known)
    unknown_problems = [] if create_missing else unknown.problems(read.audits)
    bad = {each.row for each in (*problems, *unknown_problems)}
    good = [audit for audit in read.audits if audit.number not in bad]
    new = tuple(audit for audit in good if audit.key not in held)
    return Plan(
        rows=read.rows,
        new=new,
        held=tuple(audit for audit in good if audit.key in held),
        problems=tuple(sorted(problems)),
        unknown_problems=tuple(unknown_problems),
        unknown=unknown,
        create=unknown_in(new, known),
        warnings=tuple(each for audit in new for each in _personal_data(audit)),
    )


def _of_closed_years(audits: Iterable[AuditRow], first_open_day: date | None) -> list[Problem]:
    if first_open_day is None:
        return []
    return [
        Problem(each.number, "audit_date", CLOSED_YEAR.format(each.audit_date.year))
        for each in audits
        if each.audit_date < first_open_day
    ]


def _personal_data(audit: AuditRow) -> list[Problem]:
    """What looks like personal data in the row's text; what it is, never what it says."""
    note = audit.moderation.note if audit.moderation else ""
    kinds = dict.fromkeys(each.kind.label for each in sure(find(note)))
    return [Problem(audit.number, "moderation_note", f"This holds {kind}") for kind in kinds]


def _repeats(audits: Iterable[AuditRow]) -> list[Problem]:
    """Rows about the same audit: a repeat is wrong; where two differ, nobody can say which is."""
    same: dict[Key, list[AuditRow]] = defaultdict(list)
    for audit in audits:
        same[audit.key].append(audit)
    problems = []
    for first, *others in same.values():
        for other in others:
            if other.as_said() == first.as_said():
                problems.append(_repeat(other, f"This row repeats row {first.number}"))
                continue
            words = "is about the same audit as this one and differs from it"
            problems.append(_repeat(first, f"Row {other.number} {words}"))
            problems.append(_repeat(other, f"Row {first.number} {words}"))
    return problems


def _repeat(audit: AuditRow, reason: str) -> Problem:
    return Problem(audit.number, "case_reference", reason)


def _differences(
    audits: Iterable[AuditRow], held: Mapping[Key, Sequence[AuditRow]]
) -> list[Problem]:
    return [
        problem
        for audit in audits
        if audit.key in held
        if (problem := _difference(audit, held[audit.key])) is not None
    ]


def _difference(audit: AuditRow, held: Sequence[AuditRow]) -> Problem | None:
    says = audit.as_said()
    differing = [
        [column for column, value in says.items() if each.as_said().get(column) != value]
        for each in held
    ]
    fewest = min(differing, key=len)
    if not fewest:
        return None
    return Problem(
        audit.number, fewest[0], f"This differs from the audit already held in {', '.join(fewest)}"
    )
