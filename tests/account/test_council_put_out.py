"""Whom the council takes the last role from is out everywhere, and by every way in."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.account.changes import make_token, person_of_token
from audit_app.account.queries import tokens_that_work
from audit_app.extensions import db
from audit_app.models import HistoryEvent, RoleGrant, User
from audit_app.rules.permissions import Role
from audit_app.web.passwords import hash_password
from tests.account.council_provider import Provider, come_by_council, verified
from tests.browser_page import PageClient
from tests.people import PASSWORD, World

MAPPING = "Audit.Managers=team_manager, Audit.Office=dcs_office"
REFUSED = "You do not have a role yet"


@pytest.fixture(autouse=True)
def _mapped(app: Flask, council: Provider) -> None:
    usual = app.config["SETTINGS"]
    app.config["SETTINGS"] = usual.model_copy(update={"oidc_roles": MAPPING})


def _is(council: Provider, user: User, *roles: str) -> None:
    council.person = verified(user.email, user.email, roles=list(roles))


def _is_in(web: PageClient) -> bool:
    return web.get("/account/").path == "/account/"


def _said_of(user: User) -> list[str]:
    db.session.rollback()
    about = select(HistoryEvent.verb).where(HistoryEvent.record_reference == user.reference)
    return list(db.session.scalars(about.order_by(HistoryEvent.id)))


def _token_of(user: User) -> str:
    token = make_token(user, "Power BI", 365)
    db.session.commit()
    return token


def _password_of(user: User) -> None:
    """An administrator sets one, as while the council's sign-in is out of order."""
    user.password_hash = hash_password(PASSWORD)
    db.session.commit()


def test_who_has_no_role_left_is_signed_out_everywhere_and_no_program_reads_for_them(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    _is(council, world.alice, "Audit.Managers")
    come_by_council(web)
    token = _token_of(world.alice)
    _password_of(world.alice)
    _is(council, world.alice)
    assert come_by_council(PageClient(app), status=403).h1 == REFUSED
    assert not _is_in(web)
    assert person_of_token(token) is None
    web.sign_out()
    form = web.get("/account/sign-in")
    web.send(form, status=400, email=world.alice.email, password=PASSWORD)
    assert {"ended sessions", "ended password", "sign-in refused"} <= set(_said_of(world.alice))
    kept = select(RoleGrant.role).where(RoleGrant.user_id == world.alice.id)
    assert db.session.scalars(kept).all() == [Role.TEAM_MANAGER]


@pytest.mark.sqlite_only
def test_so_is_who_would_be_left_with_a_role_that_has_no_place(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    _is(council, world.dan, "Audit.Office")
    come_by_council(web)
    token = _token_of(world.dan)
    _is(council, world.dan, "Audit.Managers")
    come_by_council(PageClient(app), status=403)
    assert not _is_in(web)
    assert person_of_token(token) is None


@pytest.mark.sqlite_only
def test_also_when_so_many_came_that_no_more_refusals_are_written_down(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    _is(council, world.alice, "Audit.Managers")
    come_by_council(web)
    _is(council, world.alice)
    for _ in range(11):
        come_by_council(PageClient(app), status=403)
    _is(council, world.alice, "Audit.Managers")
    come_by_council(web)
    _is(council, world.alice)
    come_by_council(PageClient(app), status=403)
    assert _said_of(world.alice).count("sign-in refused") == 10
    assert not _is_in(web)


@pytest.mark.sqlite_only
def test_nobody_else_is_put_out(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    web.sign_in(world.mallory)
    _token_of(world.mallory)
    _is(council, world.alice, "Audit.Managers")
    come_by_council(PageClient(app))
    _is(council, world.alice)
    come_by_council(PageClient(app), status=403)
    assert _is_in(web)
    assert len(tokens_that_work(world.mallory)) == 1


@pytest.mark.sqlite_only
def test_a_local_account_that_is_linked_to_no_council_account_is_the_administrators(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    web.sign_in(world.alice)
    _is(council, world.alice)
    assert come_by_council(PageClient(app), status=403).h1 == REFUSED
    assert _is_in(web)


def test_who_comes_by_the_council_has_no_local_password_from_then_on(
    web: PageClient, world: World, council: Provider
) -> None:
    _is(council, world.alice, "Audit.Managers")
    come_by_council(web)
    web.sign_out()
    form = web.get("/account/sign-in")
    web.send(form, status=400, email=world.alice.email, password=PASSWORD)
    assert _said_of(world.alice)[0] == "linked council account"


def test_a_password_for_an_outage_works_until_they_come_by_the_council_again(
    web: PageClient, world: World, council: Provider
) -> None:
    _is(council, world.alice, "Audit.Managers")
    come_by_council(web)
    _password_of(world.alice)
    web.sign_out()
    assert web.sign_in_here(web.get("/account/sign-in"), world.alice).path == "/"
    web.sign_out()
    come_by_council(web)
    web.sign_out()
    form = web.get("/account/sign-in")
    web.send(form, status=400, email=world.alice.email, password=PASSWORD)
    assert "ended password" in _said_of(world.alice)
