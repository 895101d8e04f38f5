"""Who waits for whom: readers for nobody, writers for each other and not for long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, session
from sqlalchemy import func, select, text

from audit_app.extensions import db
from audit_app.models import User
from audit_app.models.sqlite import WRITES, reading
from tests.browser_page import PageClient
from tests.people import World

pytestmark = pytest.mark.sqlite_only


@contextmanager
def somebody_writing() -> Iterator[None]:
    """Another connection holds the write lock."""
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITES) as connection:
        connection.execute(text("SELECT 1"))
        yield


def test_a_post_reads_its_session_while_somebody_writes(
    app: Flask, web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    alice, cookie = str(world.alice.id), web.client.get_cookie("session")
    assert cookie is not None
    sent = {"Cookie": f"session={cookie.value}"}
    with (
        somebody_writing(),
        app.test_request_context("/", base_url="http://localhost", method="POST", headers=sent),
    ):
        assert session["_user_id"] == alice


def test_reading_in_a_post_waits_for_nobody(app: Flask, world: World) -> None:
    with (
        somebody_writing(),
        app.test_request_context("/", base_url="http://localhost", method="POST"),
        reading(db.session),
    ):
        assert db.session.scalar(select(func.count()).select_from(User)) == 9


def test_what_only_reads_ends_so_that_what_follows_may_write(app: Flask, world: World) -> None:
    with app.test_request_context("/", base_url="http://localhost", method="POST"):
        with reading(db.session):
            person = db.session.scalars(select(User)).first()
        assert person is not None
        # It would fail at once had the transaction that read gone on.
        with db.engine.connect().execution_options(**WRITES) as elsewhere:
            elsewhere.execute(text("UPDATE users SET name = 'Another'"))
            elsewhere.commit()
        person.name = "The last"
        db.session.commit()
    assert db.session.scalar(select(User.name).where(User.id == person.id)) == "The last"


def test_who_writes_waits_for_a_long_import(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) == 20_000
