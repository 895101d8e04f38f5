"""Who could audit a case: everybody who records audits, and in which cases they have a stake.

What a stake is, ``rules.stakes`` says; here the facts are fetched, in as many queries for one case
as for three thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from audit_app.extensions import db
from audit_app.models import (
    Allocation,
    Audit,
    DeclaredStake,
    Escalation,
    OpenCase,
    ProgrammeCycle,
    RoleGrant,
    User,
)
from audit_app.programme import queries
from audit_app.rules.permissions import Role
from audit_app.rules.stakes import AuditorFacts, CaseFacts, KnownStakes, Stake, stakes_of

#: Case references in small letters: a few, or a select of those of a whole list. Somebody types
#: "p1234567" and the case system writes "P1234567": they are one child.
References = Sequence[str] | Select[Any]


@dataclass(frozen=True)
class Auditors:
    """Everybody who records audits, with what decides in which cases they have a stake."""

    people: Mapping[int, User]
    facts: Sequence[AuditorFacts]
    known: KnownStakes

    def stakes(self, user: User, case: OpenCase | Allocation) -> frozenset[Stake]:
        """Every stake a person has in a case."""
        return stakes_of(facts_of(user), case_facts(case), self.known)

    def can_be_given(self, case: OpenCase | Allocation) -> bool:
        """Whether anybody may be given a case."""
        facts = case_facts(case)
        return any(not stakes_of(each, facts, self.known) for each in self.facts)

    def without_stake(self, case: OpenCase | Allocation) -> list[User]:
        """Those who may be given a case."""
        facts = case_facts(case)
        return [
            self.people[each.id] for each in self.facts if not stakes_of(each, facts, self.known)
        ]


def auditors_for(references: References, cycle: ProgrammeCycle | None) -> Auditors:
    """Who could audit these cases.

    Args:
        cycle: whose list of open cases says which teams a worker holds cases of; without one, the
            latest list there is.
    """
    people = {user.id: user for user in queries.auditors()}
    return Auditors(
        people=people,
        facts=[facts_of(user) for user in people.values()],
        known=known_stakes(references, _list_of(cycle)),
    )


def auditors_for_list(cycle: ProgrammeCycle) -> Auditors:
    """Who could audit the open cases of a cycle."""
    return auditors_for(references_in(cycle), cycle)


def references_in(cycle: ProgrammeCycle) -> Select[Any]:
    """The cases of a cycle's list."""
    return select(func.lower(OpenCase.case_reference)).where(OpenCase.cycle_id == cycle.id)


def has_stake(user: User, allocation: Allocation) -> bool:
    """Whether a person has any stake in the case of an allocation."""
    return bool(auditors_for([small(allocation)], allocation.cycle).stakes(user, allocation))


def case_facts(case: OpenCase | Allocation) -> CaseFacts:
    """What of a case decides who has a stake in it."""
    return CaseFacts(
        reference=small(case),
        team=case.team_id,
        service=case.service_id,
        worker=case.worker_staff_id,
        audited_by=_did_it_before(case),
    )


def _did_it_before(case: OpenCase | Allocation) -> int | None:
    """Who did the audit that is to be done again, by row number; nobody but for a re-audit."""
    if isinstance(case, OpenCase) or case.re_audit_of is None:
        return None
    earlier: Audit = case.re_audit_of
    return earlier.auditor_id


def small(case: OpenCase | Allocation) -> str:
    """A case's reference in small letters."""
    return case.case_reference.lower()


def facts_of(user: User) -> AuditorFacts:
    """What of a person decides in which cases they have a stake."""
    return AuditorFacts(
        id=user.id,
        staff_id=user.staff_id,
        manages=frozenset(
            g.team_id for g in user.grants if g.role is Role.TEAM_MANAGER and g.team_id is not None
        ),
        belongs_to=frozenset(g.team_id for g in user.grants if g.team_id is not None),
        heads=frozenset(g.service_id for g in user.grants if g.role is Role.HEAD_OF_SERVICE),
    )


def known_stakes(references: References, cycle_id: int | None) -> KnownStakes:
    """What is known of these cases, and of every worker, beyond the cases themselves."""
    return KnownStakes(
        teams_of_worker=_teams_of_worker(cycle_id),
        escalated=_escalated(references),
        declared=_declared(references),
    )


def _list_of(cycle: ProgrammeCycle | None) -> int | None:
    if cycle is not None:
        return cycle.id
    return db.session.scalar(
        select(OpenCase.cycle_id)
        .join(ProgrammeCycle, ProgrammeCycle.id == OpenCase.cycle_id)
        .order_by(ProgrammeCycle.starts_on.desc(), ProgrammeCycle.id.desc())
        .limit(1)
    )


def _teams_of_worker(cycle_id: int | None) -> Mapping[str, frozenset[int]]:
    granted = (
        select(User.staff_id, RoleGrant.team_id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.staff_id.is_not(None), RoleGrant.team_id.is_not(None), RoleGrant.holds)
    )
    held = (
        select(OpenCase.worker_staff_id, OpenCase.team_id)
        .where(OpenCase.cycle_id == cycle_id, OpenCase.worker_staff_id.is_not(None))
        .distinct()
    )
    return _gathered([*db.session.execute(granted), *db.session.execute(held)])


def _escalated(references: References) -> Mapping[str, frozenset[int]]:
    wanted = (
        select(func.lower(Audit.case_reference), Audit.service_id)
        .join(Escalation, Escalation.audit_id == Audit.id)
        .where(func.lower(Audit.case_reference).in_(references))
    )
    return _gathered(db.session.execute(wanted))


def _declared(references: References) -> Mapping[str, frozenset[int]]:
    case = func.lower(DeclaredStake.case_reference)
    wanted = select(case, DeclaredStake.user_id).where(case.in_(references))
    return _gathered(db.session.execute(wanted))


def _gathered(rows: Iterable[Any]) -> Mapping[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for key, value in rows:
        if key is not None and value is not None:
            found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}
