"""What the draw of a cycle works on, and the draw done again from what was kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Allocation, OpenCase, ProgrammeCycle
from audit_app.programme import queries
from audit_app.programme.eligibility import Standing
from audit_app.programme.giving import people_away
from audit_app.programme.stakes import Auditors
from audit_app.rules import drawing
from audit_app.rules.allocation_steps import ChosenBecause
from audit_app.rules.drawing import Drawn, ListedCase, Numbers
from audit_app.rules.spreading import Seat, ToGive


def open_cases(cycle: ProgrammeCycle) -> Sequence[OpenCase]:
    """The list a cycle is drawn from, in the order of the case references."""
    return db.session.scalars(
        select(OpenCase).where(OpenCase.cycle_id == cycle.id).order_by(OpenCase.case_reference)
    ).all()


def numbers_of(cycle: ProgrammeCycle) -> Numbers:
    """How many cases a cycle asks for, of each service and team."""
    return Numbers(
        of_service={t.service_id: t.number for t in cycle.targets if t.service_id is not None},
        of_team={t.team_id: t.number for t in cycle.targets if t.team_id is not None},
    )


def listed(cases: Iterable[OpenCase], standings: Mapping[int, Standing]) -> list[ListedCase]:
    """The cases as the draw knows them."""
    return [
        ListedCase(
            case.case_reference,
            case.service_id,
            case.team_id,
            excluded=standings[case.id].excluded_because is not None,
        )
        for case in cases
    ]


def seats_of(cycle: ProgrammeCycle, auditors: Auditors, on: date) -> list[Seat]:
    """Every auditor with room for an audit of the cycle, none of them away for half of it."""
    people = list(auditors.people.values())
    room, away = queries.audits_each(cycle, people), people_away(*days_of(cycle, on))
    return [
        Seat(person.id, person.reference, room[person.id])
        for person in people
        if room[person.id] and person.id not in away
    ]


def days_of(cycle: ProgrammeCycle, on: date) -> tuple[date, date]:
    """From when to when the audits of a cycle drawn on a day are done."""
    return max(cycle.starts_on, on), cycle.due_on


def to_give(cases: Iterable[OpenCase], auditors: Auditors) -> list[ToGive]:
    """Cases that were drawn, with who may be given each."""
    return [
        ToGive(case.case_reference, frozenset(p.id for p in auditors.without_stake(case)))
        for case in cases
    ]


def kept_standings(cases: Iterable[OpenCase]) -> dict[int, Standing]:
    """How each case stood when its cycle was drawn."""
    return {case.id: Standing(case.excluded_because, case.last_audited_on) for case in cases}


@dataclass(frozen=True)
class Replayed:
    """One case as it was drawn, and as it comes out when the draw is done again."""

    case: OpenCase
    again: Drawn
    allocated: bool

    @property
    def same(self) -> bool:
        kept = (self.case.stratum, self.case.number, self.case.place, self.case.chosen)
        return self.allocated is self.case.chosen and kept == (
            self.again.stratum,
            self.again.number,
            self.again.place,
            self.again.chosen,
        )


def replay(cycle: ProgrammeCycle) -> list[Replayed]:
    """The whole draw done again from the list, exclusions, targets and seed that were kept.

    What people, teams and audits have become since does not matter to it.
    """
    cases = open_cases(cycle)
    again = drawing.draw(cycle.seed, listed(cases, kept_standings(cases)), numbers_of(cycle))
    allocated = set(_allocated_at_random(cycle))
    return [Replayed(case, again[case.case_reference], case.id in allocated) for case in cases]


def _allocated_at_random(cycle: ProgrammeCycle) -> Iterable[int | None]:
    return db.session.scalars(
        select(Allocation.open_case_id).where(
            Allocation.cycle_id == cycle.id, Allocation.chosen_because == ChosenBecause.RANDOM
        )
    )
