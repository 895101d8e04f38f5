"""What can happen to an escalation: state × verb × who → state."""

from __future__ import annotations

from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Relation, State, Step, Verb


class EscalationState(State):
    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {EscalationState.OPEN: "Open", EscalationState.CLOSED: "Closed"}[self]


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
        Step(state, Verb.NOTE, state, Permission.ESCALATION_NOTE)
        for state in (EscalationState.OPEN, EscalationState.CLOSED)
    ),
)
