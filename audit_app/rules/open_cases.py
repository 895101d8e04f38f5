"""A list of open cases: what its file may hold, and what taking it would do.

One row is one open case. A list is taken whole or not at all: a case left out without a word would
be a case that nobody can draw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from audit_app.rules.import_cells import Cell, case_reference, place_name, plain_text, shown
from audit_app.rules.import_columns import Header, Problem, RawRow, find_columns
from audit_app.rules.import_reading import RowReading, slipped
from audit_app.rules.staff_ids import read_staff_id

COLUMNS = ("case_reference", "service", "locality", "team", "worker")
#: Other names that people give the columns.
ALSO_CALLED = {
    "case reference": "case_reference",
    "case id": "case_reference",
    "case_id": "case_reference",
    "worker staff id": "worker",
    "worker_staff_id": "worker",
}


@dataclass(frozen=True)
class OpenCaseRow:
    """One open case as the file says it. ``worker`` is a staff ID, or None where none is given."""

    number: int
    case_reference: str
    service: str
    locality: str
    team: str
    worker: str | None

    @property
    def key(self) -> str:
        """The case, however its reference is written."""
        return self.case_reference.casefold()


@dataclass(frozen=True)
class ListRead:
    """A file's rows as far as the file alone can tell."""

    cases: tuple[OpenCaseRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    header_problems: tuple[Problem, ...] = ()
    rows: int = 0


@dataclass(frozen=True)
class Place:
    """A service or a locality as it is known here."""

    id: int
    name: str
    in_use: bool = True


@dataclass(frozen=True)
class TeamPlace(Place):
    """A team, and the names of its service and its locality."""

    service: str = ""
    locality: str = ""


@dataclass(frozen=True)
class Places:
    """The places there are, each by its name in lower case."""

    service: Mapping[str, Place] = field(default_factory=dict)
    locality: Mapping[str, Place] = field(default_factory=dict)
    team: Mapping[str, TeamPlace] = field(default_factory=dict)

    def of(self, case: OpenCaseRow) -> list[tuple[str, str, Place | None]]:
        """What a row names: the column, the name, and what is known by it."""
        return [
            ("service", case.service, self.service.get(case.service.casefold())),
            ("locality", case.locality, self.locality.get(case.locality.casefold())),
            ("team", case.team, self.team.get(case.team.casefold())),
        ]


@dataclass(frozen=True)
class Earlier:
    """What of the list before matters: its cases, and those kept out of the draw by hand."""

    cases: frozenset[str] = frozenset()
    exempted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ListPlan:
    """What taking a list would do. ``unknown`` are names nobody has made, by the column, and
    ``unknown_problems`` the rows that name them.

    ``added`` and ``gone`` count cases beside the list before. An exemption stays with its case;
    ``exemptions_gone`` are of cases that are no longer open.
    """

    rows: int = 0
    cases: tuple[OpenCaseRow, ...] = ()
    header_problems: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown_problems: tuple[Problem, ...] = ()
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: int = 0
    gone: int = 0
    exemptions_kept: int = 0
    exemptions_gone: int = 0

    @property
    def every_problem(self) -> list[Problem]:
        """Each in the order of the rows, as somebody puts the file right."""
        return [*self.header_problems, *sorted((*self.problems, *self.unknown_problems))]

    @property
    def bad_rows(self) -> int:
        return len({each.row for each in (*self.problems, *self.unknown_problems)})

    @property
    def ready(self) -> bool:
        """Whether the list can be taken: every row is right."""
        return bool(self.cases) and not self.every_problem

    @property
    def without_worker(self) -> int:
        return sum(each.worker is None for each in self.cases)

    @property
    def by_team(self) -> list[tuple[str, str, str, int]]:
        """How many cases each team holds: service, locality, team and number, by name."""
        counted = Counter((each.service, each.locality, each.team) for each in self.cases)
        return [(*place, number) for place, number in sorted(counted.items())]

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would do the same."""
        changes = (self.added, self.gone, self.exemptions_kept, self.exemptions_gone)
        return sha256(repr((self.cases, self.every_problem, changes)).encode()).hexdigest()


def read_list(rows: Sequence[RawRow]) -> ListRead:
    """Read every row below the header, which is the first."""
    header = find_columns(rows[0], COLUMNS, COLUMNS, "the list of open cases", ALSO_CALLED)
    body = rows[1:]
    if header.problems:
        return ListRead(header_problems=header.problems, rows=len(body))
    cases: list[OpenCaseRow] = []
    problems: list[Problem] = []
    for row in body:
        case, found = _read_row(row, header)
        problems += found
        cases += [case] if case is not None else []
    return ListRead(tuple(cases), tuple(problems), rows=len(body))


def _read_row(row: RawRow, header: Header) -> tuple[OpenCaseRow | None, list[Problem]]:
    if problem := slipped(row, header):
        return None, [problem]
    reading = RowReading(row, header)
    reference = reading.read("case_reference", case_reference)
    places = [reading.read(column, place_name) for column in ("service", "locality", "team")]
    service, locality, team = places
    worker = None if reading.empty("worker") else reading.read("worker", _staff_id)
    if reading.problems or not (reference and service and locality and team):
        return None, reading.problems
    return OpenCaseRow(row.number, reference, service, locality, team, worker), []


def _staff_id(cell: Cell) -> str:
    return read_staff_id(plain_text(cell))


def plan_list(read: ListRead, places: Places, earlier: Earlier) -> ListPlan:
    """Hold the rows against each other, the places there are, and the list there was."""
    if read.header_problems:
        return ListPlan(rows=read.rows, header_problems=read.header_problems)
    wrong = [problem for each in read.cases for problem in _wrong_places(each, places)]
    keys = {each.key for each in read.cases}
    return ListPlan(
        rows=read.rows,
        cases=tuple(_spelt_as_known(each, places) for each in read.cases),
        problems=tuple(sorted((*read.problems, *_repeats(read.cases), *wrong))),
        unknown_problems=tuple(
            problem for each in read.cases for problem in _unknown_places(each, places)
        ),
        unknown=_unknown(read.cases, places),
        added=len(keys - earlier.cases),
        gone=len(earlier.cases - keys),
        exemptions_kept=len(earlier.exempted & keys),
        exemptions_gone=len(earlier.exempted - keys),
    )


def _repeats(cases: Iterable[OpenCaseRow]) -> list[Problem]:
    first: dict[str, int] = {}
    return [
        Problem(each.number, "case_reference", f"This case stands in row {row} already")
        for each in cases
        if (row := first.setdefault(each.key, each.number)) != each.number
    ]


def _unknown_places(case: OpenCaseRow, places: Places) -> list[Problem]:
    return [
        Problem(case.number, column, f"“{shown(name)}” is not known here")
        for column, name, place in places.of(case)
        if place is None
    ]


def _wrong_places(case: OpenCaseRow, places: Places) -> list[Problem]:
    """Places out of use, and a team that is of another service or locality."""
    named = places.of(case)
    out = [
        Problem(case.number, column, f"“{name}” is no longer in use")
        for column, name, place in named
        if place is not None and not place.in_use
    ]
    team = places.team.get(case.team.casefold())
    if out or team is None or any(place is None for *_, place in named) or _is_there(case, team):
        return out
    there = f"“{team.name}” is a team of {team.service}, {team.locality}"
    return [Problem(case.number, "team", f"{there}, not of {case.service}, {case.locality}")]


def _is_there(case: OpenCaseRow, team: TeamPlace) -> bool:
    there = (team.service.casefold(), team.locality.casefold())
    return there == (case.service.casefold(), case.locality.casefold())


def _spelt_as_known(case: OpenCaseRow, places: Places) -> OpenCaseRow:
    service, locality, team = (place.name if place else name for _, name, place in places.of(case))
    return replace(case, service=service, locality=locality, team=team)


def _unknown(cases: Iterable[OpenCaseRow], places: Places) -> dict[str, tuple[str, ...]]:
    """Each name that nobody has made, as first spelt, in the order of the names."""
    found: dict[str, dict[str, str]] = {"service": {}, "locality": {}, "team": {}}
    for case in cases:
        for column, name, place in places.of(case):
            if place is None:
                found[column].setdefault(name.casefold(), name)
    return {
        column: tuple(names[key] for key in sorted(names))
        for column, names in found.items()
        if names
    }
