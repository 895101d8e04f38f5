"""The demonstration's escalations: each Inadequate has one, a few are open, and all add up."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Audit, EntryKind, Escalation, EscalationCause, EscalationEntry
from audit_app.rules.judgements import Judgement
from tests.demo.conftest import TODAY


def test_every_inadequate_recorded_here_has_an_escalation(demo: Flask) -> None:
    judged = select(Audit.id).where(
        Audit.imported.is_(False), Audit.recorded, Audit.final_overall == Judgement.INADEQUATE
    )
    escalated = select(Escalation.audit_id).where(Escalation.cause == EscalationCause.INADEQUATE)
    assert set(db.session.scalars(judged)) <= set(db.session.scalars(escalated))


def test_a_few_are_open_and_the_old_are_closed(demo: Flask) -> None:
    open_ones = list(db.session.scalars(select(Escalation).where(Escalation.closed_at.is_(None))))
    assert 2 <= len(open_ones) <= 6
    assert all((TODAY - each.due_on).days < 60 for each in open_ones)
    assert any(each.due_on < TODAY for each in open_ones)
    closed = db.session.scalar(select(func.count()).where(Escalation.closed_at.is_not(None))) or 0
    assert closed > 100


def test_each_that_is_closed_says_by_whom_and_what_was_done(demo: Flask) -> None:
    said = select(EscalationEntry.escalation_id).where(
        EscalationEntry.kind == EntryKind.CLOSED, EscalationEntry.text.is_not(None)
    )
    closed = select(Escalation.id).where(Escalation.closed_at.is_not(None))
    assert set(db.session.scalars(said)) == set(db.session.scalars(closed))


def test_nothing_happens_after_the_day_it_is_made_for(demo: Flask) -> None:
    last = db.session.scalar(select(func.max(EscalationEntry.at)))
    assert last is not None
    assert last.date() < TODAY
