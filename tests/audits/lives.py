"""Audits that have lived: returned, disputed, resolved, escalated, reflected on, imported."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from audit_app.audits.copies import copy_of
from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    EntryKind,
    Escalation,
    EscalationCause,
    EscalationEntry,
    EvidenceRequest,
    HistoryEvent,
    Moderation,
    ModerationAnswer,
    ModerationCycle,
    ModerationDraw,
    OversightStatement,
    Reflection,
    Resolution,
    SavedSection,
    Stage,
    Submission,
    User,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import OVERSIGHT_PROMPTS, FamilyFeedback, Priority
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause
from tests.people import World

START = datetime(2026, 10, 5, 15, 40, tzinfo=UTC)


def at(days: int = 0, minutes: int = 0) -> datetime:
    """So long after the audit was started, at 4:40pm in London on 5 October 2026."""
    return START + timedelta(days=days, minutes=minutes)


def happened(audit: Audit, by: User | None, verb: str, when: datetime) -> None:
    event = HistoryEvent(
        at=when,
        user_id=by.id if by else None,
        verb=verb,
        record_type="audit",
        record_reference=audit.reference,
    )
    db.session.add(event)


def submitted(world: World, judgement: Judgement = Judgement.GOOD, *, blind: bool = False) -> Audit:
    """An audit by Alice: started at 4:40pm, submitted at 5:15pm, drawn and given to Bob."""
    audit = world.recorded_audit(judgement)
    audit.started_at, audit.submitted_at = at(), at(minutes=35)
    audit.blind, audit.oversight = blind, OversightStatement()
    for prompt in OVERSIGHT_PROMPTS:
        setattr(audit.oversight, prompt.field, f"Answer: {prompt.question}")
    audit.family_feedback = FamilyFeedback.GIVEN
    audit.feedback_said = "She felt listened to."
    audit.good_practice = judgement is Judgement.OUTSTANDING
    audit.safeguarding_concern = False
    audit.actions.append(
        Action(
            what="See him alone.",
            owner="Priya",
            due_on=date(2026, 11, 2),
            priority=Priority.HIGH,
            thread=audit.findings[2].thread,
        )
    )
    keys = ["case", *(f"thread-{each.thread.code}" for each in audit.findings), "overall"]
    keys += ["family", "oversight", "actions"]
    audit.sections = [SavedSection(section=key, version=1, saved_at=at()) for key in keys]
    happened(audit, world.alice, "started", at())
    for number, key in enumerate(["case", "thread-chronology", "thread-plan", "case"]):
        happened(audit, world.alice, f"saved {key}", at(minutes=4 * number))
    happened(audit, world.alice, "submitted", at(minutes=35))
    keep_copy(audit, at(minutes=35))
    give(audit, world, because(judgement), at(minutes=35))
    db.session.commit()
    return audit


def because(judgement: Judgement) -> DrawnBecause:
    try:
        return DrawnBecause(judgement.value)
    except ValueError:
        return DrawnBecause.RANDOM


def keep_copy(audit: Audit, when: datetime) -> None:
    audit.submitted_at = when
    audit.submissions.append(
        Submission(number=len(audit.submissions) + 1, submitted_at=when, answers=copy_of(audit))
    )


def give(audit: Audit, world: World, why: DrawnBecause | None, when: datetime) -> None:
    cycle = db.session.query(ModerationCycle).first() or ModerationCycle(
        name="Autumn", starts_on=date(2026, 1, 1), blind=audit.blind, every_inadequate=True,
        every_outstanding=True, random_percent=20, seed="s", days_allowed=10,
        resolved_by=Role.PRACTICE_LEAD,
    )  # fmt: skip
    moderator = world.bob.id if why else None
    audit.draw = ModerationDraw(
        cycle=cycle, number=1, judgement=audit.overall, chosen_because=why, drawn_at=when,
        moderator_id=moderator, allocated_at=when if why else None,
        due_on=date(2026, 10, 15) if why else None,
    )  # fmt: skip


def returned(world: World, *, blind: bool = False) -> Audit:
    """Returned by Bob a day later, and then half written again by Alice."""
    audit = submitted(world, blind=blind)
    audit.state = AuditState.RETURNED
    audit.evidence_requests.append(
        EvidenceRequest(
            asked_by_id=world.bob.id, asked_at=at(1), needed="When was he last seen alone?"
        )
    )
    happened(audit, world.bob, "returned", at(1))
    audit.overall = Judgement.INADEQUATE
    audit.rationale = "Half written again."
    audit.findings[2].judgement = Judgement.INADEQUATE
    audit.findings[2].evidence = "He was last seen alone"
    db.session.commit()
    return audit


def resubmitted(world: World, *, blind: bool = False) -> Audit:
    """Submitted again two days later, with a reply, judged Requires Improvement now."""
    audit = returned(world, blind=blind)
    audit.overall = audit.final_overall = Judgement.REQUIRES_IMPROVEMENT
    audit.findings[2].judgement = Judgement.GOOD
    audit.judge(world.alice, Stage.AUDITED, None, Judgement.REQUIRES_IMPROVEMENT)
    audit.rationale = "Written again."
    audit.state = AuditState.SUBMITTED
    keep_copy(audit, at(2))
    request = audit.evidence_requests[0]
    request.answered_at, request.answer = at(2), "On 3 March, it is in the evidence now."
    happened(audit, world.alice, "submitted again", at(2))
    db.session.commit()
    return audit


def moderated(world: World, to: Judgement = Judgement.INADEQUATE) -> Audit:
    """Moderated three days later by Bob, who changed the overall judgement and one thread."""
    audit = resubmitted(world)
    audit.state = AuditState.MODERATED
    audit.moderation = Moderation(
        moderator_id=world.bob.id,
        moderated_on=at(3).date(),
        overall=to,
        overall_reason="He has not been seen since March.",
        practice_note="Kind and patient work, but too little of it.",
        audit_quality_note="A careful audit.",
    )
    audit.judge(world.bob, Stage.MODERATED, None, to, "He has not been seen since March.")
    voice = audit.findings[2]
    audit.judge(world.bob, Stage.MODERATED, voice, to, "His words are nowhere.")
    happened(audit, world.bob, "moderated", at(3))
    escalate(audit, world, EscalationCause.INADEQUATE, at(3))
    db.session.commit()
    return audit


def escalate(audit: Audit, world: World, cause: EscalationCause, when: datetime) -> None:
    escalation = Escalation(cause=cause, started_at=when, due_on=date(2026, 10, 15))
    escalation.entries = [EscalationEntry(kind=EntryKind.STARTED, at=when, by_id=world.bob.id)]
    audit.escalations.append(escalation)


def disputed(world: World) -> Audit:
    audit = moderated(world)
    audit.state = AuditState.DISPUTED
    audit.answer = ModerationAnswer(
        answered_by_id=world.alice.id,
        answered_at=at(4),
        disputed=True,
        reason="He was seen on 3 March and on 9 April.",
    )
    happened(audit, world.alice, "disputed", at(4))
    db.session.commit()
    return audit


def resolved(world: World) -> Audit:
    """Resolved by Cora, the clock closed, and reflected on by Priya."""
    audit = disputed(world)
    audit.state = AuditState.RESOLVED
    audit.resolution = Resolution(
        resolved_by_id=world.cora.id,
        resolved_at=at(6),
        overall=Judgement.REQUIRES_IMPROVEMENT,
        reason="Both visits are on file.",
    )
    audit.judge(world.cora, Stage.RESOLVED, None, Judgement.REQUIRES_IMPROVEMENT)
    clock = audit.escalations[0]
    clock.entries.append(
        EscalationEntry(kind=EntryKind.CLOSED, at=at(5), by_id=world.carol.id, text="He was seen.")
    )
    clock.closed_at, clock.closed_by_id = at(5), world.carol.id
    audit.reflection = Reflection(
        user_id=world.priya.id,
        text="I will write down his words.",
        saved_at=at(7),
        shared_at=at(7),
        acknowledged_by_id=world.mallory.id,
        acknowledged_at=at(8),
    )
    db.session.commit()
    return audit


def imported(world: World) -> Audit:
    """One of 2019, of which little is known."""
    audit = world.recorded_audit(Judgement.GOOD, on=date(2019, 10, 3))
    audit.imported, audit.started_at, audit.submitted_at = True, at(), None
    audit.rationale = audit.selection = None
    for finding in audit.findings:
        finding.evidence = None
    audit.state = AuditState.ACCEPTED
    audit.moderation = Moderation(
        moderator_id=world.bob.id, moderated_on=date(2019, 11, 1), overall=Judgement.GOOD
    )
    db.session.commit()
    return audit


def longest(world: World) -> Audit:
    """Every long text as long as it may be."""
    audit = resolved(world)
    words = "He was seen at school and at home, and said what he wants. " * 170
    text = "\n\n".join(words[start : start + 1180] for start in range(0, 10_000, 1180))[:10_000]
    for finding in audit.findings:
        finding.evidence = finding.working_well = finding.worried_about = finding.impact = text
    audit.rationale = text
    for action in range(25):
        audit.actions.append(
            Action(
                what=f"Action {action + 1}. " + words[: 40 * (action + 1)],
                owner="The social worker",
                due_on=date(2026, 12, 1),
                priority=Priority.LOW,
            )
        )
    db.session.commit()
    return audit
