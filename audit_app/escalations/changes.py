"""What people do about an escalation. Every act adds an entry; none changes or deletes one."""

from __future__ import annotations

from datetime import date

from flask import current_app

from audit_app.audits.clock import CONCERN_FIELDS, concern_of
from audit_app.extensions import db
from audit_app.models import EntryKind, Escalation, EscalationCause, User, remember
from audit_app.models.base import now
from audit_app.rules.escalation_steps import ESCALATION_STEPS
from audit_app.rules.escalations import NOT_SAFE, closing_words, what_was_done
from audit_app.rules.workflow import Verb, next_state
from audit_app.web.moments import in_london


class Overtaken(Exception):
    """Somebody else closed or reopened it in the meantime; nothing was written."""


def add_note(user: User, escalation: Escalation, text: str) -> None:
    """Add what somebody knows or asked for. Not committed.

    Raises:
        NotAllowed: when this person may not.
    """
    _claim(user, escalation, Verb.NOTE)
    escalation.say(EntryKind.NOTE, user.id, text)
    remember(db.session, user, "noted", "escalation", escalation.reference)


def close(user: User, escalation: Escalation, done: str, done_on: date, safe: bool) -> bool:
    """Close it with what was done; where the child is not safe yet, keep that as a note.

    Not committed. Whether it was closed.

    Raises:
        NotAllowed: when this person may not close it.
        Overtaken: when somebody else has closed it already.
    """
    _claim(user, escalation, Verb.CLOSE)
    text = what_was_done(done, done_on)
    if not safe:
        escalation.say(EntryKind.NOTE, user.id, f"{text}\n{NOT_SAFE}")
        remember(db.session, user, "not closed: not safe yet", "escalation", escalation.reference)
        return False
    _record_what_was_answered(user, escalation)
    at = now()
    how = closing_words(escalation.due_on, in_london(at).date())
    escalation.say(EntryKind.CLOSED, user.id, f"{text}\n{how}")
    escalation.closed_at, escalation.closed_by_id = at, user.id
    remember(db.session, user, "closed", "escalation", escalation.reference)
    return True


def reopen(user: User, escalation: Escalation, reason: str) -> None:
    """Start the clock again, with a new deadline. Not committed.

    Raises:
        NotAllowed: when this person may not reopen it.
        Overtaken: when somebody else has reopened it already.
    """
    _claim(user, escalation, Verb.REOPEN)
    escalation.reopen(user, reason, _days_allowed(escalation.cause))
    remember(db.session, user, "reopened", "escalation", escalation.reference)


def _claim(user: User, escalation: Escalation, verb: Verb) -> None:
    """Let nobody else act on it until this is written, if it is still in a state for the verb."""
    escalation.hold()
    state = escalation.state
    if not any(step.before is state and step.verb is verb for step in ESCALATION_STEPS):
        raise Overtaken
    relations = escalation.audit.relations_of(user)
    next_state(ESCALATION_STEPS, state, verb, user.permissions, relations)


def _record_what_was_answered(user: User, escalation: Escalation) -> None:
    """Keep the concern as it stands now, in the name of who closes it: it is what this answers."""
    db.session.refresh(escalation.audit, CONCERN_FIELDS)
    concern = concern_of(escalation.audit)
    if escalation.cause is EscalationCause.SAFEGUARDING and concern is not None:
        escalation.record_concern(user.id, concern.text)


def _days_allowed(cause: EscalationCause) -> int:
    settings = current_app.config["SETTINGS"]
    concern = cause is EscalationCause.SAFEGUARDING
    return int(settings.safeguarding_days if concern else settings.inadequate_days)
