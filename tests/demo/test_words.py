"""The demonstration's audits can be found by their words, its drafts cannot."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import or_, select

from audit_app.extensions import db
from audit_app.models import Audit, Passage
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from tests.insight.passages import expected


def test_what_stands_in_its_audits_can_be_found_and_nothing_else(demo: Flask) -> None:
    some = or_(Audit.id % 150 == 0, Audit.state.not_in((AuditState.COMPLETE, AuditState.ACCEPTED)))
    audits = db.session.scalars(select(Audit).where(some)).all()
    rows = db.session.execute(
        select(Passage.audit_id, Passage.thread_id, Passage.field, Passage.text).where(
            Passage.audit_id.in_([audit.id for audit in audits])
        )
    )
    assert {tuple(row) for row in rows} == {each for audit in audits for each in expected(audit)}
    assert AuditState.RETURNED in {audit.state for audit in audits}
    assert {audit.state for audit in audits} - set(RECORDED_STATES)
