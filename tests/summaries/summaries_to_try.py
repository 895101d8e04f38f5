"""Summaries to try things on, each on its way or signed off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Summary, User
from audit_app.rules.judgements import Judgement
from audit_app.rules.summary_periods import SummaryPeriod, read_code
from audit_app.summaries import changes
from tests.browser_page import Page, PageClient
from tests.people import World

#: A quarter with audits, long ended.
QUARTER = read_code("2021-22-Q2")
TEXTS: dict[str, Any] = {
    "what_changed": "More children were seen alone.",
    "why": "Supervision asked for it.",
    "doing": "Each team reads two chronologies a month.",
}


def some_audits(world: World, on: date = date(2021, 8, 3)) -> None:
    """Twelve audits of the quarter: eight Good, three Requires improvement, one Inadequate."""
    judged = [Judgement.GOOD] * 8 + [Judgement.REQUIRES_IMPROVEMENT] * 3 + [Judgement.INADEQUATE]
    for number, judgement in enumerate(judged):
        world.recorded_audit(judgement, on=on, case=f"70000{number:02d}")


def draft(
    world: World,
    texts: Mapping[str, str] | None = None,
    period: SummaryPeriod = QUARTER,
    service_id: int | None = None,
) -> Summary:
    """A draft that Carol started, with these texts in it."""
    summary = changes.start(world.carol, period, service_id)
    db.session.flush()
    if texts:
        changes.save(world.carol, summary, summary.version, texts)
    db.session.commit()
    return summary


def complete(
    world: World,
    period: SummaryPeriod = QUARTER,
    by: User | None = None,
    service_id: int | None = None,
) -> Summary:
    """A summary whose commentary Carol completed."""
    summary = draft(world, TEXTS, period, service_id)
    changes.complete(by or world.carol, summary, summary.version)
    db.session.commit()
    return summary


def signed_off(web: PageClient, world: World, period: SummaryPeriod = QUARTER) -> Summary:
    """A summary that Carol wrote and Dan signed off; nobody is signed in afterwards."""
    return sign_off(web, world, complete(world, period))


def sign_off(web: PageClient, world: World, summary: Summary) -> Summary:
    """Have Dan sign it off on its page; nobody is signed in afterwards."""
    web.sign_in(world.dan)
    page = web.send(address(web, summary), "Sign this summary off")
    assert "Signed off. What is published will not change." in page.text
    web.sign_out()
    return stored(summary.reference)


def address(web: PageClient, summary: Summary) -> Page:
    return web.get(f"/summaries/{summary.reference}")


def stored(reference: str) -> Summary:
    """The summary as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Summary).where(Summary.reference == reference)).one()


def fetched(web: PageClient, summary: Summary, ending: str, status: int = 200) -> bytes:
    """The document of a summary as it is sent."""
    answer: Any = web.request("GET", f"/summaries/{summary.reference}.{ending}")
    assert answer.status_code == status
    return bytes(answer.data)
