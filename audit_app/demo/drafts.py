"""The demonstration's own unfinished work: three drafts of the team manager's, at three stages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from audit_app.demo import schedule, writing
from audit_app.demo.audits import Made, Maker
from audit_app.demo.people import HOME_TEAM
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Finding,
    HistoryEvent,
    OversightStatement,
    SavedSection,
    Thread,
    User,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Independence
from audit_app.rules.judgements import Judgement

CASE, OVERALL, FAMILY, OVERSIGHT, ACTIONS = "case", "overall", "family", "oversight", "actions"

#: What a draft's own row holds from the start.
_FROM_THE_START = (
    "reference", "case_reference", "audit_type", "service_id", "locality_id", "team_id",
    "thread_set_id",
)  # fmt: skip
_CASE_FIELDS = (
    "child_age", "plan_status", "worker_staff_id", "selection", "audit_date", "audit_month",
    "period_from", "period_to", "allocated_on", "due_on", "worker_involvement",
    "worker_not_involved_reason",
)  # fmt: skip
_FAMILY_FIELDS = (
    "family_feedback", "feedback_not_sought_reason", "feedback_from", "feedback_how",
    "feedback_said",
)  # fmt: skip


def add_drafts(maker: Maker) -> None:
    """One just begun, one half done, and one that lacks its overall judgement and actions."""
    threads = [f"thread-{thread.code}" for thread in maker.thread_set.threads]
    every = [CASE, *threads, OVERALL, FAMILY, OVERSIGHT, ACTIONS]
    half, nearly = [CASE, *threads[:3]], [CASE, *threads, FAMILY, OVERSIGHT]
    for days_ago, saved in ((1, []), (3, half), (6, nearly)):
        made = _of_another_team(maker, maker.today - timedelta(days=days_ago))
        db.session.add_all(_draft(maker, made, every, saved))


def _of_another_team(maker: Maker, on: date) -> Made:
    while True:
        made = maker.make(schedule.friday_at_latest(on), Judgement.GOOD, recent=True)
        if made.case.team.name != HOME_TEAM and made.row["audit_type"] is AuditType.FULL:
            return made


def _draft(
    maker: Maker, made: Made, sections: list[str], saved: list[str]
) -> tuple[Audit, HistoryEvent]:
    """The draft as the recording pages would have left it, with the given sections saved."""
    begun = datetime.combine(made.on, time(14, 10), tzinfo=UTC)
    auditor = maker.staff.sign_ins["team.manager"]
    fields = (
        _FROM_THE_START
        + (_CASE_FIELDS if CASE in saved else ())
        + (_FAMILY_FIELDS if FAMILY in saved else ())
    )
    audit = Audit(
        state=AuditState.DRAFT,
        auditor_id=auditor.id,
        started_at=begun,
        **{name: made.row[name] for name in fields},
    )
    if CASE in saved:
        audit.independence = Independence.INDEPENDENT
    audit.findings = [_finding(maker, made, thread, saved) for thread in maker.thread_set.threads]
    audit.oversight = OversightStatement()
    if OVERSIGHT in saved:
        answers = writing.oversight_texts(maker.rng, made.judged.overall, made.case)
        audit.oversight = OversightStatement(**answers)
    audit.sections = [_section(each, begun if each in saved else None) for each in sections]
    return audit, _started(auditor, audit, begun)


def _finding(maker: Maker, made: Made, thread: Thread, saved: list[str]) -> Finding:
    finding = Finding(thread_id=thread.id, position=thread.position)
    if f"thread-{thread.code}" in saved:
        finding.judgement = made.judged.threads[thread.code]
        texts = writing.finding_texts(maker.rng, thread.code, finding.judgement, made.case, 2)
        for part, text in texts.items():
            setattr(finding, part, text)
    return finding


def _section(name: str, saved_at: datetime | None) -> SavedSection:
    return SavedSection(section=name, version=int(saved_at is not None), saved_at=saved_at)


def _started(auditor: User, audit: Audit, when: datetime) -> HistoryEvent:
    return HistoryEvent(
        at=when,
        user_id=auditor.id,
        verb="started",
        record_type="audit",
        record_reference=audit.reference,
    )
