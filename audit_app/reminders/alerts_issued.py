"""Word of practice alerts: one message to each team manager when one is issued for their team."""

from __future__ import annotations

from datetime import date, timedelta

from audit_app.alerts.talked import ToTell, managers_to_tell
from audit_app.models import MessageKind, User
from audit_app.reminders.drafts import Draft, Line, draft_to, path_of
from audit_app.web.pages import day

#: For so long after its issue whoever comes to manage a team is told of an alert; afterwards the
#: weekly digest says which teams have not talked about it.
TOLD_FOR = timedelta(days=7)


def alert_messages(today: date) -> list[Draft]:
    """What each manager should have been told by now of alerts that their team is asked about.

    The number and where it is read, and nothing that anybody wrote: not even its title.
    """
    return [_told(each) for each in managers_to_tell(today - TOLD_FOR, User.signs_in)]


def still_asks(user: User, about: str) -> bool:
    """Whether the alert that a message is about still asks a team of this person."""
    asked = managers_to_tell(date.min, User.id == user.id)
    return any(about.startswith(_about(each)) for each in asked)


def _told(told: ToTell) -> Draft:
    text = (
        f"Practice alert {told.number} was issued on {day(told.issued_on)}. Read it, talk about it "
        "in your team, and say what changes."
    )
    line = Line(text, path_of("alerts.alert", reference=told.reference))
    subject = MessageKind.ALERT.label
    return draft_to(told.user, MessageKind.ALERT, _about(told), subject, [line])


def _about(told: ToTell) -> str:
    return f"alert:{told.reference}"
