"""Too many wrong passwords lock whoever guesses out, and not the person they guess for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from audit_app.account.tries import is_locked_out
from audit_app.extensions import db
from audit_app.models import HistoryEvent, SignInTries
from audit_app.models.base import now
from tests.browser_page import PageClient
from tests.people import PASSWORD, World

pytestmark = pytest.mark.sqlite_only

HERE, THERE = "10.0.0.1", "203.0.113.7"


def _from(app: Flask, source: str) -> PageClient:
    web = PageClient(app)
    web.client.environ_base["REMOTE_ADDR"] = source
    return web


def _try(web: PageClient, email: str, password: str, times: int = 1) -> bool:
    """Whether the last of so many tries was let in."""
    token = web.get("/account/sign-in").csrf
    typed = {"csrf_token": token, "email": email, "password": password}
    answers = [web.request("POST", "/account/sign-in", typed).status_code for _ in range(times)]
    return answers[-1] == 303


def _wait(minutes: int) -> None:
    db.session.rollback()
    db.session.execute(
        update(SignInTries).values(last_at=now() - timedelta(minutes=minutes, seconds=1))
    )
    db.session.commit()


def test_whoever_guesses_is_locked_out_and_the_person_is_not(app: Flask, world: World) -> None:
    email = world.alice.email
    assert not _try(_from(app, THERE), email, "wrong", 10)
    assert not _try(_from(app, THERE), email, PASSWORD)
    assert _try(_from(app, HERE), email, PASSWORD)


def test_a_lock_ends_by_itself_however_often_it_is_tried_meanwhile(
    app: Flask, world: World
) -> None:
    email, web = world.alice.email, _from(app, THERE)
    _try(web, email, "wrong", 10)
    _wait(14)
    before = db.session.scalars(select(SignInTries.last_at)).all()
    assert not _try(web, email, PASSWORD, 3)
    assert db.session.scalars(select(SignInTries.last_at)).all() == before
    _wait(15)
    assert _try(web, email, PASSWORD)


def test_guessing_from_everywhere_is_stopped_too(app: Flask, world: World) -> None:
    email = world.alice.email
    for number in range(10):
        _try(_from(app, f"203.0.113.{number}"), email, "wrong", 10)
    assert not _try(_from(app, HERE), email, PASSWORD)
    assert is_locked_out(email)
    _wait(15)
    assert _try(_from(app, HERE), email, PASSWORD)


def test_one_house_has_one_count_however_many_addresses_it_has(app: Flask, world: World) -> None:
    email = world.alice.email
    for number in range(10):
        _try(_from(app, f"2001:db8:1:2::{number}"), email, "wrong")
    assert not _try(_from(app, "2001:db8:1:2:ffff::1"), email, PASSWORD)
    assert _try(_from(app, "2001:db8:1:3::1"), email, PASSWORD)


def test_an_administrator_unlocks_every_count_of_a_person_and_nobody_elses(
    app: Flask, web: PageClient, world: World
) -> None:
    for user in (world.alice, world.bob):
        _try(_from(app, THERE), user.email, "wrong", 10)
    web.sign_in(world.adam)
    web.send(web.get(f"/people/{world.alice.reference}"), "Unlock sign-in")
    assert not is_locked_out(world.alice.email)
    assert is_locked_out(world.bob.email)
    assert _try(_from(app, THERE), world.alice.email, PASSWORD)


def test_the_table_says_neither_who_nor_from_where(app: Flask, world: World) -> None:
    _try(_from(app, THERE), world.alice.email, "wrong")
    (kept,) = db.session.scalars(select(SignInTries.email_digest))
    assert len(kept) == 64
    assert THERE not in kept
    assert "alice" not in kept


def _remembered() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(HistoryEvent)) or 0


def test_while_a_lock_is_shut_nothing_more_is_written_down(app: Flask, world: World) -> None:
    _try(_from(app, THERE), world.alice.email, "wrong", 14)
    assert _remembered() == 10
    web = _from(app, HERE)
    web.sign_in(world.alice)
    page, before = web.get("/account/password"), _remembered()
    for _ in range(14):
        web.send(page, status=400, current_password="wrong", new_password="seven brave teapots")
    assert _remembered() == before + 10


def test_however_many_addresses_of_nobody_are_tried_from_one_place_ten_are_written_down(
    app: Flask, world: World
) -> None:
    web = _from(app, THERE)
    for number in range(14):
        _try(web, f"nobody{number}@example.gov.uk", "wrong")
    assert _remembered() == 10
    assert len(db.session.scalars(select(SignInTries)).all()) == 1
    assert _try(web, world.alice.email, PASSWORD)


@pytest.mark.parametrize(("minutes", "said"), [(1, "1 minute"), (40, "40 minutes")])
def test_whoever_is_refused_is_told_what_to_do_and_how_long_a_lock_lasts(
    app: Flask, web: PageClient, world: World, minutes: int, said: str
) -> None:
    usual = app.config["SETTINGS"]
    app.config["SETTINGS"] = usual.model_copy(update={"sign_in_lock_minutes": minutes})
    page = web.get("/account/sign-in")
    page = web.send(page, status=400, email=world.alice.email, password="wrong")
    (error,) = page.errors
    assert error.startswith("The email address or password was not accepted. Check both.")
    assert error.endswith(f"After several wrong tries, wait {said}")
