"""Made-up days on which managers are away."""

from __future__ import annotations

from datetime import timedelta

from audit_app.demo import bulk, schedule
from audit_app.demo.audits import at
from audit_app.demo.programme import Programme
from audit_app.extensions import db
from audit_app.models import Absence


def add_absences(programme: Programme) -> None:
    """Two managers away for most of this month, one for some of the next."""
    tamsin = programme.staff.sign_ins["team.manager"]
    managers = [each for each in programme.staff.managers.values() if each is not tamsin]
    first = programme.this_month
    for person, start, days in zip(
        managers[4:40:11],
        (first, first + timedelta(days=3), schedule.month_end(first) + timedelta(days=8)),
        (27, 24, 11),
        strict=False,
    ):
        recorded = at(schedule.friday_at_latest(first - timedelta(days=12)), 12, programme.rng)
        absence = Absence(
            user_id=person.id,
            first_day=start,
            last_day=start + timedelta(days=days),
            recorded_by_id=programme.lead.id,
            recorded_at=recorded,
        )
        db.session.add(absence)
        told = bulk.event(
            programme.lead, "recorded days away", "person", person.reference, recorded
        )
        bulk.remember([told])
    db.session.flush()
