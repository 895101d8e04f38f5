"""Whole drafts, ready to be submitted, and what must be there of one once it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, islice

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from audit_app.audits.copies import copy_of
from audit_app.audits.sections import sections_of
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EntryKind,
    EscalationCause,
    Finding,
    HistoryEvent,
    OversightStatement,
    SavedSection,
    Stage,
    Team,
    ThreadSet,
    User,
)
from audit_app.models.base import new_reference
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import (
    OVERSIGHT_PROMPTS,
    AuditType,
    FamilyFeedback,
    Independence,
    PlanStatus,
    Selection,
    WorkerInvolvement,
)
from audit_app.rules.judgements import Judgement
from audit_app.tallying.checking import check
from tests.history.test_sealing import check_chain

_TEXTS = ("evidence", "working_well", "worried_about", "impact")
_WORDS = "The record says what happened, why it was decided, and what it meant for the child."


def make_drafts(
    number: int,
    auditor: User,
    team: Team,
    thread_set: ThreadSet,
    cases: Iterator[int] | None = None,
) -> list[str]:
    """So many drafts with nothing missing, every tenth case Inadequate; their references."""
    numbers = islice(cases or count(), number)
    drafts = [_draft(each, auditor, team, thread_set) for each in numbers]
    db.session.add_all(drafts)
    db.session.commit()
    return [each.reference for each in drafts]


def _draft(number: int, auditor: User, team: Team, thread_set: ThreadSet) -> Audit:
    judgement = Judgement.INADEQUATE if number % 10 == 0 else Judgement.GOOD
    audit = Audit(
        reference=new_reference(),
        auditor_id=auditor.id,
        thread_set_id=thread_set.id,
        thread_set=thread_set,
        case_reference=f"8{number:06}",
        child_age=12,
        plan_status=PlanStatus.CHILD_IN_NEED,
        worker_staff_id="E1006",
        audit_type=AuditType.FULL,
        selection=Selection.RANDOM,
        audit_date=date(2026, 10, 5),
        period_from=date(2026, 4, 1),
        period_to=date(2026, 9, 30),
        independence=Independence.INDEPENDENT,
        worker_involvement=WorkerInvolvement.TOOK_PART,
        overall=judgement,
        rationale=f"Rationale {number}. {_WORDS}",
        good_practice=False,
        safeguarding_concern=False,
        family_feedback=FamilyFeedback.GIVEN,
        feedback_from="Mother",
        feedback_how="By telephone",
        feedback_said=f"Said {number}. She felt listened to.",
        oversight=OversightStatement(
            **{prompt.field: f"{prompt.field} {number}." for prompt in OVERSIGHT_PROMPTS}
        ),
    )
    audit.place(team)
    audit.findings = [
        Finding(
            thread=thread,
            position=thread.position,
            judgement=judgement,
            **{name: f"{name} {thread.code} {number}. {_WORDS}" for name in _TEXTS},
        )
        for thread in thread_set.threads
    ]
    audit.sections = [SavedSection(section=each.key, version=1) for each in sections_of(audit)]
    return audit


def check_whole(references: Sequence[str]) -> None:
    """Each was submitted once, and all that belongs to a submission is there with it."""
    happened = _happened()
    for audit in _read(references):
        said = happened[audit.reference]
        assert audit.state is AuditState.SUBMITTED
        (submission,) = audit.submissions
        assert submission.answers == copy_of(audit)
        assert len(audit.findings) == 6
        for finding in audit.findings:
            assert all(str(getattr(finding, name)).startswith(name) for name in _TEXTS)
        _check_judgements(audit)
        assert audit.draw is not None
        assert audit.draw.moderator_id is not None
        assert (said["submitted"], said["drawn for moderation"]) == (1, 1)
        _check_clock(audit, said["escalated: inadequate"])


def check_nothing_came_of(references: Sequence[str]) -> None:
    """Each is the draft it was: of a submission that did not come about nothing is there."""
    db.session.rollback()
    happened = _happened()
    for audit in _read(references):
        assert (audit.state, audit.submitted_at) == (AuditState.DRAFT, None)
        came_of_it = [*audit.submissions, *audit.judgements, *audit.escalations]
        assert not came_of_it
        assert audit.draw is None
        assert not happened.get(audit.reference, Counter())["submitted"]
    check_sums()


def _check_judgements(audit: Audit) -> None:
    rows = Counter((row.stage, row.thread_id, row.judgement) for row in audit.judgements)
    threads = [each.thread_id for each in audit.findings]
    assert rows == Counter((Stage.AUDITED, each, audit.overall) for each in [None, *threads])


def _check_clock(audit: Audit, started: int) -> None:
    """An Inadequate started one clock, with a day to answer by, and nothing else started one."""
    if audit.overall is not Judgement.INADEQUATE:
        assert not audit.escalations
        assert not started
        return
    (clock,) = audit.escalations
    assert clock.cause is EscalationCause.INADEQUATE
    assert [each.kind for each in clock.entries] == [EntryKind.STARTED]
    assert started == 1


@dataclass(frozen=True)
class Counted:
    """What a database holds, counted."""

    audits: int
    events: int


def check_sums() -> Counted:
    """The tallies are what the records say, and the history proves itself."""
    db.session.rollback()
    found = check()
    assert found.right, list(found.lines())
    events = check_chain()
    audits = db.session.scalar(select(func.count(Audit.id))) or 0
    db.session.rollback()
    return Counted(audits, events)


def _read(references: Sequence[str]) -> Sequence[Audit]:
    parts = (
        selectinload(Audit.findings).joinedload(Finding.thread),
        *map(
            selectinload,
            (Audit.submissions, Audit.judgements, Audit.draw, Audit.oversight, Audit.actions),
        ),
    )
    query = select(Audit).where(Audit.reference.in_(references)).options(*parts)
    found = db.session.scalars(query).all()
    assert len(found) == len(set(references))
    return found


def _happened() -> dict[str, Counter[str]]:
    """How often each thing happened to each audit, by its reference."""
    happened: dict[str, Counter[str]] = {}
    events = select(HistoryEvent.record_reference, HistoryEvent.verb).where(
        HistoryEvent.record_type == "audit"
    )
    for reference, verb in db.session.execute(events):
        happened.setdefault(reference, Counter())[verb] += 1
    return happened
