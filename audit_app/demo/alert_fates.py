"""What came of the demonstration's alerts: talked about in teams, read, withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from audit_app.alerts.talked import teams_asked
from audit_app.demo import schedule
from audit_app.demo.people import HOME_TEAM, Staff
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import Alert, AlertAcknowledgement, AlertReading, HistoryEvent, User
from audit_app.models.inserting import insert_unless_there
from audit_app.rules.alert_steps import AlertState

#: How long after its issue the last teams talk about an alert.
_WITHIN = 40
_READ = 0.6
#: The team whose manager people sign in as has still to talk about an alert this new.
_NEW = 30


def add_what_came_of_it(content: dict[str, Any], alert: Alert, staff: Staff, today: date) -> None:
    assert alert.issued_on is not None
    rng = Random(f"{alert.title} talked")  # noqa: S311
    _talk(rng, content["talked"], alert, alert.issued_on, staff, today)
    _read(rng, alert, alert.issued_on, staff, today)
    if "withdrawn" in content:
        _withdraw(alert, staff, today, **content["withdrawn"])


def _talk(
    rng: Random, share: float, alert: Alert, issued_on: date, staff: Staff, today: date
) -> None:
    is_new = (today - issued_on).days < _NEW
    for team in teams_asked(alert):
        last = min(issued_on + timedelta(_WITHIN), today - timedelta(days=1))
        days = schedule.weekdays(issued_on, last)
        on, said = rng.choice(days), rng.choice(stock("alerts")["talk"])
        if rng.random() >= share or (is_new and team.name == HOME_TEAM):
            continue
        by = staff.managers[team.number]
        db.session.add(
            AlertAcknowledgement(
                alert_id=alert.id,
                team_id=team.number,
                discussed_on=on,
                where_discussed=said["where"],
                what_changes=said["changes"],
                by_id=by.id,
                at=_at(on, 15),
            )
        )
        db.session.add(event_of(alert, by, "acknowledged", _at(on, 15)))
        insert_unless_there(
            db.session, AlertReading, alert_id=alert.id, user_id=by.id, read_at=_at(on, 15)
        )


def _read(rng: Random, alert: Alert, issued_on: date, staff: Staff, today: date) -> None:
    """Some of everybody; of the newest alert, nobody whom somebody signs in as."""
    signing_in = {user.id for user in staff.sign_ins.values()}
    is_new = (today - issued_on).days < _NEW
    for user in staff.everybody:
        days = rng.randrange(1, 20)
        if rng.random() < _READ and not (is_new and user.id in signing_in):
            read_at = _at(min(issued_on + timedelta(days), today - timedelta(days=1)), 9)
            insert_unless_there(
                db.session, AlertReading, alert_id=alert.id, user_id=user.id, read_at=read_at
            )


def _withdraw(
    alert: Alert, staff: Staff, today: date, by: str, days_ago: int, because: str
) -> None:
    on = schedule.friday_at_latest(today - timedelta(days=days_ago))
    alert.state, alert.version = AlertState.WITHDRAWN, alert.version + 1
    alert.withdrawn_on, alert.withdrawn_because = on, because
    alert.withdrawn_by = staff.sign_ins[by]
    db.session.add(event_of(alert, staff.sign_ins[by], "withdrawn", _at(on, 10)))


def event_of(alert: Alert, user: User, verb: str, at: datetime) -> HistoryEvent:
    return HistoryEvent(
        at=at,
        user_id=user.id,
        verb=verb,
        record_type="alert",
        record_reference=alert.reference,
    )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 40), tzinfo=UTC)
