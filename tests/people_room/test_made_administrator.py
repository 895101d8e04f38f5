"""Somebody made an administrator while signed in proves as much as every other one."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from audit_app.extensions import db
from audit_app.models import HistoryEvent, StoredSession, User, WayIn
from config import AskedOf
from tests.browser_page import Page, PageClient
from tests.people import World

SET_UP = "A second step at sign-in"


def _asked_of(app: Flask, of: AskedOf) -> None:
    usual = app.config["SETTINGS"]
    app.config["SETTINGS"] = usual.model_copy(update={"second_step": of})


def _signed_in(app: Flask, user: User) -> PageClient:
    web = PageClient(app)
    web.sign_in(user)
    return web


def _give(web: PageClient, world: World, role: str) -> Page:
    form = web.get(f"/people/{world.dan.reference}/roles/new")
    return web.send(form, "Give this role", role=role)


@pytest.fixture
def admin(app: Flask, world: World) -> PageClient:
    """An administrator from before a second step was asked for."""
    return _signed_in(app, world.adam)


def test_who_is_made_an_administrator_is_asked_for_a_second_step_at_once(
    app: Flask, world: World, admin: PageClient
) -> None:
    dan = _signed_in(app, world.dan)
    _asked_of(app, AskedOf.ADMINISTRATORS)
    _give(admin, world, "administrator")
    asked = dan.get("/people/")
    assert asked.path == "/account/sign-in"
    assert dan.sign_in_here(asked, world.dan).h1 == SET_UP
    assert dan.get("/people/").h1 == SET_UP
    said = select(HistoryEvent.user_id).where(HistoryEvent.verb == "ended sessions")
    assert db.session.scalars(said).all() == [world.adam.id]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("way", [WayIn.COUNCIL, WayIn.PASSWORD_AND_CODE])
def test_who_proved_more_than_a_password_goes_on(
    app: Flask, world: World, admin: PageClient, way: WayIn
) -> None:
    dan = _signed_in(app, world.dan)
    theirs = StoredSession.user_id == world.dan.id
    db.session.execute(update(StoredSession).where(theirs).values(way_in=way))
    db.session.commit()
    _asked_of(app, AskedOf.ADMINISTRATORS)
    _give(admin, world, "administrator")
    assert db.session.scalars(select(StoredSession.way_in).where(theirs)).all() == [way]
    assert dan.get("/people/").path == "/people/"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("of", "role"), [(AskedOf.OFFERED, "administrator"), (AskedOf.ADMINISTRATORS, "practice_lead")]
)
def test_nobody_else_has_to_sign_in_again(
    app: Flask, world: World, admin: PageClient, of: AskedOf, role: str
) -> None:
    dan = _signed_in(app, world.dan)
    _asked_of(app, of)
    _give(admin, world, role)
    assert dan.get("/account/").path == "/account/"
