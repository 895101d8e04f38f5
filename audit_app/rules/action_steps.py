"""What can happen to an improvement action: state × verb × who → state.

An action is open until somebody says, with evidence, that it is done and whether it made a
difference for the child. One that came out of an Inadequate judgement is closed only when somebody
other than its owner and whoever closed it has verified that.
"""

from __future__ import annotations

from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Relation, State, Step, Verb


class ActionState(State):
    OPEN = "open"
    TO_VERIFY = "to_verify"
    CLOSED = "closed"
    JOINED = "joined"

    @property
    def label(self) -> str:
        return {
            ActionState.OPEN: "Open",
            ActionState.TO_VERIFY: "Done, waiting to be verified",
            ActionState.CLOSED: "Closed",
            ActionState.JOINED: "Joined to another action",
        }[self]


#: The states in which somebody still has to do something.
UNFINISHED_STATES = (ActionState.OPEN, ActionState.TO_VERIFY)

_DID_IT = frozenset({Relation.OWNER, Relation.CLOSER})


def _answerable(before: ActionState, verb: Verb, after: ActionState) -> Step:
    return Step(before, verb, after, Permission.ACTION_WORK, only=Relation.ANSWERABLE)


def _managed(before: ActionState, verb: Verb, after: ActionState) -> Step:
    return Step(before, verb, after, Permission.ACTION_MANAGE, only=Relation.ANSWERABLE)


def _verified(before: ActionState, verb: Verb, after: ActionState) -> Step:
    return Step(before, verb, after, Permission.ACTION_VERIFY, never=_DID_IT)


#: ``close`` leads to waiting for verification where the action needs it. Closing cannot be got
#: round by joining: the action it is joined to stays open, and is verified if either needs it.
#: Nor by closing it too early to say: one that needs it is verified again once that is answered.
#: One that was closed before its audit was judged Inadequate is verified where it stands.
ACTION_STEPS: tuple[Step, ...] = (
    *(Step(state, Verb.NOTE, state, Permission.ACTION_NOTE) for state in ActionState),
    _answerable(ActionState.OPEN, Verb.EXTEND, ActionState.OPEN),
    _managed(ActionState.OPEN, Verb.ASSIGN, ActionState.OPEN),
    _answerable(ActionState.OPEN, Verb.CLOSE, ActionState.CLOSED),
    _answerable(ActionState.OPEN, Verb.SUBMIT, ActionState.TO_VERIFY),
    _managed(ActionState.OPEN, Verb.JOIN, ActionState.JOINED),
    _managed(ActionState.JOINED, Verb.SEPARATE, ActionState.OPEN),
    _verified(ActionState.TO_VERIFY, Verb.VERIFY, ActionState.CLOSED),
    _verified(ActionState.TO_VERIFY, Verb.RETURN, ActionState.OPEN),
    _verified(ActionState.CLOSED, Verb.VERIFY, ActionState.CLOSED),
    _verified(ActionState.CLOSED, Verb.RETURN, ActionState.OPEN),
    _answerable(ActionState.CLOSED, Verb.ANSWER, ActionState.CLOSED),
    _answerable(ActionState.CLOSED, Verb.SUBMIT, ActionState.TO_VERIFY),
    _managed(ActionState.CLOSED, Verb.REOPEN, ActionState.OPEN),
    Step(
        ActionState.CLOSED,
        Verb.RECHECK,
        ActionState.CLOSED,
        Permission.ACTION_VERIFY,
        never=_DID_IT | {Relation.VERIFIER},
    ),
)
