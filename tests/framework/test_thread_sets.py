"""Reading the golden threads, and confirming them once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.models import HistoryEvent, ThreadSet
from audit_app.rules.judgements import SCALE
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.people import World, make_user

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

BUTTON = "Confirm this thread set"
BADGE = "To be confirmed by Practice Development"
PEOPLE = ("alice", "bob", "carol", "dan", "priya", "adam")


@pytest.mark.parametrize("who", PEOPLE)
def test_everyone_reads_the_threads_as_guidance(web: PageClient, world: World, who: str) -> None:
    web.sign_in(getattr(world, who))
    page = web.get("/framework/2021")
    assert page.h1 == "2021 (proposed)"
    for thread in world.thread_set.threads:
        assert thread.name in page.text
        assert thread.description in page.text
        assert all(thread.describe(word) in page.text for word in SCALE)
    assert all(world.thread_set.describe_overall(word) in page.text for word in SCALE)


def test_the_list_names_each_set_its_dates_and_whether_it_is_confirmed(
    web: PageClient, world: World
) -> None:
    db.session.add(
        ThreadSet(
            code="2028",
            name="2028",
            valid_from=date(2028, 4, 1),
            valid_to=date(2029, 3, 31),
            confirmed_on=date(2026, 1, 2),
        )
    )
    db.session.commit()
    web.sign_in(world.priya)
    rows = web.get("/framework/").tables[0][1:]
    assert rows == [
        ["2028", "Confirmed", "From 1 April 2028 to 31 March 2029", "0"],
        ["2021 (proposed)", BADGE, "Since 1 January 2019", "6"],
    ]


def test_an_administrator_confirms_a_set_and_the_badge_goes(web: PageClient, world: World) -> None:
    web.sign_in(world.adam)
    page = web.get("/framework/2021")
    assert BADGE in page.text
    confirmed = web.send(page, BUTTON)
    assert confirmed.path == "/framework/2021"
    assert BADGE not in confirmed.text
    assert "by Adam" in confirmed.text
    assert BUTTON not in confirmed.text
    assert BADGE not in web.get("/framework/").text


def test_confirming_is_remembered_once_however_often_the_form_is_sent(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.adam)
    page = web.get("/framework/2021")
    for _ in range(2):
        assert web.send(page, BUTTON).path == "/framework/2021"
    events = db.session.scalars(select(HistoryEvent).where(HistoryEvent.verb == "confirmed")).all()
    assert [(e.user_id, e.record_reference) for e in events] == [(world.adam.id, "2021")]


def test_a_second_administrator_does_not_take_the_first_ones_place(
    web: PageClient, world: World
) -> None:
    second = make_user("ada", Role.ADMINISTRATOR)
    db.session.commit()
    web.sign_in(second)
    opened_before = web.get("/framework/2021")
    web.sign_out()
    web.sign_in(world.adam)
    web.send(web.get("/framework/2021"), BUTTON)
    web.sign_out()
    web.sign_in(second)
    fields = opened_before.fields(BUTTON) | {"csrf_token": web.get("/").csrf}
    late = web.post("/framework/2021/confirm", fields)
    assert "already" in late.text
    db.session.refresh(world.thread_set)
    assert world.thread_set.confirmed_by_id == world.adam.id


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "dan", "priya"])
def test_nobody_else_can_confirm_or_is_offered_to(web: PageClient, world: World, who: str) -> None:
    web.sign_in(getattr(world, who))
    assert BUTTON not in web.get("/framework/2021").text
    web.post("/framework/2021/confirm", {"csrf_token": web.get("/").csrf}, status=403)
    db.session.refresh(world.thread_set)
    assert world.thread_set.confirmed_on is None


def test_a_set_that_does_not_exist_is_not_found(web: PageClient, world: World) -> None:
    web.sign_in(world.adam)
    web.get("/framework/1999", status=404)


def test_the_set_in_force_is_the_newest_that_has_begun_and_not_ended(world: World) -> None:
    db.session.add_all(
        [
            ThreadSet(
                code="2020", name="2020", valid_from=date(2020, 1, 1), valid_to=date(2020, 6, 30)
            ),
            ThreadSet(code="2028", name="2028", valid_from=date(2028, 4, 1)),
        ]
    )
    db.session.commit()
    days = {date(2020, 6, 30): "2020", date(2020, 7, 1): "2021", date(2028, 4, 1): "2028"}
    assert {day: current_thread_set(day).code for day in days} == days
