"""What can happen to an audit and to a practice alert: state × verb × who → state, in two tables.

Routes, changes and templates all ask these tables, so a button never offers what would be refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from audit_app.rules.permissions import Permission


class AuditState(StrEnum):
    DRAFT = "draft"
    DISCARDED = "discarded"
    SUBMITTED = "submitted"
    MODERATED = "moderated"
    COMPLETE = "complete"

    @property
    def label(self) -> str:
        return _AUDIT_LABELS[self]


_AUDIT_LABELS = {
    AuditState.DRAFT: "Draft",
    AuditState.DISCARDED: "Discarded",
    AuditState.SUBMITTED: "Waiting for moderation",
    AuditState.MODERATED: "Moderated",
    AuditState.COMPLETE: "Complete, not moderated",
}

#: The states in which an audit's judgements count in figures and can be read by others.
RECORDED_STATES = (AuditState.SUBMITTED, AuditState.MODERATED, AuditState.COMPLETE)


class AlertState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"

    @property
    def label(self) -> str:
        return _ALERT_LABELS[self]


_ALERT_LABELS = {
    AlertState.DRAFT: "Draft",
    AlertState.SUBMITTED: "Waiting for approval",
    AlertState.APPROVED: "Approved, not yet issued",
    AlertState.ISSUED: "Issued",
}


class Verb(StrEnum):
    SAVE = "save"
    DISCARD = "discard"
    SUBMIT = "submit"
    MODERATE = "moderate"
    RETURN = "return"
    APPROVE = "approve"
    ISSUE = "issue"


class Relation(StrEnum):
    """What a person is to one record, beyond the role they hold."""

    AUDITOR = "auditor"
    LINE_MANAGER = "line manager of the worker"
    AUTHOR = "author"


State = AuditState | AlertState


@dataclass(frozen=True)
class Step:
    """One thing that can happen: from a state, by a permitted person who is (or is not) someone."""

    before: State
    verb: Verb
    after: State
    permission: Permission
    only: Relation | None = None
    never: frozenset[Relation] = field(default_factory=frozenset)


AUDIT_STEPS: tuple[Step, ...] = (
    Step(
        AuditState.DRAFT,
        Verb.SAVE,
        AuditState.DRAFT,
        Permission.AUDIT_RECORD,
        only=Relation.AUDITOR,
    ),
    Step(
        AuditState.DRAFT,
        Verb.DISCARD,
        AuditState.DISCARDED,
        Permission.AUDIT_RECORD,
        only=Relation.AUDITOR,
    ),
    Step(
        AuditState.DRAFT,
        Verb.SUBMIT,
        AuditState.SUBMITTED,
        Permission.AUDIT_RECORD,
        only=Relation.AUDITOR,
    ),
    Step(
        AuditState.SUBMITTED,
        Verb.MODERATE,
        AuditState.MODERATED,
        Permission.AUDIT_MODERATE,
        never=frozenset({Relation.AUDITOR, Relation.LINE_MANAGER}),
    ),
)

_NOT_THE_AUTHOR = frozenset({Relation.AUTHOR})

ALERT_STEPS: tuple[Step, ...] = (
    Step(
        AlertState.DRAFT,
        Verb.SAVE,
        AlertState.DRAFT,
        Permission.ALERT_WRITE,
        only=Relation.AUTHOR,
    ),
    Step(
        AlertState.DRAFT,
        Verb.SUBMIT,
        AlertState.SUBMITTED,
        Permission.ALERT_WRITE,
        only=Relation.AUTHOR,
    ),
    Step(
        AlertState.SUBMITTED,
        Verb.RETURN,
        AlertState.DRAFT,
        Permission.ALERT_APPROVE,
        never=_NOT_THE_AUTHOR,
    ),
    Step(
        AlertState.SUBMITTED,
        Verb.APPROVE,
        AlertState.APPROVED,
        Permission.ALERT_APPROVE,
        never=_NOT_THE_AUTHOR,
    ),
    Step(AlertState.APPROVED, Verb.ISSUE, AlertState.ISSUED, Permission.ALERT_WRITE),
)


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
    if step.only is not None and step.only not in relations:
        raise NotAllowed(f"Only the {step.only} can do this.")
    if barred := step.never & relations:
        who = " and the ".join(sorted(barred))
        raise NotAllowed(f"You cannot do this because you are the {who}.")
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
