"""Letting people sign in with their council accounts, and linking another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, User
from tests.account.council_provider import Provider, come_by_council, provider_running, verified
from tests.browser_page import PageClient
from tests.people import World

pytestmark = pytest.mark.sqlite_only


@pytest.fixture(scope="session")
def _running() -> Iterator[Provider]:
    with provider_running() as provider:
        yield provider


@pytest.fixture
def council(app: Flask, _running: Provider) -> Provider:
    _running.begin_anew()
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=_running.settings())
    return _running


def _add(web: PageClient, status: int = 200) -> None:
    typed = {"name": "Nia", "email": "nia@example.gov.uk", "role": "practice_lead"}
    web.send(web.get("/people/new"), status=status, **typed)


def test_a_person_added_without_a_password_comes_by_the_council(
    web: PageClient, world: World, council: Provider
) -> None:
    web.sign_in(world.adam)
    _add(web)
    nia = db.session.scalars(select(User).where(User.email == "nia@example.gov.uk")).one()
    assert nia.signs_in
    web.sign_out()
    council.person = verified(nia.email)
    assert come_by_council(web).path == "/"


def test_where_there_is_no_council_sign_in_a_password_is_needed(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.adam)
    _add(web, status=400)


def test_where_there_are_no_passwords_none_is_asked_for(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    web.sign_in(world.adam)
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"local_accounts": False})
    assert "password" not in web.get("/people/new").fields()
    _add(web)


def test_whom_an_import_named_can_be_let_in(
    web: PageClient, world: World, council: Provider
) -> None:
    world.priya.password_hash = None
    db.session.commit()
    web.sign_in(world.adam)
    page = web.get(f"/people/{world.priya.reference}")
    said = web.send(page, "Let them sign in with their council account").text
    assert "The council account of priya@example.gov.uk is linked when it first signs in." in said
    web.sign_out()
    council.person = verified(world.priya.email)
    assert come_by_council(web).path == "/"


def test_another_council_account_can_be_linked_and_the_old_one_is_out(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email, "old")
    old = PageClient(app)
    come_by_council(old)
    web.sign_in(world.adam)
    page = web.get(f"/people/{world.alice.reference}")
    web.send(page, "Link another council account")
    assert old.get("/").path == "/account/sign-in"
    council.person = verified(world.alice.email, "new")
    come_by_council(old)
    old.sign_out()
    council.person = verified(world.alice.email, "old")
    come_by_council(old, status=403)
    verbs = db.session.scalars(select(HistoryEvent.verb)).all()
    assert verbs.count("awaits council account") == 1
    assert verbs.count("linked council account") == 2


def test_the_first_administrator_can_come_by_the_council(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    asked = ["create-user", "nia@example.gov.uk", "--name", "Nia", "--role", "administrator"]
    made = app.test_cli_runner().invoke(args=[*asked, "--council-account"])
    assert made.exit_code == 0, made.output
    council.person = verified("nia@example.gov.uk")
    assert come_by_council(web).path == "/"


def test_an_empty_password_is_none(app: Flask, world: World, council: Provider) -> None:
    asked = ["create-user", "nia@example.gov.uk", "--name", "Nia", "--role", "practice-lead"]
    made = app.test_cli_runner().invoke(args=[*asked, "--password-stdin"], input="\n")
    assert made.exit_code == 1
