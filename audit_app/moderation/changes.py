"""What is said after an audit was submitted: a second judgement, an answer to it, a third.

Every judgement is written beside those before it, never over them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from audit_app.audits.copies import copy_of
from audit_app.audits.drawing import start_clock_if_inadequate
from audit_app.audits.sections import sections_of
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EvidenceRequest,
    Moderation,
    ModerationAnswer,
    OversightStatement,
    Resolution,
    SavedSection,
    Stage,
    Submission,
    User,
    keep_passages,
    remember,
)
from audit_app.rules.audit_steps import AUDIT_STEPS
from audit_app.rules.judgements import Judgement
from audit_app.rules.workflow import NotAllowed, Verb, next_state


class Overtaken(NotAllowed):
    """Somebody else did something with the audit in the meantime; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else dealt with this audit while your page was open. Nothing was saved: open "
            "the audit again to see where it stands."
        )


class SubmittedAgain(Overtaken):
    """The auditor submitted the audit again after it was read; nothing was written."""


def moderate(
    user: User,
    audit: Audit,
    threads: dict[int, Judgement],
    values: dict[str, Any],
    reasons: dict[int, str | None],
    read: int,
) -> None:
    """Write the moderator's judgements down and report them. Not committed.

    ``threads`` and ``reasons`` hold only the threads the moderator judged, by number. ``read`` is
    the number of the submission they read; 0 where none was kept.

    Raises:
        NotAllowed: when this person may not moderate this audit.
        SubmittedAgain: when a later submission than the one that was read is there.
        Overtaken: when something else was done with it first.
    """
    verb = Verb.MODERATE if _differs(audit, values["overall"], threads) else Verb.AGREE
    move(user, audit, verb)
    _check_newest(audit, read)
    notes = ("overall", "overall_reason", "practice_note", "audit_quality_note")
    audit.moderation = Moderation(
        moderator_id=user.id,
        moderated_on=date.today(),
        blind=audit.blind,
        **{name: values[name] for name in notes},
    )
    if values["overall"] is not None:
        audit.judge(user, Stage.MODERATED, None, values["overall"], values["overall_reason"])
    for finding in audit.findings:
        if finding.thread_id in threads:
            reason = reasons.get(finding.thread_id)
            audit.judge(user, Stage.MODERATED, finding, threads[finding.thread_id], reason)
    keep_passages(db.session, [audit.id])
    start_clock_if_inadequate(audit, user)
    remember(db.session, user, "moderated", "audit", audit.reference)


def _differs(audit: Audit, overall: Judgement | None, threads: dict[int, Judgement]) -> bool:
    if overall is not None and overall is not audit.overall:
        return True
    audited = {finding.thread_id: finding.judgement for finding in audit.findings}
    return any(judgement is not audited[thread] for thread, judgement in threads.items())


def return_for_evidence(user: User, audit: Audit, needed: str, read: int) -> None:
    """Give the audit back to its auditor to say more. Not committed.

    What was said so far stays as it was submitted: an audit from before copies were kept is copied
    now, ahead of the first change. ``read`` is as in :func:`moderate`.

    Raises:
        NotAllowed: when this person may not moderate this audit.
        SubmittedAgain: when a later submission than the one that was read is there.
        Overtaken: when something else was done with it first.
    """
    move(user, audit, Verb.RETURN)
    _check_newest(audit, read)
    if not audit.submissions:
        said = Submission(number=1, answers=copy_of(audit))
        if audit.submitted_at is not None:
            said.submitted_at = audit.submitted_at
        audit.submissions.append(said)
    _make_writable(audit)
    audit.evidence_requests.append(EvidenceRequest(asked_by_id=user.id, needed=needed))
    remember(db.session, user, "returned for more evidence", "audit", audit.reference)


def _make_writable(audit: Audit) -> None:
    """Add what every section is saved to, where an audit was not recorded here section by section.

    Its sections count as saved once: what they hold is what was said.
    """
    present = {each.section for each in audit.sections}
    missing = [each.key for each in sections_of(audit) if each.key not in present]
    audit.sections += [SavedSection(section=key, version=1) for key in missing]
    if audit.oversight is None:
        audit.oversight = OversightStatement()


def answer(user: User, audit: Audit, disputed: bool, reason: str | None) -> None:
    """The auditor accepts what moderation changed, or disputes it with a reason. Not committed.

    Raises:
        NotAllowed: when this person may not answer.
        Overtaken: when it was answered already.
    """
    move(user, audit, Verb.DISPUTE if disputed else Verb.ACCEPT)
    audit.answer = ModerationAnswer(answered_by_id=user.id, disputed=disputed, reason=reason)
    verb = "disputed the moderation" if disputed else "accepted the moderation"
    remember(db.session, user, verb, "audit", audit.reference)


def resolve(
    user: User,
    audit: Audit,
    overall: Judgement | None,
    threads: dict[int, Judgement],
    reason: str,
) -> None:
    """A third person ends a dispute: what they judge is reported from now on. Not committed.

    Raises:
        NotAllowed: when this person may not resolve this dispute.
        Overtaken: when it was resolved already.
    """
    move(user, audit, Verb.RESOLVE)
    audit.resolution = Resolution(resolved_by_id=user.id, overall=overall, reason=reason)
    if overall is not None:
        audit.judge(user, Stage.RESOLVED, None, overall, reason)
    for finding in audit.findings:
        if finding.thread_id in threads:
            audit.judge(user, Stage.RESOLVED, finding, threads[finding.thread_id], reason)
    start_clock_if_inadequate(audit, user)
    remember(db.session, user, "resolved the dispute", "audit", audit.reference)


def move(user: User, audit: Audit, verb: Verb) -> None:
    """Take the step the workflow table says this verb is, unless somebody took another first.

    Raises:
        NotAllowed: when the table has no such step for this person.
        Overtaken: when the audit is no longer in the state this was decided by.
    """
    relations = audit.relations_of(user)
    state = next_state(AUDIT_STEPS, audit.state, verb, user.permissions, relations)
    moved = db.session.execute(
        update(Audit).where(Audit.id == audit.id, Audit.state == audit.state).values(state=state)
    )
    if not moved.rowcount:  # type: ignore[attr-defined]
        raise Overtaken


def _check_newest(audit: Audit, read: int) -> None:
    """Call once the audit's row is held, so that no submission can follow."""
    kept = select(func.count(Submission.id)).where(Submission.audit_id == audit.id)
    if db.session.scalar(kept) != read:
        raise SubmittedAgain
