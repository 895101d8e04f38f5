"""Sessions: ended for good, kept as long as they are of use, and removed after that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask, session
from sqlalchemy import delete, func, select

from audit_app.extensions import db
from audit_app.models import OnceToken, StoredSession
from audit_app.models.base import now
from tests.browser_page import BASE, PageClient
from tests.people import World

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


def _by_command(app: Flask, web: PageClient, world: World) -> object:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["session_cleanup"], catch_exceptions=False)


@pytest.mark.parametrize("remove", [_by_signing_in, _by_command])
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
