"""The demonstration's practice alerts: issued ones that are complete, and a draft."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.alerts.changes import missing
from audit_app.alerts.queries import sheet_of
from audit_app.extensions import db
from audit_app.models import Alert
from audit_app.rules.alerts import LONGEST
from audit_app.rules.workflow import AlertState
from tests.demo.conftest import TODAY

#: The same words on every database.
pytestmark = pytest.mark.sqlite_only


def _issued() -> list[Alert]:
    issued = select(Alert).where(Alert.state == AlertState.ISSUED).order_by(Alert.issued_on)
    return list(db.session.scalars(issued))


def test_two_alerts_were_issued_in_this_years_sequence(demo: Flask) -> None:
    assert [alert.number("PA") for alert in _issued()] == ["PA 2026/01", "PA 2026/02"]
    assert all(alert.issued_on and alert.issued_on < TODAY for alert in _issued())


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
