"""What can happen to audits, practice alerts, reflections and escalations.

State × verb × who → state. Improvement actions and allocated audits have tables of their own, in
``rules/action_steps.py`` and ``rules/allocation_steps.py``.

Routes, changes and templates all ask these tables, so a button never offers what would be refused.
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


class AuditState(State):
    DRAFT = "draft"
    DISCARDED = "discarded"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    MODERATED = "moderated"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    COMPLETE = "complete"

    @property
    def label(self) -> str:
        return _AUDIT_LABELS[self]


_AUDIT_LABELS = {
    AuditState.DRAFT: "Draft",
    AuditState.DISCARDED: "Discarded",
    AuditState.SUBMITTED: "Waiting for moderation",
    AuditState.RETURNED: "Returned for more evidence",
    AuditState.MODERATED: "Moderated",
    AuditState.ACCEPTED: "Moderated and agreed",
    AuditState.DISPUTED: "Disputed by the auditor",
    AuditState.RESOLVED: "Dispute resolved",
    AuditState.COMPLETE: "Complete, not moderated",
}

#: The states in which an audit has been moderated, whatever came of it.
MODERATED_STATES = (
    AuditState.MODERATED,
    AuditState.ACCEPTED,
    AuditState.DISPUTED,
    AuditState.RESOLVED,
)

#: The states in which a moderator's judgement is still to come.
WAITING_STATES = (AuditState.SUBMITTED, AuditState.RETURNED)

#: The states in which an audit's judgements count in figures and can be read by others.
RECORDED_STATES = (*WAITING_STATES, *MODERATED_STATES, AuditState.COMPLETE)

#: The states in which its auditor is writing it.
WRITING_STATES = (AuditState.DRAFT, AuditState.RETURNED)


class AlertState(State):
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


class ReflectionState(State):
    WRITING = "writing"
    SHARED = "shared"
    ACKNOWLEDGED = "acknowledged"

    @property
    def label(self) -> str:
        return _REFLECTION_LABELS[self]


_REFLECTION_LABELS = {
    ReflectionState.WRITING: "Not shared yet",
    ReflectionState.SHARED: "Shared",
    ReflectionState.ACKNOWLEDGED: "Acknowledged",
}


class EscalationState(State):
    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {EscalationState.OPEN: "Open", EscalationState.CLOSED: "Closed"}[self]


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
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    SHARE = "share"
    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
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


#: Whoever has a stake in the case cannot judge the practice a second time.
STAKES = frozenset(
    {
        Relation.AUDITOR,
        Relation.LINE_MANAGER,
        Relation.WORKER,
        Relation.HEAD,
        Relation.CALIBRATED,
    }
)


def _by_auditor(before: AuditState, verb: Verb, after: AuditState) -> Step:
    return Step(before, verb, after, Permission.AUDIT_RECORD, only=Relation.AUDITOR)


def _by_moderator(verb: Verb, after: AuditState) -> Step:
    return Step(
        AuditState.SUBMITTED,
        verb,
        after,
        Permission.AUDIT_MODERATE,
        only=Relation.MODERATOR,
        never=STAKES,
    )


#: ``complete`` is a submission that the moderation sample left out; ``agree`` is a moderation that
#: found nothing to change.
AUDIT_STEPS: tuple[Step, ...] = (
    _by_auditor(AuditState.DRAFT, Verb.SAVE, AuditState.DRAFT),
    _by_auditor(AuditState.DRAFT, Verb.DISCARD, AuditState.DISCARDED),
    _by_auditor(AuditState.DRAFT, Verb.SUBMIT, AuditState.SUBMITTED),
    _by_auditor(AuditState.DRAFT, Verb.COMPLETE, AuditState.COMPLETE),
    Step(AuditState.COMPLETE, Verb.CALL_IN, AuditState.SUBMITTED, Permission.MODERATION_MANAGE),
    _by_moderator(Verb.MODERATE, AuditState.MODERATED),
    _by_moderator(Verb.AGREE, AuditState.ACCEPTED),
    _by_moderator(Verb.RETURN, AuditState.RETURNED),
    _by_auditor(AuditState.RETURNED, Verb.SAVE, AuditState.RETURNED),
    _by_auditor(AuditState.RETURNED, Verb.SUBMIT, AuditState.SUBMITTED),
    _by_auditor(AuditState.MODERATED, Verb.ACCEPT, AuditState.ACCEPTED),
    _by_auditor(AuditState.MODERATED, Verb.DISPUTE, AuditState.DISPUTED),
    Step(
        AuditState.DISPUTED,
        Verb.RESOLVE,
        AuditState.RESOLVED,
        Permission.AUDIT_RESOLVE,
        only=Relation.RESOLVER,
        never=STAKES | {Relation.MODERATED_BY},
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

_WORKER = frozenset({Relation.WORKER})

REFLECTION_STEPS: tuple[Step, ...] = (
    Step(
        ReflectionState.WRITING,
        Verb.SAVE,
        ReflectionState.WRITING,
        Permission.WORK_REFLECT,
        only=Relation.WORKER,
    ),
    Step(
        ReflectionState.WRITING,
        Verb.SHARE,
        ReflectionState.SHARED,
        Permission.WORK_REFLECT,
        only=Relation.WORKER,
    ),
    Step(
        ReflectionState.SHARED,
        Verb.ACKNOWLEDGE,
        ReflectionState.ACKNOWLEDGED,
        Permission.WORK_ACKNOWLEDGE,
        only=Relation.LINE_MANAGER,
        never=_WORKER,
    ),
)

#: Closed only by a head of service with no hand in the case; anybody told of it may add to it.
ESCALATION_STEPS: tuple[Step, ...] = (
    Step(
        EscalationState.OPEN,
        Verb.CLOSE,
        EscalationState.CLOSED,
        Permission.ESCALATION_ANSWER,
        only=Relation.HEAD,
        never=frozenset({Relation.AUDITOR, Relation.LINE_MANAGER, Relation.WORKER}),
    ),
    Step(EscalationState.CLOSED, Verb.REOPEN, EscalationState.OPEN, Permission.ESCALATION_REOPEN),
    *(
        Step(state, Verb.NOTE, state, Permission.ESCALATION_READ)
        for state in (EscalationState.OPEN, EscalationState.CLOSED)
    ),
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
