"""Signing in while others do, and while an administrator changes who may."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from audit_app.account import changes
from audit_app.extensions import db
from audit_app.models import SignInTries, StoredSession, User
from audit_app.models.sqlite import WRITES
from audit_app.web.passwords import verify
from config import Settings
from tests.browser_page import PageClient
from tests.own_service import own_service
from tests.people import PASSWORD, World


def _meanwhile(monkeypatch: pytest.MonkeyPatch, happen: Callable[[Any], None]) -> list[bool]:
    """Let something be written from elsewhere while a password is verified; what verifying said."""
    said: list[bool] = []

    def verify_and_let_it_happen(password_hash: str | None, password: str) -> bool:
        with db.engine.connect().execution_options(**WRITES) as elsewhere:
            happen(elsewhere)
            elsewhere.commit()
        said.append(verify(password_hash, password))
        return said[-1]

    monkeypatch.setattr(changes, "verify", verify_and_let_it_happen)
    return said


def _tries() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(SignInTries.tries)))


@pytest.mark.parametrize("password", [PASSWORD, "not this one"])
def test_others_write_while_a_password_is_verified(
    web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    email, bob = world.alice.email, world.bob.id
    web.send(web.get("/account/sign-in"), status=400, email=email, password="wrong")

    def write(elsewhere: Any) -> None:
        elsewhere.execute(select(SignInTries.tries).with_for_update(nowait=True))
        elsewhere.execute(select(User.id).where(User.email == email).with_for_update(nowait=True))
        elsewhere.execute(update(User).where(User.id == bob).values(name="Robert"))

    said = _meanwhile(monkeypatch, write)
    right = password == PASSWORD
    status = 200 if right else 400
    web.send(web.get("/account/sign-in"), status=status, email=email, password=password)
    assert said == [right]
    assert _tries() == ([] if right else [2])
    assert world.bob.name == "Robert"


@pytest.mark.parametrize("change", [{"active": False}, {"password_hash": "$argon2id$another"}])
def test_what_changes_while_a_password_is_verified_counts(
    web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    email, alice = world.alice.email, world.alice.id
    said = _meanwhile(
        monkeypatch,
        lambda elsewhere: elsewhere.execute(update(User).where(User.id == alice).values(change)),
    )
    web.send(web.get("/account/sign-in"), status=400, email=email, password=PASSWORD)
    assert said == [True]
    assert _tries() == [1]
    assert not db.session.scalars(select(StoredSession).where(StoredSession.user_id == alice)).all()


def _at_once(settings: Settings, email: str, passwords: list[str]) -> list[int]:
    """Send these passwords at one moment, from as many browsers; the answers' status codes."""
    start, answers = Barrier(len(passwords), timeout=60), []

    def send(app: Flask, password: str) -> None:
        web = PageClient(app)
        with app.app_context():
            page = web.get("/account/sign-in")
            start.wait()
            typed = page.fields() | {"email": email, "password": password}
            answers.append(web.request("POST", "/account/sign-in", typed).status_code)

    with ExitStack() as services:
        threads = [
            Thread(target=send, args=(services.enter_context(own_service(settings)), each))
            for each in passwords
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    return sorted(answers)


def test_wrong_passwords_at_one_moment_are_each_counted(
    app: Flask, world: World, settings: Settings
) -> None:
    for email in (world.alice.email, "nobody@example.gov.uk"):
        db.session.rollback()
        assert _at_once(settings, email, ["wrong"] * 6) == [400] * 6
    assert _tries() == [6, 6]


def test_right_passwords_at_one_moment_all_sign_in(
    app: Flask, web: PageClient, world: World, settings: Settings
) -> None:
    email = world.alice.email
    web.send(web.get("/account/sign-in"), status=400, email=email, password="wrong")
    assert _at_once(settings, email, [PASSWORD] * 6) == [303] * 6
    assert not _tries()
