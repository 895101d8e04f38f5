"""What people and teams say of an alert. The only writer of that; what was said stays said."""

from __future__ import annotations

from audit_app.alerts.changes import allow, lock
from audit_app.alerts.talked import speaks_for, teams_asked
from audit_app.extensions import db
from audit_app.models import Alert, AlertAcknowledgement, AlertReading, User, remember
from audit_app.models.inserting import insert_unless_there
from audit_app.rules.workflow import NotAllowed, Verb


def acknowledge(user: User, alert: Alert, acknowledgement: AlertAcknowledgement) -> None:
    """Write down that a team has talked about an alert; what it said before stays. Not committed.

    Whoever says so has read it.

    Raises:
        NotAllowed: when the alert is no longer in force, or the team is not theirs to speak for or
            not in its audience.
    """
    lock(alert)
    allow(user, alert, Verb.ACKNOWLEDGE)
    theirs = [line.number for line in teams_asked(alert) if speaks_for(user, line)]
    if acknowledgement.team_id not in theirs:
        raise NotAllowed("You can say this only for a team of yours that the alert is for.")
    acknowledgement.alert_id, acknowledgement.by_id = alert.id, user.id
    db.session.add(acknowledgement)
    _note_reading(user, alert)
    remember(db.session, user, "acknowledged", "alert", alert.reference)


def say_read(user: User, alert: Alert) -> None:
    """Write down that this person has read an alert, once. Not committed."""
    allow(user, alert, Verb.READ)
    if _note_reading(user, alert):
        remember(db.session, user, "read", "alert", alert.reference)


def _note_reading(user: User, alert: Alert) -> bool:
    return insert_unless_there(db.session, AlertReading, alert_id=alert.id, user_id=user.id)
