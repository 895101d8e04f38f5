"""Several people at one browser: what one person's window sends is never another's doing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Audit, KeptForm, User
from tests.account.council_provider import Provider, come_by_council, verified, way_back
from tests.browser_page import BASE, Page, PageClient
from tests.people import World

CASE = "7654321"


def _form_of(web: PageClient, user: User) -> Page:
    """Somebody signs in by the page itself, as browsers do, and opens a form."""
    web.sign_in_here(web.get("/account/sign-in"), user)
    return web.get("/audits/new")


def _is_only_kept(web: PageClient, form: Page, owner: User, now: User) -> None:
    """A form sent in the session of somebody else does nothing, and waits for its owner."""
    told = web.send(form, status=409, case_reference=CASE)
    assert told.h1 == f"You are signed in as {now.name} now"
    assert f"was opened by {owner.name}" in told.text
    assert CASE not in told.response.get_data(as_text=True)
    assert db.session.scalar(select(func.count(Audit.id))) == 0
    assert db.session.scalars(select(KeptForm.user_id)).all() == [owner.id]
    # What somebody else is told once stands on no page they open afterwards.
    assert owner.name not in web.get("/").text


def _session_of(web: PageClient) -> dict[str, object]:
    with web.client.session_transaction(base_url=BASE) as session:
        return dict(session)


def _let_hours_run_out(app: Flask, web: PageClient) -> None:
    hours = app.config["SETTINGS"].session_hours
    with web.client.session_transaction(base_url=BASE) as session:
        session["signed_in_at"] -= (hours + 1) * 3600


def test_a_form_of_one_person_is_not_sent_as_another_who_signed_in_by_an_old_page(
    web: PageClient, world: World
) -> None:
    old_page = web.get("/account/sign-in")
    form = _form_of(web, world.alice)
    web.sign_in_here(old_page, world.mallory)
    _is_only_kept(web, form, world.alice, world.mallory)
    web.sign_out()
    again = _form_of(web, world.alice)
    assert again.fields()["case_reference"] == CASE


def test_nor_where_the_first_ran_out_of_hours_before_the_second_came(
    app: Flask, web: PageClient, world: World
) -> None:
    form = _form_of(web, world.alice)
    _let_hours_run_out(app, web)
    asked = web.get("/audits/new")
    assert asked.path == "/account/sign-in"
    web.sign_in_here(asked, world.mallory)
    _is_only_kept(web, form, world.alice, world.mallory)


def test_nor_where_the_second_comes_by_the_council(
    web: PageClient, world: World, council: Provider
) -> None:
    back = way_back(web)
    form = _form_of(web, world.alice)
    council.person = verified(world.mallory.email)
    web.get(back)
    _is_only_kept(web, form, world.alice, world.mallory)


@pytest.mark.sqlite_only
def test_of_an_earlier_person_nothing_is_left_but_sign_ins_that_were_begun(
    web: PageClient, world: World, council: Provider
) -> None:
    old_page = web.get("/account/sign-in")
    council.person = verified(world.alice.email)
    another_window = way_back(web)
    come_by_council(web)
    before = _session_of(web)
    assert before["council_id_token"]
    web.sign_in_here(old_page, world.mallory)
    after = _session_of(web)
    assert "council_id_token" not in after
    assert after["csrf_token"] != before["csrf_token"]
    assert web.get(another_window).path == "/"


def test_two_windows_that_fell_back_to_sign_in_lose_nothing_of_the_one_person(
    app: Flask, web: PageClient, world: World
) -> None:
    form = _form_of(web, world.alice)
    _let_hours_run_out(app, web)
    first, second = web.send(form, case_reference="1111111"), web.get("/audits/new")
    assert first.path == second.path == "/account/sign-in"
    opened = web.sign_in_here(first, world.alice)
    assert opened.fields()["case_reference"] == "1111111"
    web.sign_in_here(second, world.alice)
    team = str(world.south.id)
    web.send(opened, case_reference=CASE, team=team, audit_type="full")
    assert db.session.scalars(select(Audit.case_reference)).all() == [CASE]


def test_a_form_with_nothing_typed_in_it_is_not_said_to_be_kept(
    web: PageClient, world: World
) -> None:
    old_page = web.get("/account/sign-in")
    form = _form_of(web, world.alice)
    web.sign_in_here(old_page, world.mallory)
    told = web.send(form, status=409)
    assert "kept" not in told.text
    assert db.session.scalars(select(KeptForm)).all() == []
