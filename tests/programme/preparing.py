"""Cycles as they stand before the draw, for tests that do not set them up by their pages."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from audit_app.extensions import db
from audit_app.models import OpenCase, ProgrammeCycle, ProgrammeTarget, Team, User
from audit_app.models.base import now
from audit_app.rules.audits import AuditType
from audit_app.rules.programme import next_month


def prepared_cycle(by: User, **changes: Any) -> ProgrammeCycle:
    """A cycle of next month that is not drawn yet, with neither targets nor open cases."""
    month = next_month(None, date.today())
    settings: dict[str, Any] = {
        "name": month.label,
        "starts_on": month.first,
        "ends_on": month.last,
        "due_on": month.last,
        "audit_type": AuditType.FULL,
        "look_back_months": 12,
        "audits_each": 2,
        "seed": secrets.token_hex(16),
        "set_up_by_id": by.id,
    }
    cycle = ProgrammeCycle(**(settings | changes))
    db.session.add(cycle)
    db.session.commit()
    return cycle


def mark_drawn(cycle: ProgrammeCycle, by: User, at: datetime | None = None) -> None:
    """As if the cycle had been drawn."""
    cycle.drawn_at, cycle.drawn_on, cycle.drawn_by_id = at or now(), date.today(), by.id
    db.session.commit()


def add_case(cycle: ProgrammeCycle, team: Team, reference: str, worker: str | None = None) -> None:
    db.session.add(
        OpenCase(
            cycle_id=cycle.id,
            case_reference=reference,
            service_id=team.service_id,
            locality_id=team.locality_id,
            team_id=team.id,
            worker_staff_id=worker,
        )
    )
    db.session.commit()


def ask_for(cycle: ProgrammeCycle, number: int, **of: int) -> None:
    db.session.add(ProgrammeTarget(cycle_id=cycle.id, number=number, **of))
    db.session.commit()
