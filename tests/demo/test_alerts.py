"""The demonstration's practice alerts: issued ones that are complete, and a draft."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.alerts.changes import missing
from audit_app.alerts.queries import sheet_of
from audit_app.alerts.talked import teams_asked
from audit_app.extensions import db
from audit_app.models import Alert
from audit_app.rules.alert_steps import ONCE_ISSUED_STATES, AlertState
from audit_app.rules.alerts import LONGEST
from tests.demo.conftest import TODAY

#: The same words on every database.
pytestmark = pytest.mark.sqlite_only


def _issued(*states: AlertState) -> list[Alert]:
    issued = select(Alert).where(Alert.state.in_(states or ONCE_ISSUED_STATES))
    return list(db.session.scalars(issued.order_by(Alert.issued_on)))


def test_alerts_were_issued_in_this_years_sequence_and_two_are_in_force(demo: Flask) -> None:
    numbers = ["PA 2026/01", "PA 2026/02", "PA 2026/03", "PA 2026/04"]
    assert [alert.number("PA") for alert in _issued()] == numbers
    assert [alert.number("PA") for alert in _issued(AlertState.ISSUED)] == numbers[2:]
    assert all(alert.issued_on and alert.issued_on < TODAY for alert in _issued())


def test_one_was_superseded_by_the_next_of_its_kind_and_one_withdrawn_for_a_reason(
    demo: Flask,
) -> None:
    superseded, withdrawn, successor, _ = _issued()
    assert superseded.state is AlertState.SUPERSEDED
    assert successor.replaces is superseded
    assert withdrawn.state is AlertState.WITHDRAWN
    assert withdrawn.withdrawn_because
    assert withdrawn.issued_on
    assert withdrawn.withdrawn_on
    assert withdrawn.issued_on < withdrawn.withdrawn_on < TODAY


def test_some_teams_have_talked_about_each_alert_and_some_not_yet(demo: Flask) -> None:
    for alert in _issued():
        lines = teams_asked(alert)
        talked = [line.said for line in lines if line.said is not None]
        assert 0 < len(talked) < len(lines)
        assert alert.issued_on is not None
        assert all(alert.issued_on <= said.discussed_on <= TODAY for said in talked)


def test_an_issued_alert_has_all_that_submitting_one_asks_for(demo: Flask) -> None:
    for alert in _issued():
        assert alert.issued_on is not None
        assert missing(alert, alert.issued_on) == []
        assert alert.approved_by_id != alert.author_id


def test_the_frozen_evidence_rests_on_many_audits(demo: Flask) -> None:
    for alert in _issued():
        frozen = sheet_of(alert, TODAY)
        assert frozen.evidence.audits > 100
        assert all(line.together > 0 for line in frozen.evidence.lines)


def test_the_texts_fit_where_people_type_them(demo: Flask) -> None:
    for alert in db.session.scalars(select(Alert)):
        for name, longest in LONGEST.items():
            assert len(getattr(alert, name, "")) <= longest


def test_a_draft_is_the_practice_leads_to_finish(demo: Flask) -> None:
    drafts = db.session.scalars(select(Alert).where(Alert.state == AlertState.DRAFT)).all()
    assert [draft.author.email for draft in drafts] == ["practice.lead@example.gov.uk"]
    assert missing(drafts[0], TODAY)
