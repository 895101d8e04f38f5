"""What was published stays as it was, when the records behind it have gone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select, update

from audit_app.disposal.disposing import dispose
from audit_app.extensions import db
from audit_app.models import Audit, JudgementRow
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.retention import Periods
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.summaries.summaries_to_try import address, signed_off, some_audits


def _figures(page: Page) -> list[str]:
    return [each.get_text(" ", strip=True) for each in page.html.select(".app-sheet")]


def test_a_signed_summary_stays_and_says_that_its_records_went(
    app: Flask, world: World, web: PageClient
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    long_ago = datetime(2021, 12, 1, tzinfo=UTC)
    settled = {"state": AuditState.COMPLETE, "submitted_at": long_ago}
    db.session.execute(update(Audit).values(settled))
    db.session.execute(update(JudgementRow).values(made_at=long_ago))
    db.session.commit()
    web.sign_in(world.dan)
    before = address(web, summary)

    list(dispose(Periods(6, 0), date(2030, 6, 1)))

    assert db.session.scalars(select(Audit.id)).all() == []
    after = address(web, summary)
    assert _figures(after)[-len(_figures(before)) :] == _figures(before)
    assert "Audits dated before 1 January 2022 were disposed of" in after.text
    assert "disposed of" not in before.text
