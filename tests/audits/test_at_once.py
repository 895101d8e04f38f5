"""Several people, or one impatient one, sending at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Audit, JudgementRow, Moderation, Stage, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import BASE, Page, PageClient
from tests.people import World
from tests.recording import record_everything


def _send_at_once(app: Flask, senders: list[tuple[PageClient, Page, dict[str, str]]]) -> list[int]:
    """Each sends its form in a thread of its own; the HTTP statuses of the answers."""
    db.session.rollback()

    def send(sender: tuple[PageClient, Page, dict[str, str]]) -> int:
        web, page, typed = sender
        data = page.fields() | typed
        headers = {"Origin": BASE}
        response = Context().run(
            web.client.post, page.action(), data=data, base_url=BASE, headers=headers
        )
        return int(response.status_code)

    with ThreadPoolExecutor(len(senders)) as pool:
        return list(pool.map(send, senders))


def _signed_in(app: Flask, user: User) -> PageClient:
    web = PageClient(app)
    web.sign_in(user)
    return web


def test_submits_at_the_same_moment_submit_once(app: Flask, world: World) -> None:
    first, second = (_signed_in(app, world.alice) for _ in range(2))
    check = record_everything(first, world)
    pages = [first.get(check.path), second.get(check.path)]
    statuses = _send_at_once(
        app, [(web, page, {}) for web, page in zip((first, second), pages, strict=True)]
    )
    assert set(statuses) <= {303, 403}
    assert 303 in statuses
    assert db.session.scalars(select(Audit)).one().state is AuditState.SUBMITTED
    assert db.session.scalar(select(func.count(JudgementRow.id))) == 7


def test_a_double_click_starts_one_audit(app: Flask, world: World) -> None:
    web = _signed_in(app, world.alice)
    typed = {"case_reference": "1234567", "team": str(world.south.id), "audit_type": "full"}
    form = web.get("/audits/new")
    assert _send_at_once(app, [(web, form, typed)] * 3) == [303] * 3
    assert db.session.scalar(select(func.count(Audit.id))) == 1


def test_two_moderators_at_the_same_moment_leave_one_moderation(app: Flask, world: World) -> None:
    other = world.another_moderator()
    audit = world.recorded_audit(Judgement.GOOD)
    senders = []
    for user in (world.bob, other):
        web = _signed_in(app, user)
        senders.append((web, web.get(f"/moderation/{audit.reference}"), {"overall": "good"}))
    assert sorted(_send_at_once(app, senders)) == [303, 409]
    assert db.session.scalar(select(func.count(Moderation.id))) == 1
    rows = select(func.count(JudgementRow.id)).where(JudgementRow.stage == Stage.MODERATED)
    assert db.session.scalar(rows) == 1
