"""Sessions: ended for good, kept as long as they are of use, and removed after that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, session
from sqlalchemy import delete, func, select, update

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


def _lives_for(web: PageClient) -> tuple[timedelta, timedelta]:
    """How long the browser's session lives from now: on the server, and in the browser."""
    db.session.rollback()
    last = db.session.scalars(select(StoredSession.expires_at)).all()
    cookie = web.client.get_cookie("session")
    assert cookie is not None
    assert cookie.expires is not None
    return max(each.replace(tzinfo=UTC) for each in last) - now(), cookie.expires - now()


def test_typed_text_waits_for_its_writer_as_long_as_a_signed_in_day(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    assert all(each < timedelta(minutes=31) for each in _lives_for(web))
    form = web.get("/audits/new")
    db.session.execute(update(StoredSession).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    db.session.commit()
    asked = web.send(form, case_reference="7654321")
    assert asked.path == "/account/sign-in"
    assert all(each > timedelta(hours=7, minutes=59) for each in _lives_for(web))
    web.sign_in_here(asked, world.alice)
    assert all(each < timedelta(minutes=31) for each in _lives_for(web))


def _by_signing_in(app: Flask, web: PageClient, world: World) -> object:
    return web.sign_in(world.alice)


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
