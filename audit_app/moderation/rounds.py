"""What a moderator asked for, and what the auditor changed then: earlier and later together."""

from __future__ import annotations

from dataclasses import dataclass

from audit_app.audits.compared import LABELS, Changed, changed_fields
from audit_app.audits.copies import as_submitted
from audit_app.models import Audit, EvidenceRequest

#: The answers that give the auditor's judgement away.
TELLING = (
    "judgement",
    "overall",
    "rationale",
    "overall_reason",
    "good_practice",
    "good_practice_note",
    "good_practice_quote",
)
_TELLING_LABELS = frozenset(LABELS[name] for name in TELLING)


@dataclass(frozen=True)
class Round:
    """The last request that was answered, and every answer that is not what it was before."""

    request: EvidenceRequest
    changes: list[Changed]


def last_round(audit: Audit, hidden: bool, since: int | None = None) -> Round | None:
    """The last time the audit came back from its auditor; None when it was never returned.

    Args:
        hidden: whether to leave out what gives the auditor's judgement away.
        since: the number of the submission to compare with, instead of the one before the last.
    """
    answered = [each for each in audit.evidence_requests if each.answered_at is not None]
    if not answered or len(audit.submissions) < 2:
        return None
    known = {each.number: each for each in audit.submissions[:-1]}
    compared = known.get(1 if since == 0 else since or -1, audit.submissions[-2])
    earlier, later = (as_submitted(audit, each) for each in (compared, audit.submissions[-1]))
    changes = [
        each
        for each in changed_fields(earlier, later)
        if not (hidden and each.label in _TELLING_LABELS)
    ]
    return Round(answered[-1], changes)
