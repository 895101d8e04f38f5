"""Taking hold of an action to act on it, where nobody has acted since it was read."""

from __future__ import annotations

from audit_app.extensions import db
from audit_app.improvement.standing import check
from audit_app.models import Action, ActionEntry, User, remember
from audit_app.rules.action_steps import ACTION_STEPS, ActionState
from audit_app.rules.actions import ActionEvent
from audit_app.rules.workflow import Verb


class Overtaken(Exception):
    """Somebody else acted on it after this page was opened; nothing was written."""


def claim(user: User, action: Action, verb: Verb, read_at: int | None = None) -> ActionState:
    """The state after the verb, where nobody else has acted on it since this person read it."""
    action.hold()
    if read_at is not None and read_at != version_of(action):
        raise Overtaken
    if not any(step.before is action.state and step.verb is verb for step in ACTION_STEPS):
        raise Overtaken
    return check(user, action, verb)


def version_of(action: Action) -> int:
    """A number that rises whenever something is recorded of an action that changes it."""
    return max((each.id for each in action.entries if _counts(each)), default=0)


def _counts(entry: ActionEntry) -> bool:
    return entry.event is not ActionEvent.NOTE or entry.due_on is not None


def remember_act(user: User, action: Action, verb: str) -> None:
    remember(db.session, user, verb, "action", action.reference)
