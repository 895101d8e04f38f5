"""What people do about an action. Every act adds an entry; none changes or deletes one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit_app.audits.opening import same_matter
from audit_app.extensions import db
from audit_app.improvement.standing import check, must_be_verified
from audit_app.models import Action, ActionEntry, User, remember
from audit_app.models.base import now
from audit_app.rules.action_steps import ACTION_STEPS, ActionState
from audit_app.rules.actions import ActionEvent, Difference, last_day_to_look_again
from audit_app.rules.audits import higher
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.pages import day


class Overtaken(Exception):
    """Somebody else acted on it after this page was opened; nothing was written."""


def note(user: User, action: Action, text: str) -> None:
    """Add what somebody knows, did or asked for. Not committed.

    Raises:
        NotAllowed: when this person may not.
    """
    _claim(user, action, Verb.NOTE)
    action.say(ActionEvent.NOTE, user, text)
    _remember(user, action, "noted")


def extend(user: User, action: Action, due_on: date, reason: str, read_at: int | None) -> None:
    """Give it until a later day. Not committed.

    ``read_at`` is the version of the action (:func:`version_of`) that this person decided on, here
    and below; None where it was never shown.

    Raises:
        NotAllowed: when this person may not, or the day is not a later one.
        Overtaken: when somebody else has acted on it since.
    """
    _claim(user, action, Verb.EXTEND, read_at)
    if due_on <= action.due_on:
        raise NotAllowed("An extension gives an action longer than it had.")
    action.say(ActionEvent.EXTENDED, user, reason, due_on=due_on, was_due_on=action.due_on)
    action.due_on = due_on
    _remember(user, action, "extended")


def assign(user: User, action: Action, owner: User, why: str | None, read_at: int | None) -> None:
    """Say who owns it from now on: somebody who can read it and work on it. Not committed.

    Raises:
        NotAllowed: when this person may not, or that person could do nothing about it.
        Overtaken: when somebody else has acted on it since.
    """
    _claim(user, action, Verb.ASSIGN, read_at)
    if not owner.active or not owner.can(Permission.ACTION_WORK):
        raise NotAllowed(f"{owner.name} cannot work on actions.")
    action.say(ActionEvent.ASSIGNED, user, why, owner_id=owner.id)
    action.owner_user, action.owner_id, action.owner = owner, owner.id, None
    _remember(user, action, "assigned")


def close(
    user: User,
    action: Action,
    evidence: str,
    difference: Difference,
    how_known: str | None,
    look_again_on: date | None,
    read_at: int | None,
) -> None:
    """Say that it is done, with evidence, and whether it made a difference for the child.

    One that must be verified waits for that. Not committed.

    Raises:
        NotAllowed: when this person may not, or an answer is missing.
        Overtaken: when somebody else has acted on it since.
    """
    action.hold()
    needed = must_be_verified(action)
    _begin_at(action, ActionState.OPEN)
    after = _claim(user, action, Verb.SUBMIT if needed else Verb.CLOSE, read_at)
    if not evidence.strip():
        raise NotAllowed("An action is closed only with evidence that it was done.")
    action.say(ActionEvent.CLOSED, user, evidence, difference=difference)
    _answer(user, action, difference, how_known, look_again_on)
    action.state, action.closed_at, action.closed_by = after, now(), user
    _remember(user, action, "closed")


def answer(
    user: User,
    action: Action,
    difference: Difference,
    how_known: str | None,
    look_again_on: date | None,
    read_at: int | None,
) -> None:
    """Say whether it made a difference, of one where it was too early to say. Not committed.

    One that must be verified waits for that again. Where it is still too early, ``how_known`` is
    the reason why.

    Raises:
        NotAllowed: when this person may not, or an answer is missing.
        Overtaken: when somebody else has acted on it since.
    """
    action.hold()
    early = difference is Difference.TOO_EARLY
    confirmed = not early and must_be_verified(action)
    _begin_at(action, ActionState.CLOSED)
    after = _claim(user, action, Verb.SUBMIT if confirmed else Verb.ANSWER, read_at)
    if early and not (how_known or "").strip():
        raise NotAllowed("Say why it is still too early.")
    with db.session.no_autoflush:  # what is said and what changes are written together
        _answer(user, action, difference, how_known, look_again_on)
        if confirmed:
            action.state, action.verified_at, action.verified_by = after, None, None
    _remember(user, action, "answered")


def _answer(
    user: User,
    action: Action,
    difference: Difference,
    how_known: str | None,
    look_again_on: date | None,
) -> None:
    early, today = difference is Difference.TOO_EARLY, date.today()
    if early and (look_again_on is None or look_again_on <= today):
        raise NotAllowed("Where it is too early to say, somebody looks again on a later day.")
    if early and look_again_on is not None and look_again_on > last_day_to_look_again(today):
        raise NotAllowed("Somebody looks again within six months.")
    if not early and not (how_known or "").strip():
        raise NotAllowed("Say how you know whether it made a difference.")
    again = look_again_on if early else None
    action.say(ActionEvent.ANSWERED, user, how_known, difference=difference, due_on=again)
    action.difference, action.look_again_on = difference, again


def verify(user: User, action: Action, looked_at: str, read_at: int | None) -> None:
    """Confirm that it was done as its evidence says. Not committed.

    Raises:
        NotAllowed: when this person may not; whoever had a hand in it never may.
        Overtaken: when somebody else has acted on it since.
    """
    after = _claim(user, action, Verb.VERIFY, read_at)
    action.say(ActionEvent.VERIFIED, user, looked_at)
    action.state, action.verified_at, action.verified_by = after, now(), user
    _remember(user, action, "verified")


def send_back(user: User, action: Action, missing: str, read_at: int | None) -> None:
    """Open it again, because it was not done as its evidence says. Not committed.

    Raises:
        NotAllowed: when this person may not; whoever had a hand in it never may.
        Overtaken: when somebody else has acted on it since.
    """
    _claim(user, action, Verb.RETURN, read_at)
    action.say(ActionEvent.NOT_VERIFIED, user, missing)
    _open_again(action)
    _remember(user, action, "not verified")


def reopen(user: User, action: Action, reason: str, read_at: int | None) -> None:
    """Open it again. When it is due stays as it was. Not committed.

    Raises:
        NotAllowed: when this person may not.
        Overtaken: when somebody else has acted on it since.
    """
    _claim(user, action, Verb.REOPEN, read_at)
    action.say(ActionEvent.REOPENED, user, reason)
    _open_again(action)
    _remember(user, action, "reopened")


def recheck(user: User, action: Action, holds: bool, found: str, read_at: int | None) -> None:
    """Record what a second look at a closed action found; it opens again where it does not hold.

    Not committed.

    Raises:
        NotAllowed: when this person may not; whoever had a hand in it, or verified it, never may.
        Overtaken: when somebody else has acted on it since.
    """
    _claim(user, action, Verb.RECHECK, read_at)
    action.say(ActionEvent.RECHECKED, user, found)
    if not holds:
        action.say(ActionEvent.REOPENED, user, None)
        _open_again(action)
    _remember(user, action, "rechecked")


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
    _claim(user, action, Verb.JOIN, read_at)
    _claim(user, to, Verb.JOIN)
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
        _remember(user, each, "joined")


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
    _claim(user, action, Verb.JOIN)
    if action.like is None:
        raise Overtaken
    action.say(ActionEvent.NOTE, user, f"Not the same as action {action.like.reference}.")
    action.like = None
    _remember(user, action, "kept apart")


def separate(user: User, action: Action, reason: str, read_at: int | None) -> None:
    """Follow it on its own again. Not committed.

    Raises:
        NotAllowed: when this person may not.
        Overtaken: when somebody else has acted on it since.
    """
    _claim(user, action, Verb.SEPARATE, read_at)
    to = action.joined_to
    assert to is not None
    with db.session.no_autoflush:  # what is said and what changes are written together
        action.say(ActionEvent.SEPARATED, user, reason)
        to.say(ActionEvent.NOTE, user, f"Action {action.reference} is followed on its own again.")
        action.state, action.joined_to = ActionState.OPEN, None
    for each in (action, to):
        _remember(user, each, "separated")


def version_of(action: Action) -> int:
    """A number that rises whenever something is recorded of an action that changes it."""
    return max((each.id for each in action.entries if _counts(each)), default=0)


def _counts(entry: ActionEntry) -> bool:
    return entry.event is not ActionEvent.NOTE or entry.due_on is not None


def _claim(user: User, action: Action, verb: Verb, read_at: int | None = None) -> ActionState:
    """The state after the verb, where nobody else has acted on it since this person read it."""
    action.hold()
    if read_at is not None and read_at != version_of(action):
        raise Overtaken
    if not any(step.before is action.state and step.verb is verb for step in ACTION_STEPS):
        raise Overtaken
    return check(user, action, verb)


def _begin_at(action: Action, state: ActionState) -> None:
    """Closing and answering may both lead to being verified; neither stands in for the other.

    Raises:
        Overtaken: when the action is somewhere else by now.
    """
    if action.state is not state:
        raise Overtaken


def _open_again(action: Action) -> None:
    action.state, action.closed_at, action.closed_by = ActionState.OPEN, None, None
    action.difference = action.look_again_on = None
    action.verified_at = action.verified_by = None


def _remember(user: User, action: Action, verb: str) -> None:
    remember(db.session, user, verb, "action", action.reference)
