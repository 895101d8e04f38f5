"""Two people acting on one summary at the same moment, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Audit, PublishedDocument, Summary, User
from audit_app.models.sqlite import WRITES
from audit_app.rules.permissions import Role
from audit_app.rules.summary_steps import SummaryState
from audit_app.summaries import routes, signing
from tests.browser_page import BASE, Page, PageClient
from tests.people import World, make_user
from tests.summaries.summaries_to_try import QUARTER, complete, some_audits, stored

Sender = tuple[PageClient, Page, str, dict[str, Any]]


def _opened(app: Flask, user: User, path: str, button: str, **typed: Any) -> Sender:
    web = PageClient(app)
    web.sign_in(user)
    page = web.get(path)
    pressed = next(each for each in page._form(button).find_all("button") if button in each.text)
    named = {str(pressed["name"]): str(pressed.get("value", ""))} if pressed.get("name") else {}
    return web, page, button, named | typed


def _at_once(senders: list[Sender]) -> list[int]:
    """Each presses their button in a thread of its own; the statuses of the answers."""
    db.session.rollback()

    def send(sender: Sender) -> int:
        web, page, button, typed = sender
        post: Callable[..., Any] = web.client.post
        response = Context().run(
            post,
            page.action(button),
            data=page.fields(button) | typed,
            base_url=BASE,
            headers={"Origin": BASE},
        )
        return int(response.status_code)

    with ThreadPoolExecutor(len(senders)) as pool:
        return list(pool.map(send, senders))


def test_two_people_who_start_one_summary_at_once_start_one(app: Flask, world: World) -> None:
    some_audits(world)
    senders = [
        _opened(app, user, "/summaries/", "Open the summary", period=QUARTER.code)
        for user in (world.dan, world.carol, world.cora)
    ]
    assert _at_once(senders) == [303, 303, 303]
    assert db.session.scalar(select(func.count(Summary.id))) == 1


def test_two_people_who_sign_off_at_once_publish_one_document(app: Flask, world: World) -> None:
    some_audits(world)
    summary = complete(world)
    other = make_user("dora", Role.DCS_OFFICE)
    db.session.commit()
    path, button = f"/summaries/{summary.reference}", "Sign this summary off"
    senders = [_opened(app, user, path, button) for user in (world.dan, other)]
    assert set(_at_once(senders)) <= {303, 403}
    now = stored(summary.reference)
    assert (now.state, now.version) == (SummaryState.SIGNED_OFF, summary.version)
    assert db.session.scalar(select(func.count(PublishedDocument.id))) == 1


def test_one_person_who_presses_twice_at_once_publishes_one_document(
    app: Flask, world: World
) -> None:
    some_audits(world)
    summary = complete(world)
    sender = _opened(app, world.dan, f"/summaries/{summary.reference}", "Sign this summary off")
    assert _at_once([sender, sender]) == [303, 303]
    assert stored(summary.reference).state is SummaryState.SIGNED_OFF
    assert db.session.scalar(select(func.count(PublishedDocument.id))) == 1


def test_signing_off_and_changing_the_commentary_at_once_does_one_of_them(
    app: Flask, world: World
) -> None:
    some_audits(world)
    summary = complete(world)
    path = f"/summaries/{summary.reference}"
    senders = [
        _opened(app, world.dan, path, "Sign this summary off"),
        _opened(app, world.carol, path, "Change the commentary"),
    ]
    _at_once(senders)
    now = stored(summary.reference)
    published = now.published_id is not None
    assert now.state is (SummaryState.SIGNED_OFF if published else SummaryState.DRAFT)
    assert db.session.scalar(select(func.count(PublishedDocument.id))) == int(published)


def test_figures_that_change_while_the_document_is_drawn_are_not_published(
    app: Flask, web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.dan)
    page = web.get(f"/summaries/{summary.reference}")

    def drawn_meanwhile(*args: Any) -> Any:
        """Somebody corrects an audit, and need not wait for the drawing, before it is kept."""
        ready = signing.ready_to_sign(*args)
        Context().run(_correct_one, app)
        return ready

    monkeypatch.setattr(routes, "ready_to_sign", drawn_meanwhile)
    told = web.send(page, "Sign this summary off")
    assert "The figures have changed since you opened this page" in told.text
    assert stored(summary.reference).state is SummaryState.COMPLETE
    assert db.session.scalar(select(func.count(PublishedDocument.id))) == 0


def _correct_one(app: Flask) -> None:
    with app.app_context():
        db.session.connection(execution_options=WRITES)
        audit = db.session.scalars(select(Audit).order_by(Audit.id)).first()
        assert audit is not None
        audit.audit_date = date(2022, 9, 1)
        db.session.commit()
