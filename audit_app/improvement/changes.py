"""What people do about an action. Every act adds an entry; none changes or deletes one."""

from __future__ import annotations

from datetime import date

from audit_app.extensions import db
from audit_app.improvement.claiming import Overtaken, claim, remember_act
from audit_app.improvement.standing import must_be_verified
from audit_app.models import Action, User
from audit_app.models.base import now
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, Difference, last_day_to_look_again
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb


def note(user: User, action: Action, text: str) -> None:
    """Add what somebody knows, did or asked for. Not committed.

    Raises:
        NotAllowed: when this person may not.
    """
    claim(user, action, Verb.NOTE)
    action.say(ActionEvent.NOTE, user, text)
    remember_act(user, action, "noted")


def extend(user: User, action: Action, due_on: date, reason: str, read_at: int | None) -> None:
    """Give it until a later day. Not committed.

    ``read_at`` is the version of the action (:func:`claiming.version_of`) that this person decided
    on, here and below; None where it was never shown.

    Raises:
        NotAllowed: when this person may not, or the day is not a later one.
        Overtaken: when somebody else has acted on it since.
    """
    claim(user, action, Verb.EXTEND, read_at)
    if due_on <= action.due_on:
        raise NotAllowed("An extension gives an action longer than it had.")
    action.say(ActionEvent.EXTENDED, user, reason, due_on=due_on, was_due_on=action.due_on)
    action.due_on = due_on
    remember_act(user, action, "extended")


def assign(user: User, action: Action, owner: User, why: str | None, read_at: int | None) -> None:
    """Say who owns it from now on: somebody who can read it and work on it. Not committed.

    Raises:
        NotAllowed: when this person may not, or that person could do nothing about it.
        Overtaken: when somebody else has acted on it since.
    """
    claim(user, action, Verb.ASSIGN, read_at)
    if not owner.active or not owner.can(Permission.ACTION_WORK):
        raise NotAllowed(f"{owner.name} cannot work on actions.")
    action.say(ActionEvent.ASSIGNED, user, why, owner_id=owner.id)
    action.owner_user, action.owner_id, action.owner = owner, owner.id, None
    remember_act(user, action, "assigned")


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
    after = claim(user, action, Verb.SUBMIT if needed else Verb.CLOSE, read_at)
    if not evidence.strip():
        raise NotAllowed("An action is closed only with evidence that it was done.")
    action.say(ActionEvent.CLOSED, user, evidence, difference=difference)
    _answer(user, action, difference, how_known, look_again_on)
    action.state, action.closed_at, action.closed_by = after, now(), user
    remember_act(user, action, "closed")


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
    after = claim(user, action, Verb.SUBMIT if confirmed else Verb.ANSWER, read_at)
    if early and not (how_known or "").strip():
        raise NotAllowed("Say why it is still too early.")
    with db.session.no_autoflush:  # what is said and what changes are written together
        _answer(user, action, difference, how_known, look_again_on)
        if confirmed:
            action.state, action.verified_at, action.verified_by = after, None, None
    remember_act(user, action, "answered")


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
    after = claim(user, action, Verb.VERIFY, read_at)
    action.say(ActionEvent.VERIFIED, user, looked_at)
    action.state, action.verified_at, action.verified_by = after, now(), user
    remember_act(user, action, "verified")


def send_back(user: User, action: Action, missing: str, read_at: int | None) -> None:
    """Open it again, because it was not done as its evidence says. Not committed.

    Raises:
        NotAllowed: when this person may not; whoever had a hand in it never may.
        Overtaken: when somebody else has acted on it since.
    """
    claim(user, action, Verb.RETURN, read_at)
    action.say(ActionEvent.NOT_VERIFIED, user, missing)
    _open_again(action)
    remember_act(user, action, "not verified")


def reopen(user: User, action: Action, reason: str, read_at: int | None) -> None:
    """Open it again. When it is due stays as it was. Not committed.

    Raises:
        NotAllowed: when this person may not.
        Overtaken: when somebody else has acted on it since.
    """
    claim(user, action, Verb.REOPEN, read_at)
    action.say(ActionEvent.REOPENED, user, reason)
    _open_again(action)
    remember_act(user, action, "reopened")


def recheck(user: User, action: Action, holds: bool, found: str, read_at: int | None) -> None:
    """Record what a second look at a closed action found; it opens again where it does not hold.

    Not committed.

    Raises:
        NotAllowed: when this person may not; whoever had a hand in it, or verified it, never may.
        Overtaken: when somebody else has acted on it since.
    """
    claim(user, action, Verb.RECHECK, read_at)
    action.say(ActionEvent.RECHECKED, user, found)
    if not holds:
        action.say(ActionEvent.REOPENED, user, None)
        _open_again(action)
    remember_act(user, action, "rechecked")


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
