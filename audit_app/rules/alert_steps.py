"""What can happen to a practice alert: state × verb × who → state."""

from __future__ import annotations

from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Relation, State, Step, Verb


class AlertState(State):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return _ALERT_LABELS[self]


_ALERT_LABELS = {
    AlertState.DRAFT: "Draft",
    AlertState.SUBMITTED: "Waiting for approval",
    AlertState.APPROVED: "Approved, not yet issued",
    AlertState.ISSUED: "Issued",
    AlertState.WITHDRAWN: "Withdrawn",
    AlertState.SUPERSEDED: "Superseded",
    AlertState.DISCARDED: "Discarded",
}

#: An alert on its way.
OPEN_STATES = (AlertState.DRAFT, AlertState.SUBMITTED, AlertState.APPROVED)
#: An alert that has its number and was read by teams, whatever came of it.
ONCE_ISSUED_STATES = (AlertState.ISSUED, AlertState.WITHDRAWN, AlertState.SUPERSEDED)

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
    Step(
        AlertState.DRAFT,
        Verb.DISCARD,
        AlertState.DISCARDED,
        Permission.ALERT_WRITE,
        only=Relation.AUTHOR,
    ),
    Step(
        AlertState.APPROVED,
        Verb.RETURN,
        AlertState.DRAFT,
        Permission.ALERT_APPROVE,
        never=_NOT_THE_AUTHOR,
    ),
    Step(AlertState.APPROVED, Verb.ISSUE, AlertState.ISSUED, Permission.ALERT_WRITE),
    Step(AlertState.ISSUED, Verb.WITHDRAW, AlertState.WITHDRAWN, Permission.ALERT_APPROVE),
    Step(AlertState.ISSUED, Verb.READ, AlertState.ISSUED, Permission.ALERT_CONFIRM),
    Step(AlertState.ISSUED, Verb.ACKNOWLEDGE, AlertState.ISSUED, Permission.ALERT_ACKNOWLEDGE),
    Step(AlertState.ISSUED, Verb.SUPERSEDE, AlertState.SUPERSEDED, Permission.ALERT_WRITE),
)
