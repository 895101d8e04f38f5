"""What people do about two actions that ask for the same: one is done instead of both."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.audits.opening import same_matter
from audit_app.extensions import db
from audit_app.improvement.claiming import Overtaken, claim, remember_act
from audit_app.models import Action, User
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent
from audit_app.rules.audits import higher
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.pages import day


def join(user: User, action: Action, to: Action, reason: str, read_at: int | None) -> None:
    """Do one action instead of two that ask for the same. Not committed.

    The one that is kept is due when the earlier of them is, and as urgent as the more urgent.

    Raises:
        NotAllowed: when this person may not join both, or they are not about the same matter.
        Overtaken: when somebody else has acted on either since.
    """
    # In one order, whichever way round people join, so that two of them never wait for each other.
    for each in sorted((action, to), key=lambda each: each.id):
        each.hold()
    claim(user, action, Verb.JOIN, read_at)
    claim(user, to, Verb.JOIN)
    if not reason.strip():
        raise NotAllowed("Actions are joined only with a reason.")
    if not may_stand_for(to, action):
        raise NotAllowed("Only actions about the same case or the same place can be joined.")
    if action.joined:
        raise NotAllowed("Others are joined to this action. Join the other action to this one.")
    with db.session.no_autoflush:  # what is said and what changes are written together
        action.say(ActionEvent.JOINED, user, f"{to.reference}\n{reason}")
        _take_over(user, to, action, reason)
        action.state, action.joined_to = ActionState.JOINED, to
    for each in (action, to):
        each.like = None
        remember_act(user, each, "joined")


def _take_over(user: User, to: Action, action: Action, reason: str) -> None:
    """Keep the earlier days and the higher priority: joining makes nothing look less late."""
    said = [f"Joined action {action.reference} to this one: {reason}"]
    was_due_on, due_on = to.due_on, min(to.due_on, action.due_on)
    if due_on != was_due_on:
        said.append(f"It is due on {day(due_on)} instead of {day(was_due_on)}.")
    if higher(action.priority, to.priority) is not to.priority:
        now_is, was = action.priority.label.lower(), to.priority.label.lower()
        said.append(f"Its priority is {now_is} instead of {was}.")
        to.priority = action.priority
    to.say(ActionEvent.NOTE, user, "\n".join(said), due_on=due_on, was_due_on=was_due_on)
    first = [each.first_due_on for each in (to, action) if each.first_due_on is not None]
    to.due_on, to.first_due_on = due_on, min(first, default=due_on)


def may_stand_for(to: Action, action: Action) -> bool:
    """Whether doing the one could be doing the other: it is of the same case, or the same place."""
    same = select(Action.id).where(Action.id == to.id, same_matter(action))
    return to is not action and db.session.scalar(same) is not None


def keep_apart(user: User, action: Action) -> None:
    """Say that it is not the same as the action it looks like. Not committed.

    Raises:
        NotAllowed: when this person may not join it either.
        Overtaken: when somebody else has joined it, or said so, already.
    """
    claim(user, action, Verb.JOIN)
    if action.like is None:
        raise Overtaken
    action.say(ActionEvent.NOTE, user, f"Not the same as action {action.like.reference}.")
    action.like = None
    remember_act(user, action, "kept apart")


def separate(user: User, action: Action, reason: str, read_at: int | None) -> None:
    """Follow it on its own again. Not committed.

    Raises:
        NotAllowed: when this person may not.
        Overtaken: when somebody else has acted on it since.
    """
    claim(user, action, Verb.SEPARATE, read_at)
    to = action.joined_to
    assert to is not None
    with db.session.no_autoflush:  # what is said and what changes are written together
        action.say(ActionEvent.SEPARATED, user, reason)
        to.say(ActionEvent.NOTE, user, f"Action {action.reference} is followed on its own again.")
        action.state, action.joined_to = ActionState.OPEN, None
    for each in (action, to):
        remember_act(user, each, "separated")
