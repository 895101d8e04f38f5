"""Allocated audits for tests that need some, and people to do them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from audit_app.extensions import db
from audit_app.models import Allocation, ProgrammeCycle, Team, User
from audit_app.models.base import now
from audit_app.rules.allocation_steps import ChosenBecause
from audit_app.rules.audits import AuditType
from audit_app.rules.permissions import Role
from tests.people import World, make_user


def cycle_of(world: World, name: str = "November 2026", **changed: Any) -> ProgrammeCycle:
    """A drawn cycle of November in which everybody does two audits."""
    values = {
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2026, 11, 30),
        "due_on": date(2026, 11, 30),
        "audit_type": AuditType.FULL,
        "look_back_months": 6,
        "audits_each": 2,
        "seed": "5" * 32,
        "set_up_by_id": world.carol.id,
        "drawn_at": now(),
        "drawn_on": date(2026, 11, 1),
        "drawn_by_id": world.carol.id,
    }
    cycle = ProgrammeCycle(name=name, **(values | changed))
    db.session.add(cycle)
    db.session.commit()
    return cycle


def allocate(
    cycle: ProgrammeCycle | None,
    auditor: User | None,
    team: Team,
    case: str = "4455667",
    **changed: Any,
) -> Allocation:
    """A case of a team that was drawn and given to somebody, due in a week unless told."""
    due = changed.pop("due_on", date.today() + timedelta(days=7))
    values = {
        "chosen_because": ChosenBecause.RANDOM,
        "service_id": team.service_id,
        "locality_id": team.locality_id,
        "worker_staff_id": "E2001",
        "due_on": due,
        "first_due_on": due,
    }
    allocation = Allocation(
        cycle=cycle,
        case_reference=case,
        team_id=team.id,
        auditor=auditor,
        allocated_at=now() if auditor else None,
        **(values | changed),
    )
    db.session.add(allocation)
    db.session.commit()
    return allocation


def another_auditor(name: str, team: Team) -> User:
    """Somebody who manages a team, and so records audits."""
    user = make_user(name, Role.TEAM_MANAGER, team)
    db.session.commit()
    return user


def fresh(allocation: Allocation) -> Allocation:
    """As it stands in the database now."""
    db.session.expire_all()
    return allocation
