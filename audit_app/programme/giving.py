"""Who is given an audit of the programme: by the service, by a lead, or another case instead.

Whoever has a stake in the case is never given it, whoever asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from audit_app.audits.lately import IN_ITS_PLACE, hold_cases, why_not_now
from audit_app.extensions import db
from audit_app.models import (
    Absence,
    Allocation,
    OpenCase,
    ProgrammeCycle,
    User,
    remember,
)
from audit_app.models.base import new_reference, now
from audit_app.programme import queries
from audit_app.programme.allocations import to_do_by_auditor
from audit_app.programme.eligibility import standings
from audit_app.programme.stakes import Auditors, auditors_for, auditors_for_list, small
from audit_app.rules.absences import away_too_long
from audit_app.rules.allocation_steps import (
    ALLOCATION_STEPS,
    AllocationState,
    ChosenBecause,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.deed_words import GIVEN, NOBODY
from audit_app.rules.drawing import tie_break
from audit_app.rules.stakes import Stake
from audit_app.rules.workflow import NotAllowed, Verb, next_state
from audit_app.rules.working_days import working_days_after

#: How many working days there are at least for a case that takes another's place.
DAYS_FOR_SUBSTITUTE = 10


class Overtaken(Exception):
    """It was given to somebody else since the page was opened."""


class NothingLeft(Exception):
    """No other case of the stratum could be audited today."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who records audits, and how they stand to one allocation.

    ``held`` is how many audits of the cycle they have already, done ones too; of a re-audit, how
    many they have to do. ``target`` is how many they do in the cycle; None outside one.
    """

    user: User
    stakes: frozenset[Stake]
    away: bool
    held: int
    target: int | None

    @property
    def eligible(self) -> bool:
        """Whether a lead may give it to them."""
        return not self.stakes

    @property
    def free(self) -> bool:
        """Whether the service itself would give it to them."""
        return self.eligible and not self.away and (self.target is None or self.held < self.target)

    @property
    def fill(self) -> float:
        """How much of what they are to do they have already."""
        return self.held / self.target if self.target else self.held


def candidates_for(allocation: Allocation) -> list[Candidate]:
    """Everybody who records audits: those it would be given to first, then those it could be."""
    auditors = auditors_for([small(allocation)], allocation.cycle)
    held, away = _held(allocation.cycle), people_away(date.today(), allocation.due_on)
    targets = _targets(allocation.cycle, auditors)
    found = [
        Candidate(
            user,
            auditors.stakes(user, allocation),
            user.id in away,
            held.get(user.id, 0),
            targets.get(user.id),
        )
        for user in auditors.people.values()
    ]
    return sorted(found, key=lambda each: _order(allocation, each))


def _order(allocation: Allocation, each: Candidate) -> tuple[bool, bool, float, int]:
    seed = allocation.reference if allocation.cycle is None else allocation.cycle.seed
    tie = tie_break(seed, allocation.case_reference, each.user.reference)
    return not each.free, not each.eligible, each.fill, tie


def _targets(cycle: ProgrammeCycle | None, auditors: Auditors) -> Mapping[int, int]:
    """How many audits each person does in a cycle; nothing outside one."""
    people = list(auditors.people.values())
    return {} if cycle is None else queries.audits_each(cycle, people)


def people_away(start: date, due: date) -> frozenset[int]:
    """Who is away for half or more of the working days from a start to a due date."""
    rows = db.session.execute(
        select(Absence.user_id, Absence.first_day, Absence.last_day).where(
            Absence.first_day <= max(start, due), Absence.last_day >= start
        )
    )
    days: dict[int, list[tuple[date, date]]] = {}
    for user, first, last in rows:
        days.setdefault(user, []).append((first, last))
    return frozenset(user for user, away in days.items() if away_too_long(away, start, due))


def _held(cycle: ProgrammeCycle | None) -> Mapping[int, int]:
    if cycle is None:
        return to_do_by_auditor()
    rows = db.session.execute(
        select(Allocation.auditor_id, func.count())
        .where(
            Allocation.cycle_id == cycle.id,
            Allocation.put_aside.is_(None),
            Allocation.auditor_id.is_not(None),
        )
        .group_by(Allocation.auditor_id)
    )
    return {auditor: count for auditor, count in rows if auditor is not None}


def give(by: User, allocation: Allocation, auditor: User, seen: str) -> None:
    """Give an audit to a person a lead names. Not committed.

    It may be more than their number, and while they are away: whoever gives it sees both.

    Args:
        seen: the reference of whoever had it when the page was opened; empty for nobody.

    Raises:
        NotAllowed: when it is started or put aside, this person may not be given it, or the case
            was audited lately or is being audited.
        Overtaken: when it was given to somebody else since.
    """
    allocation.hold()
    relations = allocation.relations_of(by)
    next_state(ALLOCATION_STEPS, allocation.state, Verb.GIVE, by.permissions, relations)
    if (allocation.auditor.reference if allocation.auditor else "") != seen:
        raise Overtaken
    hold_cases()
    if (reason := why_not_now(allocation, date.today())) is not None:
        raise NotAllowed(f"{reason} {IN_ITS_PLACE}")
    _check_may_have(allocation, auditor)
    assign(allocation, auditor, by)


def _check_may_have(allocation: Allocation, auditor: User) -> None:
    if auditor.id not in {each.user.id for each in candidates_for(allocation) if each.eligible}:
        raise NotAllowed(f"{auditor.name} cannot be given this audit.")


def give_to_somebody(allocation: Allocation, rather: User | None = None) -> User | None:
    """Give an audit to whoever has no stake and the most room left; else it waits. Not committed.

    So it does where the case was audited since, or is being audited: a lead sees to it.
    Nobody picks: where two have as much of their number, a digest decides. Whoever has it now may
    be given it again, so declare their stake first.

    Args:
        rather: who is given it if they have no stake in it, as they have the room for it already.
    """
    allocation.hold()
    hold_cases()
    barred = why_not_now(allocation, date.today()) is not None
    possible = [] if barred else candidates_for(allocation)
    same = [each.user for each in possible if each.eligible and each.user == rather]
    free = [each.user for each in possible if each.free]
    found = next(iter([*same, *free]), None)
    assign(allocation, found)
    return found


def assign(allocation: Allocation, auditor: User | None, by: User | None = None) -> None:
    """Say who does an audit; the history keeps who had it. Not committed.

    ``by`` is who decided it; nobody where the service did.
    """
    if allocation.auditor is not auditor:
        was, given = (each.reference if each else NOBODY for each in (allocation.auditor, auditor))
        remember(db.session, by, f"{GIVEN}{was} to {given}", "allocation", allocation.reference)
        _leave_draft(allocation, by)
    allocation.auditor = auditor
    allocation.auditor_id = None if auditor is None else auditor.id
    allocation.allocated_at = None if auditor is None else now()


def _leave_draft(allocation: Allocation, by: User | None) -> None:
    """Whoever had begun it keeps their draft, which is no part of the programme any more."""
    if allocation.audit is not None and allocation.audit.state is AuditState.DRAFT:
        left = f"left behind draft {allocation.audit.reference}"
        remember(db.session, by, left, "allocation", allocation.reference)
        allocation.audit = None


def substitute(by: User, allocation: Allocation) -> Allocation:
    """Put an audit aside for the next case of its stratum in the draw. Not committed.

    The next case is the first in the drawn order that nobody has yet and that could still be drawn
    today. It goes to the same auditor where they have no stake in it. There are ten working days
    for it at least; the first due date stays, so that completion hides no delay.

    Say why in the request that ``by`` grants, and mark it as decided afterwards: until then it
    tells who asked, and so who may not approve it.

    Raises:
        NotAllowed: when it is started or put aside, or ``by`` may not approve it.
        NothingLeft: when no case is left, or it was not drawn.
    """
    allocation.hold()
    hold_programme()
    relations = allocation.relations_of(by)
    next_state(ALLOCATION_STEPS, allocation.state, Verb.SUBSTITUTE, by.permissions, relations)
    case = next_in_draw(allocation)
    if case is None or allocation.cycle is None:
        raise NothingLeft
    had_it = allocation.auditor
    put_aside(allocation, AllocationState.SUBSTITUTED)
    remember(db.session, by, "substituted", "allocation", allocation.reference)
    instead = allocation_of(case, allocation.cycle, ChosenBecause.SUBSTITUTE)
    at_least = working_days_after(date.today(), DAYS_FOR_SUBSTITUTE)
    instead.due_on = max(allocation.due_on, at_least)
    instead.first_due_on = allocation.first_due_on
    instead.in_place_of = allocation
    db.session.add(instead)
    db.session.flush()
    remember(db.session, by, "drawn as a substitute", "allocation", instead.reference)
    give_to_somebody(instead, rather=had_it)
    return instead


def put_aside(allocation: Allocation, how: AllocationState) -> None:
    """Leave an audit undone: exempt or substituted. Not committed, not checked."""
    allocation.put_aside, allocation.put_aside_at = how, now()


def allocation_of(case: OpenCase, cycle: ProgrammeCycle, because: ChosenBecause) -> Allocation:
    """An audit of an open case that is to be done, by nobody yet."""
    return Allocation(
        reference=new_reference(),
        cycle=cycle,
        open_case_id=case.id,
        chosen_because=because,
        case_reference=case.case_reference,
        service_id=case.service_id,
        locality_id=case.locality_id,
        team_id=case.team_id,
        worker_staff_id=case.worker_staff_id,
        due_on=cycle.due_on,
        first_due_on=cycle.due_on,
    )


def next_in_draw(allocation: Allocation) -> OpenCase | None:
    """The case that would be audited in place of this one; None when none is left."""
    if allocation.cycle is None or allocation.open_case_id is None:
        return None
    left = _left_in_stratum(allocation.open_case_id)
    auditors = auditors_for_list(allocation.cycle)
    stand = standings(allocation.cycle, left, auditors, date.today())
    return next((case for case in left if stand[case.id].excluded_because is None), None)


def _left_in_stratum(open_case_id: int) -> Sequence[OpenCase]:
    """The cases of the same stratum that were never audited in the cycle, in the drawn order."""
    drawn = db.session.get_one(OpenCase, open_case_id)
    taken = select(Allocation.id).where(Allocation.open_case_id == OpenCase.id).exists()
    return db.session.scalars(
        select(OpenCase)
        .where(
            OpenCase.cycle_id == drawn.cycle_id,
            OpenCase.stratum == drawn.stratum,
            OpenCase.place.is_not(None),
            OpenCase.chosen.is_(False),
            ~taken,
        )
        .order_by(OpenCase.place)
    ).all()


def hold_programme() -> None:
    """Let nobody else draw, substitute or change a cycle until the transaction ends.

    A child is in one cycle at a time only if two cycles are not drawn in the same moment. An
    allocation is held before, never after, so that two people never wait for each other.
    """
    hold_cases()
    db.session.execute(
        select(ProgrammeCycle.id).order_by(ProgrammeCycle.id).with_for_update(key_share=True)
    ).all()
