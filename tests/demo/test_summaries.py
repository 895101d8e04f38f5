"""The demonstration's summaries: one signed off, one waiting, one being written."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Summary
from audit_app.models.published import checksum
from audit_app.rules.personal_data import find, sure
from audit_app.rules.summary_commentary import BOXES, LONGEST, problems
from audit_app.rules.summary_steps import SummaryState
from audit_app.web.published import published_pdf
from tests.demo.conftest import TODAY

#: The same words on every database.
pytestmark = pytest.mark.sqlite_only


def _by_state() -> dict[SummaryState, Summary]:
    return {each.state: each for each in db.session.scalars(select(Summary))}


def test_one_is_signed_off_by_another_than_its_writer(demo: Flask) -> None:
    signed = _by_state()[SummaryState.SIGNED_OFF]
    document = signed.published
    assert document is not None
    assert signed.period.code == "2021-22-Q2"
    assert document.published_by_id != signed.completed_by_id
    assert document.published_at.date() < TODAY
    assert checksum(published_pdf(document)) == document.pdf_checksum


def test_the_last_quarter_waits_to_be_signed_off_and_one_service_is_being_written(
    demo: Flask,
) -> None:
    found = _by_state()
    waiting, draft = found[SummaryState.COMPLETE], found[SummaryState.DRAFT]
    assert (waiting.period.code, waiting.service_id) == ("2026-27-Q2", None)
    assert draft.service is not None
    assert problems({box: getattr(waiting, box) for box in BOXES}) == []
    assert problems({box: getattr(draft, box) for box in BOXES})


def test_the_commentary_fits_its_boxes_and_holds_no_personal_data(demo: Flask) -> None:
    for summary in db.session.scalars(select(Summary)):
        for box in BOXES:
            text = getattr(summary, box)
            assert len(text) <= LONGEST
            assert sure(find(text)) == []
