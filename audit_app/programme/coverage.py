"""What a draw covers, stratum by stratum: before it is confirmed, and as it was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import OpenCase, ProgrammeCycle, Service, Team
from audit_app.programme import queries
from audit_app.programme.begun import Begun, begun_by_themselves
from audit_app.programme.drawing import (
    days_of,
    kept_standings,
    listed,
    numbers_of,
    open_cases,
    seats_of,
    to_give,
)
from audit_app.programme.eligibility import Standing, standings
from audit_app.programme.giving import people_away
from audit_app.programme.stakes import Auditors, auditors_for_list
from audit_app.rules import drawing
from audit_app.rules.drawing import ListedCase, Numbers, Stratum, strata_of, stratum_of
from audit_app.rules.programme import ExcludedBecause
from audit_app.rules.shares import Share
from audit_app.rules.spreading import spread


def _share_text(drawn: int, cases: int) -> str:
    """A percentage with one decimal, as targets are often a few in a hundred."""
    floor = current_app.config["SETTINGS"].small_base
    return Share(drawn, cases, places=1, floor=floor).percent_text or "–"


@dataclass(frozen=True)
class Line:
    """What a stratum, or all of them, come to in cases."""

    service: str
    team: str | None
    open: int
    excluded: Mapping[ExcludedBecause, int]
    wanted: int

    @property
    def eligible(self) -> int:
        return self.open - sum(self.excluded.values())

    @property
    def drawn(self) -> int:
        return min(self.wanted, self.eligible)

    @property
    def missing(self) -> int:
        """How many cases too few there are for the target."""
        return self.wanted - self.drawn

    @property
    def share(self) -> str:
        """How much of the open cases that is, as printed."""
        return _share_text(self.drawn, self.open)


@dataclass(frozen=True)
class Coverage:
    """Every stratum by service and team, and services of which no case is on the list."""

    lines: Sequence[Line]
    unlisted: Sequence[str]

    @property
    def total(self) -> Line:
        """All strata together; never fewer missing than in each of them."""
        excluded: Counter[ExcludedBecause] = Counter()
        for line in self.lines:
            excluded.update(line.excluded)
        cases, wanted = sum(x.open for x in self.lines), sum(x.wanted for x in self.lines)
        return Line("All", None, cases, excluded, wanted)

    @property
    def drawn(self) -> int:
        return sum(line.drawn for line in self.lines)

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)

    @property
    def share(self) -> str:
        """How much of all open cases is drawn, as printed."""
        return _share_text(self.drawn, self.total.open)

    @property
    def reasons(self) -> list[ExcludedBecause]:
        """Why cases are left out of this draw: the reasons there are."""
        found = self.total.excluded
        return [each for each in ExcludedBecause if found[each]]

    @property
    def untouched(self) -> list[Line]:
        """Strata with open cases of which none is drawn."""
        return [line for line in self.lines if line.open and not line.drawn]


@dataclass(frozen=True)
class Capacity:
    """What the auditors can do of a draw.

    ``waiting`` is how many cases found no auditor in a rehearsal with another seed.
    """

    auditors: int
    away: int
    without_room: int
    room: int
    waiting: int


@dataclass(frozen=True)
class Forecast:
    """What confirming a draw would come to, and which drafts keep cases out of it."""

    coverage: Coverage
    capacity: Capacity
    begun: Sequence[Begun]


def forecast(cycle: ProgrammeCycle, on: date) -> Forecast:
    """What drawing a cycle on a day would cover, without telling which cases that would be."""
    cases, auditors = open_cases(cycle), auditors_for_list(cycle)
    standing = standings(cycle, cases, auditors, on)
    as_listed = listed(cases, standing)
    waiting = _rehearse(cycle, cases, as_listed, auditors, on)
    return Forecast(
        _coverage(cases, standing, as_listed, numbers_of(cycle)),
        _capacity(cycle, auditors, on, waiting),
        begun_by_themselves(cycle, cases, standing),
    )


def coverage_as_drawn(cycle: ProgrammeCycle) -> Coverage:
    """What a draw covered, from what was kept of it."""
    cases = open_cases(cycle)
    standing = kept_standings(cases)
    return _coverage(cases, standing, listed(cases, standing), numbers_of(cycle))


def _rehearse(
    cycle: ProgrammeCycle,
    cases: Sequence[OpenCase],
    as_listed: Sequence[ListedCase],
    auditors: Auditors,
    on: date,
) -> int:
    """How many cases find no auditor when others are drawn than will be."""
    seed = f"rehearsal of {cycle.reference}"
    drawn = drawing.draw(seed, as_listed, numbers_of(cycle))
    chosen = [case for case in cases if drawn[case.case_reference].chosen]
    given = spread(seed, to_give(chosen, auditors), seats_of(cycle, auditors, on))
    return sum(auditor is None for auditor in given.values())


def _capacity(cycle: ProgrammeCycle, auditors: Auditors, on: date, waiting: int) -> Capacity:
    people = list(auditors.people.values())
    number = queries.audits_each(cycle, people)
    away = people_away(*days_of(cycle, on)) & set(auditors.people)
    return Capacity(
        auditors=len(people),
        away=len(away),
        without_room=sum(not number[each.id] for each in people if each.id not in away),
        room=sum(seat.room for seat in seats_of(cycle, auditors, on)),
        waiting=waiting,
    )


def _coverage(
    cases: Sequence[OpenCase],
    standing: Mapping[int, Standing],
    as_listed: Sequence[ListedCase],
    numbers: Numbers,
) -> Coverage:
    names = _Names.read()
    opened: Counter[str] = Counter()
    excluded: dict[str, Counter[ExcludedBecause]] = {}
    for case, known in zip(cases, as_listed, strict=True):
        key, why = stratum_of(known, numbers), standing[case.id].excluded_because
        opened[key] += 1
        if why is not None:
            excluded.setdefault(key, Counter())[why] += 1
    lines = [
        names.line(each, opened[each.key], excluded.get(each.key, Counter()))
        for each in strata_of(as_listed, numbers)
        if opened[each.key] or each.wanted
    ]
    return Coverage(
        sorted(lines, key=lambda line: (line.service, line.team is None, line.team or "")),
        names.without(case.service_id for case in cases),
    )


@dataclass(frozen=True)
class _Names:
    services: Mapping[int, str]
    in_use: frozenset[int]
    teams: Mapping[int, str]

    @classmethod
    def read(cls) -> _Names:
        services: Sequence[Any] = db.session.execute(
            select(Service.id, Service.name, Service.active)
        ).all()
        teams = db.session.execute(select(Team.id, Team.name))
        return cls(
            {row.id: row.name for row in services},
            frozenset(row.id for row in services if row.active),
            {row.id: row.name for row in teams},
        )

    def line(self, stratum: Stratum, opened: int, excluded: Counter[ExcludedBecause]) -> Line:
        team = None if stratum.team is None else self.teams[stratum.team]
        return Line(self.services[stratum.service], team, opened, excluded, stratum.wanted)

    def without(self, listed_services: Iterable[int]) -> list[str]:
        """Services in use of which no case is on the list."""
        return sorted(self.services[each] for each in self.in_use - set(listed_services))
