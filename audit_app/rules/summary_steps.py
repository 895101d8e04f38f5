"""What can happen to a summary: state × verb × who → state."""

from __future__ import annotations

from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Relation, State, Step, Verb


class SummaryState(State):
    DRAFT = "draft"
    COMPLETE = "complete"
    SIGNED_OFF = "signed_off"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    SummaryState.DRAFT: "Draft",
    SummaryState.COMPLETE: "Commentary complete, waiting to be signed off",
    SummaryState.SIGNED_OFF: "Signed off",
    SummaryState.DISCARDED: "Discarded",
}

_NOT_THE_AUTHOR = frozenset({Relation.AUTHOR})

#: Whoever completed the commentary is its author, and never signs their own words off.
SUMMARY_STEPS: tuple[Step, ...] = (
    Step(SummaryState.DRAFT, Verb.SAVE, SummaryState.DRAFT, Permission.SUMMARY_WRITE),
    Step(SummaryState.DRAFT, Verb.COMPLETE, SummaryState.COMPLETE, Permission.SUMMARY_WRITE),
    Step(SummaryState.DRAFT, Verb.DISCARD, SummaryState.DISCARDED, Permission.SUMMARY_WRITE),
    Step(SummaryState.COMPLETE, Verb.REOPEN, SummaryState.DRAFT, Permission.SUMMARY_WRITE),
    Step(
        SummaryState.COMPLETE,
        Verb.RETURN,
        SummaryState.DRAFT,
        Permission.SUMMARY_SIGN,
        never=_NOT_THE_AUTHOR,
    ),
    Step(
        SummaryState.COMPLETE,
        Verb.SIGN_OFF,
        SummaryState.SIGNED_OFF,
        Permission.SUMMARY_SIGN,
        never=_NOT_THE_AUTHOR,
    ),
)
