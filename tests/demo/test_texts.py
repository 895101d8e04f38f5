"""What the demonstration says: whole audits, no personal data, and work left to be done."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Text, select
from sqlalchemy.orm import selectinload

from audit_app.audits import sections
from audit_app.extensions import db
from audit_app.models import (
    Action,
    ActionEntry,
    ActionRecheck,
    Alert,
    AllocationRequest,
    Audit,
    Base,
    Calibration,
    CalibrationJudgement,
    DeclaredStake,
    EndedExemption,
    EscalationEntry,
    Finding,
    JudgementRow,
    Moderation,
    OpenCase,
    OversightStatement,
    Reflection,
    Theme,
    User,
)
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from tests.demo.conftest import TODAY

#: The same words on every database.
pytestmark = pytest.mark.sqlite_only

PERSONAL = {
    "NHS number": re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b"),
    "National Insurance number": re.compile(r"\b[A-Z]{2} ?(\d{2} ?){3}[A-D]\b"),
    "postcode": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
    "date of birth": re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b"),
    "e-mail address": re.compile(r"\S@\S"),
    "phone number": re.compile(r"(\+44|\b0)[\d ]{8,}"),
    "unfilled brace": re.compile(r"[{}]"),
}


def _texts() -> Iterator[str]:
    tables: tuple[type[Base], ...] = (
        Audit, Finding, OversightStatement, Moderation, Action, JudgementRow, Alert, Calibration,
        CalibrationJudgement, Reflection, EscalationEntry, ActionEntry, ActionRecheck,
        AllocationRequest, DeclaredStake, EndedExemption, OpenCase, Theme,
    )  # fmt: skip
    for table in tables:
        for column in table.__table__.columns:
            if isinstance(column.type, Text):
                yield from db.session.scalars(select(column).where(column.is_not(None)).distinct())


def test_no_text_looks_like_personal_data(demo: Flask) -> None:
    found = {
        (what, text)
        for text in _texts()
        for what, pattern in PERSONAL.items()
        if pattern.search(text)
    }
    assert found == set()


def test_no_text_names_one_of_the_made_up_people(demo: Flask) -> None:
    names = re.compile("|".join(re.escape(name) for name in db.session.scalars(select(User.name))))
    assert [text for text in _texts() if names.search(text)] == []


def test_every_sentence_begins_with_a_capital_letter(demo: Flask) -> None:
    small = re.compile(r"^[a-z]|[.!?] [a-z]")
    assert [text for text in _texts() if small.search(text)] == []


def test_recent_audits_are_as_complete_as_the_service_asks(demo: Flask) -> None:
    recent = db.session.scalars(
        select(Audit)
        .where(Audit.state.in_(RECORDED_STATES))
        .order_by(Audit.id.desc())
        .limit(300)
        .options(
            selectinload(Audit.findings),
            selectinload(Audit.oversight),
            selectinload(Audit.thread_set),
        )
    ).all()
    wanting = {
        problem.message
        for audit in recent
        for section in sections.sections_of(audit)
        if section.kind is not sections.Kind.ACTIONS
        for problem in sections.problems(audit, section)
    }
    assert wanting == set()


def test_some_actions_are_overdue_and_some_are_not(demo: Flask) -> None:
    days = db.session.scalars(select(Action.due_on)).all()
    assert len([day for day in days if day < TODAY]) > 20
    assert len([day for day in days if day >= TODAY]) > 20


def test_audits_of_this_month_and_last_month_wait_for_moderation(demo: Flask) -> None:
    waiting = db.session.scalars(select(Audit).where(Audit.state == AuditState.SUBMITTED)).all()
    assert {audit.audit_month for audit in waiting} == {202610, 202611}
    assert len({audit.auditor_id for audit in waiting}) > 5
    assert 10 <= len(waiting) <= 25


def test_the_demo_manager_has_drafts_at_three_stages(demo: Flask) -> None:
    drafts = db.session.scalars(select(Audit).where(Audit.state == AuditState.DRAFT)).all()
    assert {draft.auditor.email for draft in drafts} == {"team.manager@example.gov.uk"}
    saved = sorted(
        sum(sections.status(draft, each) is sections.Status.COMPLETED
            for each in sections.sections_of(draft))
        for draft in drafts
    )  # fmt: skip
    assert saved == [0, 4, 9]
    assert {len(draft.sections) for draft in drafts} == {11}
