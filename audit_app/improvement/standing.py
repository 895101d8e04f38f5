"""What a person may do to an action now, and what they may be told of where it stands.

An action of what was judged Inadequate is closed only when somebody else has verified it. So
whether one needs verifying tells a judgement; whoever may still judge the same practice blind is
told no more than that an action is open, or done.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select

from audit_app.audits.followed import status_shown
from audit_app.extensions import db
from audit_app.improvement.queries import judged_inadequate
from audit_app.models import Action, ActionEntry, User
from audit_app.rules.action_steps import ACTION_STEPS, ActionState
from audit_app.rules.actions import ActionEvent, ActionSource, Difference
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb, next_state

_NOT_YET = (
    "You may still be asked to judge the practice this action came out of, so what becomes of it "
    "is not shown to you until the audit is moderated."
)
#: What can be done to a closed action only while nobody has verified what somebody must.
_TO_VERIFY = (Verb.VERIFY, Verb.RETURN)
#: What says of a closed action whether it made a difference, once it is not too early any more.
_ANSWERS = (Verb.ANSWER, Verb.SUBMIT)


def check(user: User, action: Action, verb: Verb) -> ActionState:
    """The state after the verb.

    Raises:
        NotAllowed: when this person may not do this to this action now.
    """
    if not action.live:
        raise NotAllowed("The audit this action belongs to was not submitted yet.")
    if verb is not Verb.NOTE and hides_from(user, action):
        raise NotAllowed(_NOT_YET)
    return _after(user, action, verb)


def _after(user: User, action: Action, verb: Verb) -> ActionState:
    relations = action.relations_of(user)
    after = next_state(ACTION_STEPS, action.state, verb, user.permissions, relations)
    closed = action.state is ActionState.CLOSED
    if closed and verb in _ANSWERS and action.difference is not Difference.TOO_EARLY:
        raise NotAllowed("Whether it made a difference was answered already.")
    if verb in _TO_VERIFY and not waits_to_be_verified(action):
        raise NotAllowed("This action does not wait to be verified.")
    return ActionState(after)


def may(user: User, action: Action, verb: Verb) -> bool:
    try:
        check(user, action, verb)
    except NotAllowed:
        return False
    return True


def verbs_open_to(user: User, action: Action) -> frozenset[Verb]:
    """Everything this person may do to this action now; what its page offers."""
    verbs = {step.verb for step in ACTION_STEPS if step.before is action.state}
    return frozenset(verb for verb in verbs if may(user, action, verb))


def waits_to_be_verified(action: Action) -> bool:
    if action.state is ActionState.CLOSED:
        return action.verified_at is None and must_be_verified(action)
    return action.state is ActionState.TO_VERIFY


def must_be_verified(action: Action) -> bool:
    """Whether it, or any it stands for, came out of what was ever judged Inadequate."""
    wanted = [each.id for each in stands_for(action)]
    of_them = select(Action.id).where(Action.id.in_(wanted), judged_inadequate(Action))
    return db.session.scalar(of_them.limit(1)) is not None


def stands_for(action: Action) -> list[Action]:
    """The action, with all that are joined to it or that it was raised after, and so on.

    ``audits.followed.of_it_or_before`` is the same for rows of the database.
    """
    found, ahead = [action], [action]
    while ahead:
        each = ahead.pop()
        new = [one for one in (*each.joined, *_raised_after(each)) if one not in found]
        found, ahead = found + new, ahead + new
    return found


def _raised_after(action: Action) -> Sequence[Action]:
    """What an action follows that made no difference; it is of the same audit."""
    if action.source is not ActionSource.ACTION:
        return ()
    said = and_(ActionEntry.event == ActionEvent.FOLLOWED, ActionEntry.text == action.reference)
    of_audit = Action.audit_id.is_not_distinct_from(action.audit_id)
    return db.session.scalars(select(Action).where(of_audit, Action.entries.any(said))).all()


def hides_from(user: User, action: Action) -> bool:
    """Whether this person must not be told whether it needs verifying, now that it is done."""
    return action.state is not ActionState.OPEN and verifying_hidden(user, action)


def verifying_hidden(user: User, action: Action) -> bool:
    """The rule of ``audits.followed.verifying_hidden_from``, for one action."""
    if not user.can(Permission.AUDIT_MODERATE):
        return False
    audits = (each.audit for each in stands_for(action) if each.audit is not None)
    return any(audit.hides_judgement_from(user) for audit in audits)


def state_shown_to(user: User, action: Action) -> str:
    """Where it stands, in words this person may read."""
    return status_shown(action.state, verifying_hidden(user, action))
