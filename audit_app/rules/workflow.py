"""How anything moves: a verb, by somebody permitted, takes a record from one state to the next.

State × verb × who → state. Each thing that moves has a table of its own in a module beside this
one, such as ``rules/audit_steps.py``. Routes, changes and templates all ask these tables, so a
button never offers what would be refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from audit_app.rules.permissions import Permission


class State(StrEnum):
    """Where a record stands, in words a person reads."""

    @property
    def label(self) -> str:
        raise NotImplementedError


class Verb(StrEnum):
    SAVE = "save"
    DISCARD = "discard"
    SUBMIT = "submit"
    COMPLETE = "complete"
    CALL_IN = "call in"
    MODERATE = "moderate"
    AGREE = "agree"
    RETURN = "return"
    ACCEPT = "accept"
    DISPUTE = "dispute"
    RESOLVE = "resolve"
    APPROVE = "approve"
    ISSUE = "issue"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    SIGN_OFF = "sign off"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    SHARE = "share"
    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    READ = "read"
    ASSIGN = "assign"
    VERIFY = "verify"
    JOIN = "join"
    SEPARATE = "separate"
    ANSWER = "answer"
    RECHECK = "recheck"
    GIVE = "give"
    START = "start"
    ASK = "ask"
    DECLARE = "declare"
    EXEMPT = "exempt"
    SUBSTITUTE = "substitute"


class Relation(StrEnum):
    """What a person is to one record, beyond the role they hold."""

    AUDITOR = "auditor"
    LINE_MANAGER = "line manager of the worker"
    WORKER = "worker"
    MODERATOR = "moderator it is allocated to"
    MODERATED_BY = "moderator whose judgement is disputed"
    RESOLVER = "person the moderation cycle names to resolve disputes"
    HEAD = "head of service it was escalated to"
    CALIBRATED = "colleague who judged it in a calibration"
    AUTHOR = "author"
    ANSWERABLE = "owner, or somebody who answers for the team or service"
    OWNER = "owner"
    CLOSER = "person who closed it"
    VERIFIER = "person who verified it"
    ASKER = "person who asked"


@dataclass(frozen=True)
class Step:
    """One thing that can happen: from a state, by a permitted person who is (or is not) someone."""

    before: State
    verb: Verb
    after: State
    permission: Permission
    only: Relation | None = None
    never: frozenset[Relation] = field(default_factory=frozenset)


class NotAllowed(Exception):
    """The verb is not open to this person on this record; the message says why in plain English."""


def next_state(
    steps: tuple[Step, ...],
    state: State,
    verb: Verb,
    permissions: frozenset[Permission],
    relations: frozenset[Relation],
) -> State:
    """The state after the verb.

    Raises:
        NotAllowed: when the table has no such step for this state, these permissions and this
            relation to the record.
    """
    step = next((each for each in steps if each.before == state and each.verb == verb), None)
    if step is None:
        raise NotAllowed(f"This cannot be done now: its status is “{state.label}”.")
    if step.permission not in permissions:
        raise NotAllowed("Your role does not allow this.")
    if barred := step.never & relations:
        who = " and the ".join(sorted(barred))
        raise NotAllowed(f"You cannot do this because you are the {who}.")
    if step.only is not None and step.only not in relations:
        raise NotAllowed(f"Only the {step.only} can do this.")
    return step.after


def allowed(
    steps: tuple[Step, ...],
    state: State,
    verb: Verb,
    permissions: frozenset[Permission],
    relations: frozenset[Relation],
) -> bool:
    """Whether :func:`next_state` would let the verb through; what templates ask for a button."""
    try:
        next_state(steps, state, verb, permissions, relations)
    except NotAllowed:
        return False
    return True
