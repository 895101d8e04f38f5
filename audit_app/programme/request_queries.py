"""Reading what was asked about an allocation, for whoever decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from audit_app.audits.lately import still_to_come
from audit_app.extensions import db
from audit_app.models import Allocation, AllocationRequest, Audit, Service, Team, User
from audit_app.programme.allocations import LATEST, approved_by
from audit_app.rules.allocation_steps import RequestKind


@dataclass(frozen=True)
class RequestLine:
    """Something asked for, as a list shows it. ``own`` is for somebody else to decide."""

    reference: str
    kind: RequestKind
    asked_by: str
    asked_at: datetime
    until: date | None
    service: str
    team: str
    due_on: date
    own: bool
    granted: bool | None
    decided_by: str | None
    decided_at: datetime | None


def _request_lines(user: User) -> Any:
    asker, decider = _named("asker"), _named("decider")
    return (
        select(
            Allocation.reference,
            AllocationRequest.kind,
            asker.c.name.label("asked_by"),
            AllocationRequest.asked_at,
            AllocationRequest.until,
            Service.name.label("service"),
            Team.name.label("team"),
            Allocation.due_on,
            or_(
                AllocationRequest.asked_by_id == user.id,
                func.coalesce(Allocation.auditor_id, 0) == user.id,
            ).label("own"),
            AllocationRequest.granted,
            decider.c.name.label("decided_by"),
            AllocationRequest.decided_at,
        )
        .join(Allocation, Allocation.id == AllocationRequest.allocation_id)
        .join(Service, Service.id == Allocation.service_id)
        .join(Team, Team.id == Allocation.team_id)
        .join(asker, asker.c.id == AllocationRequest.asked_by_id)
        .outerjoin(decider, decider.c.id == AllocationRequest.decided_by_id)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
    )


def _named(name: str) -> Any:
    return select(User.id, User.name).subquery(name)


def _undecided() -> ColumnElement[bool]:
    """What was asked about an audit that is recorded by now needs no decision any more."""
    return and_(AllocationRequest.decided_at.is_(None), still_to_come())


def requests_to_decide(user: User) -> list[RequestLine]:
    """What waits for a decision where this person is a named senior, the first asked first."""
    wanted = _request_lines(user).where(_undecided(), approved_by(user))
    rows = db.session.execute(wanted.order_by(AllocationRequest.asked_at, AllocationRequest.id))
    return [RequestLine(**row) for row in rows.mappings()]


def requests_decided(user: User) -> list[RequestLine]:
    """What was decided last where this person is a named senior."""
    wanted = _request_lines(user).where(
        AllocationRequest.decided_at.is_not(None), approved_by(user)
    )
    order = (AllocationRequest.decided_at.desc(), AllocationRequest.id.desc())
    rows = db.session.execute(wanted.order_by(*order).limit(LATEST))
    return [RequestLine(**row) for row in rows.mappings()]


def count_to_decide(user: User) -> int:
    """How many requests wait that this very person may decide: not their own."""
    wanted = (
        select(func.count())
        .select_from(AllocationRequest)
        .join(Allocation, Allocation.id == AllocationRequest.allocation_id)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(
            _undecided(),
            approved_by(user),
            AllocationRequest.asked_by_id != user.id,
            func.coalesce(Allocation.auditor_id, 0) != user.id,
        )
    )
    return db.session.scalar(wanted) or 0
