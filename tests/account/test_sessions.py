"""Sessions: ended for good, kept as long as they are of use, and removed after that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, session
from sqlalchemy import delete, func, select, update

from audit_app.account import changes
from audit_app.extensions import db
from audit_app.models import HeldFile, OnceToken, StoredSession, User
from audit_app.models.base import now
from tests.browser_page import BASE, PageClient
from tests.people import PASSWORD, World

Removal = Callable[[Flask, PageClient, World], object]


def _cookie(web: PageClient) -> str:
    cookie = web.client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def _stored() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(StoredSession)) or 0


def test_a_session_ended_during_a_request_is_not_written_again(
    app: Flask, web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    sent = {"Cookie": f"session={_cookie(web)}"}
    with app.test_request_context("/", base_url=BASE, headers=sent):
        assert "_user_id" in session
        with db.engine.begin() as elsewhere:
            elsewhere.execute(delete(StoredSession))
        session["seen"] = 0
        app.session_interface.save_session(app, session, app.response_class())
    assert not _stored()
    assert web.get("/").path == "/account/sign-in"


def test_a_page_that_is_made_while_its_person_signs_out_signs_nobody_in_again(
    app: Flask, web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    cookie = _cookie(web)
    with app.test_request_context("/", base_url=BASE, headers={"Cookie": f"session={cookie}"}):
        assert "_user_id" in session
        web.post("/account/sign-out", {"csrf_token": web.get("/account/").csrf})
        session["seen"] = 0
        app.session_interface.save_session(app, session, app.response_class())
    web.client.set_cookie("session", cookie, domain="localhost")
    assert web.get("/").path == "/account/sign-in"


@pytest.mark.sqlite_only
def test_signing_in_with_a_password_that_is_replaced_meanwhile_opens_nothing(
    app: Flask, web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = changes.start_session

    def replaced_first(user: User, *said: Any) -> None:
        db.session.execute(update(User).values(password_hash="$argon2id$another"))
        db.session.commit()
        start(user, *said)

    monkeypatch.setattr(changes, "start_session", replaced_first)
    page = web.send(web.get("/account/sign-in"), email=world.alice.email, password=PASSWORD)
    assert page.path == "/account/sign-in"


def test_a_session_going_on_is_written_in_place(app: Flask, web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    before = _stored()
    sent = {"Cookie": f"session={_cookie(web)}"}
    with app.test_request_context("/", base_url=BASE, headers=sent):
        session["kept"] = "this"
        app.session_interface.save_session(app, session, app.response_class())
    with app.test_request_context("/", base_url=BASE, headers=sent):
        assert session["kept"] == "this"
    assert _stored() == before


def _by_signing_in(app: Flask, web: PageClient, world: World) -> object:
    web.sign_in(world.alice)
    return None


def _by_timer(name: str) -> Removal:
    def remove(app: Flask, web: PageClient, world: World) -> object:
        db.session.rollback()
        return app.test_cli_runner().invoke(args=[name], catch_exceptions=False)

    return remove


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", ["reminders", "retention"])
def test_a_checked_file_is_let_go_of_though_nobody_comes(
    app: Flask, world: World, name: str
) -> None:
    said = {"user_id": world.carol.id, "name": "x.csv", "content": b"x", "checksum": "b" * 64}
    db.session.add(HeldFile(token_digest="a" * 64, held_at=now() - timedelta(minutes=61), **said))
    db.session.commit()
    app.test_cli_runner().invoke(args=[name], catch_exceptions=False)
    db.session.rollback()
    assert not db.session.scalars(select(HeldFile)).all()


def _by_command(app: Flask, web: PageClient, world: World) -> object:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["session_cleanup"], catch_exceptions=False)


@pytest.mark.parametrize(
    "remove",
    [_by_signing_in, _by_command, _by_timer("reminders"), _by_timer("retention")],
)
def test_what_is_of_no_more_use_is_removed_a_day_later(
    app: Flask, web: PageClient, world: World, remove: Removal
) -> None:
    for name, age in (("old", timedelta(days=1, minutes=1)), ("late", timedelta(hours=23))):
        then = now() - age
        db.session.add(StoredSession(id_digest=name, data=b"\x80", expires_at=then))
        db.session.add(OnceToken(token=name, user_id=world.alice.id, result="/", used_at=then))
    db.session.commit()
    remove(app, web, world)
    db.session.rollback()
    left = set(db.session.scalars(select(StoredSession.id_digest)))
    assert "late" in left
    assert "old" not in left
    assert db.session.scalars(select(OnceToken.token)).all() == ["late"]
