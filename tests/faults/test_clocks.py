"""Midnights, quarter ends, summer time, and clocks that jump: the day is London's, always.

The machine of most councils keeps UTC. Here the time of the whole process is moved, as a test that
only replaces ``date.today`` would not notice in which time zone it is answered.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from time_machine import travel

from audit_app.extensions import db
from audit_app.models import Audit, Escalation
from audit_app.rules.summary_periods import quarter_of
from audit_app.web.moments import live_in_london
from tests.browser_page import Page, PageClient
from tests.faults.drafts import make_drafts
from tests.people import PASSWORD, World
from tests.recording import CASE, start_audit

#: A moment in UTC, and the day it is in London then.
DAYS = {
    "2025-12-31T23:59:59": date(2025, 12, 31),
    "2026-01-01T00:00:00": date(2026, 1, 1),
    "2026-03-29T00:59:59": date(2026, 3, 29),
    "2026-03-29T22:59:59": date(2026, 3, 29),
    "2026-03-29T23:00:00": date(2026, 3, 30),
    "2026-03-31T22:59:59": date(2026, 3, 31),
    "2026-03-31T23:00:00": date(2026, 4, 1),
    "2026-06-30T23:30:00": date(2026, 7, 1),
    "2026-09-30T22:59:59": date(2026, 9, 30),
    "2026-09-30T23:00:00": date(2026, 10, 1),
    "2026-10-25T00:30:00": date(2026, 10, 25),
    "2026-10-25T23:59:59": date(2026, 10, 25),
    "2026-10-26T00:00:00": date(2026, 10, 26),
}
#: The last second of a quarter in London, in UTC, and the day that follows.
QUARTER_ENDS = {
    "2026-03-31T22:59:59": date(2026, 4, 1),
    "2026-06-30T22:59:59": date(2026, 7, 1),
    "2026-09-30T22:59:59": date(2026, 10, 1),
    "2026-12-31T23:59:59": date(2027, 1, 1),
}
FUTURE = "The date of the audit must be today or in the past"
MINUTE, HOUR, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=365)
NOON = datetime.fromisoformat("2026-06-30T12:00:00+00:00")


def at(moment: str | datetime) -> travel:
    """The clock stands still at a moment in UTC."""
    when = datetime.fromisoformat(f"{moment}+00:00") if isinstance(moment, str) else moment
    # As a number: a time with a zone would move the process to that zone as well.
    return travel(when.timestamp(), tick=False)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Tokyo"])
def server_elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """A server that keeps the time of another place, before the service begins on it."""
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    live_in_london()


@pytest.mark.usefixtures("server_elsewhere")
def test_today_is_the_day_in_london_wherever_the_server_thinks_it_is() -> None:
    live_in_london()
    for moment, day in DAYS.items():
        with at(moment):
            assert date.today() == day, moment


def test_the_service_lives_in_london(app: Flask) -> None:
    assert time.tzname == ("GMT", "BST")


def _save_case(web: PageClient, world: World, day: date) -> Page:
    """Save the case of a new audit with this audit date."""
    form = web.get(start_audit(web, world).links()["Case and people"])
    told = {"audit_date-day": day.day, "audit_date-month": day.month, "audit_date-year": day.year}
    before = {"period_from-year": "2025", "period_to-year": "2025"}
    sent = web.request("POST", form.path, form.fields() | CASE | told | before)
    return Page(sent)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("last_second", "next_day"), QUARTER_ENDS.items())
def test_an_audit_is_of_the_quarter_that_london_was_in(
    web: PageClient, world: World, last_second: str, next_day: date
) -> None:
    with at(last_second):
        web.sign_in(world.alice)
        told = _save_case(web, world, next_day)
        assert told.status == 400
        assert told.errors == [FUTURE]
    with at(datetime.fromisoformat(f"{last_second}+00:00") + timedelta(seconds=1)):
        assert _save_case(web, world, next_day).status == 303
    first, second = db.session.scalars(select(Audit).order_by(Audit.id))
    assert first.audit_date is None
    assert second.audit_month == next_day.year * 100 + next_day.month
    assert quarter_of(next_day).first == next_day


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("moment", "due_on"),
    [
        ("2026-07-02T22:59:59", date(2026, 7, 9)),  # Thursday, and a second later Friday
        ("2026-07-02T23:00:00", date(2026, 7, 10)),
        ("2026-03-27T23:59:59", date(2026, 4, 7)),  # over summer time and Easter, from a Friday
        ("2026-10-23T22:59:59", date(2026, 10, 30)),
    ],
)
def test_working_days_are_counted_from_the_day_in_london(
    web: PageClient, world: World, moment: str, due_on: date
) -> None:
    (draft,) = make_drafts(1, world.alice, world.south, world.thread_set)
    audit = db.session.scalars(select(Audit)).one()
    audit.audit_date, audit.period_to = date(2026, 3, 1), date(2026, 2, 28)
    audit.period_from = date(2025, 9, 1)
    db.session.commit()
    with at(moment):
        web.sign_in(world.alice)
        web.send(web.get(f"/audits/{draft}/check"), "Submit the audit")
    assert db.session.scalars(select(Escalation.due_on)).one() == due_on


def _is_in(web: PageClient) -> bool:
    return web.get("/audits/").path == "/audits/"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("hour", ["2026-03-29T01:00:00", "2026-10-25T01:00:00"])
def test_a_session_lasts_as_long_when_an_hour_is_missing_or_comes_twice(
    web: PageClient, world: World, hour: str
) -> None:
    turn = datetime.fromisoformat(f"{hour}+00:00")
    with at(turn - 10 * MINUTE):
        web.sign_in(world.alice)
    with at(turn + 15 * MINUTE):
        assert _is_in(web)
    with at(turn + 44 * MINUTE):
        assert _is_in(web)
    with at(turn + 75 * MINUTE):
        assert not _is_in(web)


@pytest.mark.parametrize(
    ("jump", "is_in"),
    [
        (-5 * MINUTE, True),  # put right a little
        (-2 * HOUR, False),
        (-YEAR, False),
        (5 * MINUTE, True),
        (2 * HOUR, False),
        (YEAR, False),
    ],
)
def test_a_session_neither_lives_for_ever_nor_dies_at_once_when_the_clock_jumps(
    web: PageClient, world: World, jump: timedelta, is_in: bool
) -> None:
    with at(NOON):
        web.sign_in(world.alice)
    with at(NOON + 10 * MINUTE + jump):
        assert _is_in(web) is is_in
        web.sign_out()
        web.sign_in(world.alice)
        assert _is_in(web)


@pytest.mark.sqlite_only
def test_a_session_from_before_the_clock_was_put_back_ends_with_its_day(
    web: PageClient, world: World
) -> None:
    with at(NOON):
        web.sign_in(world.alice)
    for minutes in range(20, 240, 20):
        with at(NOON + minutes * MINUTE):
            assert _is_in(web)
    back = NOON + 220 * MINUTE - HOUR
    for minutes in range(0, 320, 20):
        with at(back + minutes * MINUTE):
            assert _is_in(web)
    with at(NOON + 8 * HOUR + MINUTE):
        assert not _is_in(web)


@pytest.mark.parametrize("jump", [-2 * HOUR, -20 * MINUTE, 20 * MINUTE, 23 * HOUR])
def test_a_form_sent_twice_is_acted_on_once_however_the_clock_jumps_between(
    web: PageClient, world: World, jump: timedelta
) -> None:
    with at(NOON):
        web.sign_in(world.alice)
        page = web.get("/audits/new")
        typed = {"case_reference": "7654321", "team": str(world.south.id), "audit_type": "full"}
        first = web.request("POST", "/audits/new", page.fields() | typed)
    with at(NOON + jump):
        web.sign_out()
        web.sign_in(world.alice)
        token = web.get("/audits/new").csrf
        again = page.fields() | typed | {"csrf_token": token}
        second = web.request("POST", "/audits/new", again)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert db.session.scalar(select(func.count(Audit.id))) == 1


def _try(web: PageClient, world: World, password: str) -> Page:
    page = web.get("/account/sign-in")
    typed = page.fields() | {"email": world.alice.email, "password": password}
    return Page(web.request("POST", "/account/sign-in", typed))


@pytest.mark.parametrize(
    ("jump", "locked"),
    [
        (-5 * MINUTE, True),
        (-YEAR, False),
        (5 * MINUTE, True),
        (16 * MINUTE, False),
        (YEAR, False),
    ],
)
def test_a_lock_ends_after_its_minutes_however_the_clock_jumps(
    web: PageClient, world: World, jump: timedelta, locked: bool
) -> None:
    with at(NOON):
        for _ in range(10):
            assert _try(web, world, "wrong one").status == 400
    with at(NOON + jump):
        right = _try(web, world, PASSWORD)
        assert right.status == (400 if locked else 303)
