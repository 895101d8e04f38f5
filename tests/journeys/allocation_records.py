"""Allocated audits for the tour: to do, begun, asked about, waiting, and put aside."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from audit_app.audits.starting import start_given
from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.models import Allocation, AllocationRequest, Audit, DeclaredStake, Team, User
from audit_app.models.base import now
from audit_app.rules.allocation_steps import AllocationState, RequestKind
from audit_app.rules.audit_steps import RECORDED_STATES
from audit_app.rules.permissions import Role
from tests.programme.given import allocate

REASON = "The family moved to another authority on Monday, and the file went with them."


def allocation_records(people: dict[Role, User]) -> dict[str, str]:
    manager, lead = people[Role.TEAM_MANAGER], people[Role.PRACTICE_LEAD]
    team = next(
        each
        for each in db.session.scalars(select(Team).where(Team.active).order_by(Team.id))
        if not manager.manages(each.id)
    )

    def given(case: str, auditor: User | None = manager, **changed: Any) -> Allocation:
        return allocate(None, auditor, team, case, **changed)

    late = given("6000001", due_on=date.today() - timedelta(days=40))
    begun, exempt, asked, waiting = (given(f"600000{number}") for number in range(2, 6))
    start_given(manager, current_thread_set(date.today()), begun)
    exempt.put_aside, exempt.put_aside_at = AllocationState.EXEMPT, now()
    waiting.auditor, waiting.allocated_at = None, None
    until = date.today() + timedelta(days=30)
    asked.requests = [
        _request(manager, RequestKind.EXTENSION, until, decided_by_id=lead.id),
        _request(manager, RequestKind.EXEMPTION),
    ]
    db.session.add(
        DeclaredStake(user_id=lead.id, case_reference=asked.case_reference, reason=REASON)
    )
    db.session.commit()
    return {
        "<audit given>": late.reference,
        "<audit begun>": begun.reference,
        "<audit asked about>": asked.reference,
        "<audit exempted>": exempt.reference,
        "<audit without auditor>": waiting.reference,
        "<audit to do again>": _recorded(),
    }


def _request(by: User, kind: RequestKind, until: date | None = None, **decided: Any) -> Any:
    if decided:
        decided |= {"decided_at": now(), "granted": False, "decision": "A week is enough."}
    return AllocationRequest(kind=kind, asked_by_id=by.id, reason=REASON, until=until, **decided)


def _recorded() -> str:
    wanted = select(Audit).where(Audit.state.in_(RECORDED_STATES), Audit.imported.is_(False))
    return db.session.scalars(wanted.order_by(Audit.id).limit(1)).one().reference
