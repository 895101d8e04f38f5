"""What can happen to an audit: state × verb × who → state."""

from __future__ import annotations

from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Relation, State, Step, Verb


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
