"""Reading allocations. Fetching is authorising: nobody is given one that is not their business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from audit_app.audits.lately import still_to_come
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import (
    Allocation,
    AllocationRequest,
    Audit,
    DeclaredStake,
    ProgrammeCycle,
    RoleGrant,
    Service,
    Team,
    User,
)
from audit_app.programme import queries
from audit_app.rules.allocation_steps import AllocationState, ChosenBecause
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Permission, Role
from audit_app.web.moments import in_london

#: How many of the audits somebody has done, or requests decided, are listed under those to come.
LATEST = 10


def within_programme_of(user: User) -> ColumnElement[bool]:
    """Allocations that are a person’s business.

    Those given to them; all for a practice lead; for a head of service those of the services they
    head.
    """
    ways = (_reach_of(grant) for grant in user.grants)
    return or_(Allocation.auditor_id == user.id, *ways)


def approved_by(user: User) -> ColumnElement[bool]:
    """Allocations about which a person decides as a named senior, their own among them."""
    if not user.can(Permission.PROGRAMME_APPROVE):
        return false()
    return or_(false(), *(_reach_of(grant) for grant in user.grants))


def _reach_of(grant: RoleGrant) -> ColumnElement[bool]:
    match grant.role:
        case Role.PRACTICE_LEAD:
            return true()
        case Role.HEAD_OF_SERVICE:
            whole = grant.service_id is None
            return true() if whole else Allocation.service_id == grant.service_id
        case _:
            return false()


def allocation_for(user: User, reference: str) -> Allocation:
    """The allocation with what was asked about it, if it is this person’s business; else 404."""
    allocation = db.session.scalar(
        select(Allocation)
        .where(Allocation.reference == reference, within_programme_of(user))
        .options(
            joinedload(Allocation.service),
            joinedload(Allocation.team),
            joinedload(Allocation.locality),
            joinedload(Allocation.auditor),
            joinedload(Allocation.cycle),
            joinedload(Allocation.audit),
            joinedload(Allocation.re_audit_of),
            joinedload(Allocation.in_place_of),
            selectinload(Allocation.requests).joinedload(AllocationRequest.asked_by),
            selectinload(Allocation.requests).joinedload(AllocationRequest.decided_by),
        )
    )
    if allocation is None:
        abort(404)
    return allocation


def taken_by(user: User, allocation: Allocation) -> Allocation | None:
    """The case that is audited in place of this one, if it is this person’s business."""
    return db.session.scalar(
        select(Allocation).where(
            Allocation.in_place_of_id == allocation.id, within_programme_of(user)
        )
    )


def declared_by(user: User, allocation: Allocation) -> Sequence[DeclaredStake]:
    """Who declared a stake in the case, and why; for practice leads only."""
    if not user.can(Permission.PROGRAMME_MANAGE):
        return ()
    return db.session.scalars(
        select(DeclaredStake)
        .where(func.lower(DeclaredStake.case_reference) == allocation.case_reference.lower())
        .options(joinedload(DeclaredStake.user))
        .order_by(DeclaredStake.declared_at, DeclaredStake.id)
    ).all()


def state_of() -> ColumnElement[str]:
    """``Allocation.state`` for rows of the database, joined to their audits where they have one."""
    return case(
        (Allocation.put_aside.is_not(None), Allocation.put_aside),
        (Audit.recorded, AllocationState.DONE.value),
        (~Allocation.auditor.has(User.records_audits), AllocationState.WAITING.value),
        (Audit.state == AuditState.DRAFT, AllocationState.STARTED.value),
        else_=AllocationState.GIVEN.value,
    )


@dataclass(frozen=True)
class AllocationLine:
    """One allocation as a list shows it."""

    reference: str
    case_reference: str
    service: str
    team: str
    cycle: str | None
    auditor: str | None
    due_on: date
    first_due_on: date
    state: AllocationState
    chosen_because: ChosenBecause
    audit: str | None
    asked: bool
    submitted_at: datetime | None
    allocated_at: datetime | None

    @property
    def given_late_on(self) -> date | None:
        return given_late_on(self.allocated_at, self.due_on)

    @property
    def overdue(self) -> bool:
        return self.due_on < date.today()

    @property
    def days_left(self) -> int:
        """Days until it is due; negative once it is overdue."""
        return (self.due_on - date.today()).days

    @property
    def had_more_time(self) -> bool:
        return self.due_on > self.first_due_on


def given_late_on(allocated_at: datetime | None, due_on: date) -> date | None:
    """The day on which somebody was given an audit that was late already; mostly None."""
    given_on = None if allocated_at is None else in_london(allocated_at).date()
    return given_on if given_on is not None and given_on > due_on else None


def _lines() -> Any:
    asked = exists().where(
        AllocationRequest.allocation_id == Allocation.id, AllocationRequest.decided_at.is_(None)
    )
    return (
        select(
            Allocation.reference,
            Allocation.case_reference,
            Service.name.label("service"),
            Team.name.label("team"),
            ProgrammeCycle.name.label("cycle"),
            User.name.label("auditor"),
            Allocation.due_on,
            Allocation.first_due_on,
            state_of().label("state"),
            Allocation.chosen_because,
            Audit.reference.label("audit"),
            asked.label("asked"),
            Audit.submitted_at,
            Allocation.allocated_at,
        )
        .join(Service, Service.id == Allocation.service_id)
        .join(Team, Team.id == Allocation.team_id)
        .outerjoin(ProgrammeCycle, ProgrammeCycle.id == Allocation.cycle_id)
        .outerjoin(User, User.id == Allocation.auditor_id)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
    )


def _read(wanted: Any) -> list[AllocationLine]:
    return [
        AllocationLine(**{**row, "state": AllocationState(row["state"])})
        for row in db.session.execute(wanted).mappings()
    ]


def given_to(user: User) -> list[AllocationLine]:
    """What a person is to audit and has not submitted, the first due first."""
    wanted = _lines().where(Allocation.auditor_id == user.id, still_to_come())
    return _read(wanted.order_by(Allocation.due_on, Allocation.id))


def done_lately(user: User) -> list[AllocationLine]:
    """What a person audited last of what they were given."""
    theirs = and_(Allocation.auditor_id == user.id, Allocation.put_aside.is_(None), Audit.recorded)
    wanted = _lines().where(theirs).order_by(Audit.submitted_at.desc(), Allocation.id.desc())
    return _read(wanted.limit(LATEST))


def count_without_auditor() -> int:
    """How many audits nobody has who can do them."""
    wanted = (
        select(func.count())
        .select_from(Allocation)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(queries.without_auditor())
    )
    return db.session.scalar(wanted) or 0


def without_auditor() -> list[AllocationLine]:
    """Cases that wait for an auditor, the first due first."""
    wanted = _lines().where(queries.without_auditor())
    return _read(wanted.order_by(Allocation.due_on, Allocation.id))


def to_do_by_auditor() -> dict[int, int]:
    """How many audits each auditor has been given and has not submitted, by their row number."""
    rows = db.session.execute(
        select(Allocation.auditor_id, func.count())
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(Allocation.auditor_id.is_not(None), still_to_come())
        .group_by(Allocation.auditor_id)
    )
    return {auditor_id: count for auditor_id, count in rows if auditor_id is not None}


def reads_earlier(user: User, allocation: Allocation) -> bool:
    """Whether this person may open the audit that is to be done again."""
    earlier = allocation.re_audit_of_id
    wanted = select(exists().where(Audit.id == earlier, within_reach(user)))
    return earlier is not None and bool(db.session.scalar(wanted))
