"""When the demonstration is made and when it is refused, by the commands people type."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Column, func, select

from audit_app.demo import changes
from audit_app.demo.people import PASSWORD, SIGN_INS, SignIn
from audit_app.extensions import db
from audit_app.models import Audit, Base, Passage, User
from audit_app.web.passwords import about_person, password_problem
from config import Settings
from tests.browser_page import PageClient
from tests.demo.conftest import TODAY
from tests.own_service import own_service
from tests.people import World

#: Told by the moment or sealing what is, or made at random so that no two states of the tallies are
#: the same.
ALWAYS_DIFFERENT = {"history_events", "history_seals", "tallies_stamp"}


def _digest() -> dict[str, int]:
    """Every table's rows as one number, but for what is random or tells the time of making."""
    db.session.rollback()
    return {
        name: hash(tuple(map(tuple, db.session.execute(select(*columns).order_by(*columns)))))
        for name, table in Base.metadata.tables.items()
        if name not in ALWAYS_DIFFERENT
        and (columns := [each for each in table.columns if _can_be_compared(each)])
    }


def _can_be_compared(column: Column[Any]) -> bool:
    """A password's hash differs each time, and PostgreSQL cannot put JSON in order.

    The copies of texts for searching are numbered in the order in which the database finds them.
    """
    numbers_of_copies = Passage.__table__.c.id
    different = column.name == "password_hash" or column is numbers_of_copies
    return not different and not isinstance(column.type, JSON)


def test_the_same_day_makes_the_same_demonstration(demo: Flask, settings: Settings) -> None:
    first = _digest()
    with own_service(settings) as service, service.app_context():
        changes.fill(TODAY, demo=True, tell=lambda line: None)
        assert _digest() == first


def test_a_real_service_is_refused_and_left_empty(app: Flask) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"environment": "production"})
    for arguments in (["demo-data"], ["demo-data", "--if-empty"]):
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 1
        assert "never put into a real service" in result.stderr
    assert db.session.scalar(select(func.count(User.id))) == 0


def test_a_database_in_use_is_refused_and_left_as_it_is(app: Flask, world: World) -> None:
    people = db.session.scalar(select(func.count(User.id)))
    result = app.test_cli_runner().invoke(args=["demo-data"])
    assert result.exit_code == 1
    assert "in use" in result.stderr
    assert db.session.scalar(select(func.count(User.id))) == people
    assert db.session.scalar(select(func.count(Audit.id))) == 0


def test_if_empty_does_nothing_quietly_where_there_is_something(app: Flask, world: World) -> None:
    result = app.test_cli_runner().invoke(args=["demo-data", "--if-empty"])
    assert (result.exit_code, result.output) == (0, "")


def test_sign_ins_are_printed_where_those_people_exist(demo: Flask) -> None:
    printed = demo.test_cli_runner().invoke(args=["demo-sign-ins"]).output
    for each in SIGN_INS:
        assert each.email in printed
    assert PASSWORD in printed


def test_no_sign_ins_are_printed_where_nobody_is_made_up(app: Flask, world: World) -> None:
    result = app.test_cli_runner().invoke(args=["demo-sign-ins"])
    assert (result.exit_code, result.output) == (0, "")


def test_no_sign_ins_are_printed_in_production(demo: Flask) -> None:
    demo.config["SETTINGS"] = demo.config["SETTINGS"].model_copy(
        update={"environment": "production"}
    )
    assert demo.test_cli_runner().invoke(args=["demo-sign-ins"]).output == ""


@pytest.mark.parametrize("each", SIGN_INS, ids=lambda each: each.address)
def test_the_demo_password_would_be_accepted_of_anybody(demo: Flask, each: SignIn) -> None:
    assert password_problem(PASSWORD, about_person(each.name, each.email)) is None


def test_a_made_up_person_signs_in_with_the_printed_password(demo_to_use: Flask) -> None:
    web = PageClient(demo_to_use)
    for each in SIGN_INS:
        web.sign_out()
        page = web.get("/account/sign-in")
        assert web.send(page, email=each.email, password=PASSWORD).path == "/"


def test_even_new_years_day_will_do(app: Flask) -> None:
    today = date(2027, 1, 1)
    changes.fill(today, demo=True, tell=lambda line: None)
    assert (db.session.scalar(select(func.max(Audit.audit_date))) or today) < today


#: Where everybody's home page leads them in what the programme, its actions, messages and history
#: hold.
LEADS_TO = {
    "team.manager": {"/programme/mine", "/improvement/"},
    "moderator": {"/messages/"},
    "head.of.service": {"/programme/requests", "/programme/completion", "/improvement/"},
    "practice.lead": {"/programme/requests", "/programme/waiting", "/improvement/"},
    "second.lead": {"/programme/requests", "/programme/waiting", "/improvement/"},
    "dcs.office": {"/programme/completion"},
    "practitioner": {"/improvement/"},
    "administrator": {"/messages/"},
    "information.governance": {"/messages/", "/history/", "/disposal/"},
    "inspector": {"/programme/completion"},
}


@pytest.mark.sqlite_only
def test_every_home_page_shows_something_of_the_programme(demo_to_use: Flask) -> None:
    web = PageClient(demo_to_use)
    for each in SIGN_INS:
        web.sign_out()
        page = web.get("/account/sign-in")
        home = web.send(page, email=each.email, password=PASSWORD)
        assert set(home.links().values()) >= LEADS_TO[each.address]
