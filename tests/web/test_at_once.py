"""Two sendings from one window at the same moment: both are answered, and the newest stands."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import KeptForm
from audit_app.web.openings import Sending
from tests.browser_page import Page, PageClient
from tests.people import World


@pytest.fixture
def page(web: PageClient, world: World) -> Page:
    audit = world.recorded_audit()
    web.sign_in(world.bob)
    return web.get(f"/moderation/{audit.reference}/return")


def _send_together(
    app: Flask,
    web: PageClient,
    page: Page,
    forms: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> list[int]:
    """The answers to forms that all found nothing written down when they looked."""
    looked = threading.Barrier(len(forms))
    real = Sending._written

    def written(sending: Sending) -> Any:
        row = real(sending)
        if row is None:
            with suppress(threading.BrokenBarrierError):
                looked.wait(2)
        return row

    monkeypatch.setattr(Sending, "_written", written)
    db.session.rollback()
    told: dict[int, int] = {}

    def send(number: int) -> None:
        client = app.test_client()
        client._cookies = dict(web.client._cookies or {})
        told[number] = client.post(
            page.path,
            data=page.fields() | forms[number],
            base_url="http://localhost",
            headers={"Origin": "http://localhost"},
        ).status_code

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(forms))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    db.session.rollback()
    return [told[number] for number in range(len(forms))]


def _typed(number: int, text: str) -> dict[str, Any]:
    return {"then": "autosave", "sending": str(number), "needed": text}


def test_two_pauses_in_typing_sent_together_keep_the_newest(
    app: Flask, web: PageClient, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = [_typed(1, "Which"), _typed(2, "Which visits?")]
    assert _send_together(app, web, page, typed, monkeypatch) == [200, 200]
    kept: dict[str, Any] = db.session.scalars(select(KeptForm.typed)).one()
    assert kept["needed"] == ["Which visits?"]


def test_a_form_sent_while_its_last_words_are_being_kept_is_acted_on_and_forgotten(
    app: Flask, web: PageClient, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [_typed(1, "Which visits?"), {"sending": "2", "needed": "Which visits?"}]
    assert _send_together(app, web, page, sent, monkeypatch) == [200, 303]
    assert db.session.scalar(select(func.count()).select_from(KeptForm)) == 0
