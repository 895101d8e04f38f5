"""Nothing in the demonstration happened later than the day it is made for began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from random import Random

import pytest
from flask import Flask
from sqlalchemy import Date, DateTime, func, select

from audit_app.demo.alerts import add_alerts
from audit_app.demo.people import add_people
from audit_app.demo.places import add_places
from audit_app.extensions import db
from audit_app.models import Base, HistoryEvent
from audit_app.web.moments import LONDON, in_utc
from tests.demo.conftest import TODAY

#: Days by which something is to be done or looked at, or on which it begins or ends.
AHEAD = {
    "absences": {"first_day", "last_day"},
    "action_entries": {"due_on", "was_due_on"},
    "actions": {"due_on", "first_due_on", "look_again_on"},
    "alert_requirements": {"by_when"},
    "alerts": {"review_on"},
    "allocation_requests": {"until"},
    "allocations": {"due_on", "first_due_on"},
    "audits": {"due_on", "listed_on"},
    "calibrations": {"due_on"},
    "escalations": {"due_on"},
    "moderation_draws": {"due_on"},
    "programme_cycles": {"starts_on", "ends_on", "due_on"},
    "role_grants": {"ends_on"},
}
#: It is true of the moment at which somebody made it.
MADE = "made the demonstration"


def too_late(today: date) -> Iterator[str]:
    """What of the demonstration is told to have happened on that day or later."""
    for name, table in Base.metadata.tables.items():
        for column in table.columns:
            if column.name in AHEAD.get(name, ()) or not isinstance(column.type, Date | DateTime):
                continue
            asked = select(func.max(column))
            if name == HistoryEvent.__tablename__:
                asked = asked.where(table.c.verb != MADE)
            latest = db.session.scalar(asked)
            if latest is not None and not _before(latest, today):
                yield f"{name}.{column.name}: {latest}"


def _before(moment: date | datetime, today: date) -> bool:
    if isinstance(moment, datetime):
        return in_utc(moment) < datetime.combine(today, time(), LONDON)
    return moment < today


def test_nothing_happened_on_the_day_it_is_made_for(demo: Flask) -> None:
    assert list(too_late(TODAY)) == []


@pytest.mark.sqlite_only
def test_alerts_were_read_and_talked_about_before_a_working_day_too(app: Flask) -> None:
    """On a Monday, as people talk about alerts on working days."""
    monday = date(2026, 11, 23)
    rng = Random(2019)  # noqa: S311
    staff = add_people(rng, add_places())
    add_alerts(rng, staff, monday)
    db.session.flush()
    assert list(too_late(monday)) == []
