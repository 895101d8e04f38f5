"""Made-up lists of open cases, of which the audits made already turn out to be the ones drawn.

A case's number comes from the cycle's seed and its reference, and both the audits and the seed are
there before the list. So the list is what is made up: whatever else is on it drew a higher number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from audit_app.demo.people import Staff
from audit_app.demo.places import SERVICES
from audit_app.extensions import db
from audit_app.models import Audit, Team
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.drawing import NUMBER_BITS, case_number
from audit_app.rules.guidance import audited_lately

#: How many cases are open at a time, and how many of them drew a lower number at least.
CASES = 600
_LOWEST = 2**NUMBER_BITS // 14
#: Of the cases on a list, the share that was audited in the twelve months before.
_LATELY = 0.07
#: No earlier audit lies within the twelve months before the first of the cycles.
_KNOWN = timedelta(days=800)


@dataclass(frozen=True)
class Held:
    """An open case: whose, and the audit of it that a cycle asked for, where one was made."""

    reference: str
    team: Team
    worker: str | None
    audit: Any = None
    last_audited_on: date | None = None


@dataclass
class Listed:
    """A cycle's list by service: what is to be drawn, and all the rest."""

    drawn: dict[int, list[Held]] = field(default_factory=dict)
    others: dict[int, list[Held]] = field(default_factory=dict)

    @property
    def every(self) -> list[Held]:
        parts = (*self.drawn.values(), *self.others.values())
        return sorted((case for part in parts for case in part), key=lambda each: each.reference)


class Cases:
    """Every open case there is, and the audits made already."""

    def __init__(self, rng: Random, staff: Staff, teams: list[Team], today: date) -> None:
        self.rng, self._staff = rng, staff
        self._of_service: defaultdict[int, list[Team]] = defaultdict(list)
        for team in teams:
            self._of_service[team.service_id].append(team)
        self._teams = {team.id: team for team in teams}
        self.audits = _audits(today - _KNOWN)
        self._newest = {each.case_reference: each for each in self.audits}
        self._taken = set(db.session.scalars(select(Audit.case_reference)))
        self._pool = {
            service: [self._new(service) for _ in range(round(1.4 * self._size(service)))]
            for service in self._of_service
        }

    @property
    def services(self) -> list[int]:
        return list(self._of_service)

    def _size(self, service: int) -> int:
        prefix = self._of_service[service][0].name.split()[0]
        share = next(plan.share for plan in SERVICES if plan.prefix == prefix)
        return round(CASES * share)

    def _new(self, service: int) -> Held:
        while (reference := str(self.rng.randint(3_200_000, 3_999_999))) in self._taken:
            pass
        self._taken.add(reference)
        team = self.rng.choice(self._of_service[service])
        worker = self.rng.choice(self._staff.workers[team.id])
        return Held(reference, team, worker if self.rng.random() < 0.95 else None)

    def held(self, audit: Any, on: date | None = None) -> Held:
        team = self._teams[audit.team_id]
        return Held(audit.case_reference, team, audit.worker_staff_id, audit, on)

    def audited_in(self, first: date, last: date) -> list[Any]:
        """Full audits of a time that a draw could have asked for, none by the team's manager."""
        before = self.last_audits(first)
        return [
            each
            for each in self.audits
            if first <= each.audit_date <= last
            and each.audit_type is AuditType.FULL
            and each.selection is Selection.RANDOM
            and each.state is not AuditState.DRAFT
            and self._staff.managers[each.team_id].id != each.auditor_id
            and each.case_reference not in before
        ]

    def last_audits(self, on: date) -> dict[str, date]:
        """The cases audited within twelve months before a day, and when they last were."""
        return {
            each.case_reference: each.audit_date
            for each in self.audits
            if each.audit_date < on
            and each.state is not AuditState.DRAFT
            and audited_lately(each.audit_date, on)
        }

    def list_for(
        self,
        seed: str,
        done: Iterable[Any],
        to_do: dict[int, int],
        beside: Iterable[Held],
        on: date,
    ) -> Listed:
        """A list of which the audits ``done``, and so many cases ``to_do``, will be drawn.

        ``beside`` are cases on it that a draw leaves out.
        """
        found, beside = Listed(), list(beside)
        done = list(done)
        for service in self.services:
            audited = [self.held(each) for each in done if each.service_id == service]
            numbers = [case_number(seed, each.reference) for each in audited]
            top = max([_LOWEST, *numbers])
            known = {each.reference for each in beside}
            lower, higher = self._side(seed, service, top, known)
            drawn = [*audited, *_first(lower, to_do.get(service, 0))]
            left_out = [each for each in beside if each.team.service_id == service]
            left_out += self._lately(service, on, {each.reference for each in left_out})
            size = self._size(service) - len(drawn) - len(left_out)
            found.drawn[service] = drawn
            found.others[service] = [*left_out, *_first(higher, size)]
        return found

    def _side(
        self, seed: str, service: int, top: int, known: set[str]
    ) -> tuple[Iterator[Held], Iterator[Held]]:
        """Cases that drew a lower number, and ones that drew a higher: known ones, then new."""

        def of(wanted: Callable[[int], bool]) -> Iterator[Held]:
            yield from [
                each
                for each in self._pool[service]
                if each.reference not in known and wanted(case_number(seed, each.reference))
            ]
            while True:
                case = self._new(service)
                if wanted(case_number(seed, case.reference)):
                    self._pool[service].append(case)
                    yield case

        return of(lambda number: number < top), of(lambda number: number > top)

    def _lately(self, service: int, on: date, known: set[str]) -> list[Held]:
        """Some that were audited within a year, so that they are not drawn again."""
        last = self.last_audits(on)
        possible = [
            self.held(self._newest[case], day)
            for case, day in last.items()
            if self._newest[case].service_id == service and case not in known
        ]
        return self.rng.sample(possible, min(len(possible), round(_LATELY * self._size(service))))


def _first(cases: Iterator[Held], count: int) -> list[Held]:
    return [next(cases) for _ in range(count)]


def _audits(since: date) -> list[Any]:
    wanted = (
        select(
            Audit.id, Audit.case_reference, Audit.audit_date, Audit.service_id, Audit.team_id,
            Audit.worker_staff_id, Audit.auditor_id, Audit.selection, Audit.audit_type, Audit.state,
        )
        .where(Audit.audit_date > since)
        .order_by(Audit.audit_date, Audit.id)
    )  # fmt: skip
    return list(db.session.execute(wanted))
