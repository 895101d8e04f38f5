"""Submitting an audit: for the first time, and again after it was returned for more evidence."""

from __future__ import annotations

from datetime import date, timedelta

from audit_app.audits.clock import tell_submitted
from audit_app.audits.copies import copy_of
from audit_app.audits.drawing import (
    draw,
    give_to_somebody,
    remember_draw,
    start_clock_if_inadequate,
)
from audit_app.audits.moderators import eligible_moderators
from audit_app.audits.opening import open_actions
from audit_app.audits.sections import problems, read_at, sections_of
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EvidenceRequest,
    Stage,
    Submission,
    User,
    keep_passages,
    remember,
)
from audit_app.models.base import now
from audit_app.rules.audit_steps import AUDIT_STEPS, AuditState
from audit_app.rules.workflow import Verb, next_state


class NotReady(Exception):
    """Sections still need something before the audit can be submitted."""


class ChangedSince(Exception):
    """A section was saved after the answers were checked, or it was submitted already."""


def submit(user: User, audit: Audit, version_read: int, reply: str | None = None) -> None:
    """Submit a complete audit: its judgements are written down for good. Not committed.

    Whoever read it holds it, so that nobody else changes any of it until the transaction ends.
    ``reply`` answers the moderator who returned it, and is kept beside what they asked for.

    Raises:
        NotAllowed: when this person may not submit this audit now.
        NotReady: when a section still needs something.
        ChangedSince: when what is there now is not what was checked.
    """
    with db.session.no_autoflush:
        _submit(user, audit, version_read, reply)


def _submit(user: User, audit: Audit, version_read: int, reply: str | None) -> None:
    """What is read on the way is not changed by it, so it is written all at once."""
    before, permissions, relations = audit.state, user.permissions, audit.relations_of(user)
    audit.state = AuditState(next_state(AUDIT_STEPS, before, Verb.SUBMIT, permissions, relations))
    if any(problems(audit, section) for section in sections_of(audit)):
        raise NotReady
    if read_at(audit) != version_read:
        raise ChangedSince
    _write_down(user, audit)
    open_actions(user, audit)
    tell_submitted(user, audit)
    start_clock_if_inadequate(audit, user)
    if before is AuditState.RETURNED:
        _answer_request(audit, reply)
        remember(db.session, user, "submitted again", "audit", audit.reference)
        return
    remember(db.session, user, "submitted", "audit", audit.reference)
    if draw(audit).chosen_because is None:
        relations = frozenset(audit.relations_of(user))
        audit.state = AuditState(
            next_state(AUDIT_STEPS, before, Verb.COMPLETE, permissions, relations)
        )
    remember_draw(audit)


def _write_down(user: User, audit: Audit) -> None:
    """The judgements as rows, a whole copy of what was said, and its texts to be searched."""
    audit.submitted_at = now()
    if audit.overall is not None:
        audit.judge(user, Stage.AUDITED, None, audit.overall)
    for finding in audit.findings:
        if finding.judgement is not None:
            audit.judge(user, Stage.AUDITED, finding, finding.judgement)
    audit.submissions.append(
        Submission(
            number=len(audit.submissions) + 1,
            submitted_at=audit.submitted_at,
            answers=copy_of(audit),
        )
    )
    keep_passages(db.session, [audit.id])


def _answer_request(audit: Audit, reply: str | None) -> None:
    request: EvidenceRequest = audit.evidence_requests[-1]
    request.answered_at, request.answer = audit.submitted_at, reply
    if audit.draw is not None:
        audit.draw.due_on = date.today() + timedelta(days=audit.draw.cycle.days_allowed)
        if audit.draw.moderator not in [each.user for each in eligible_moderators(audit)]:
            give_to_somebody(audit)
