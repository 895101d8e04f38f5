"""How long somebody stays signed in: told without counting as use, and pushed out when asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from freezegun import freeze_time
from sqlalchemy import update

from audit_app.extensions import db
from audit_app.models import StoredSession
from audit_app.models.base import now
from tests.browser_page import PageClient
from tests.people import World
from tests.web.typing import session_ends

MINUTE = 60


@pytest.fixture
def nearly_out(web: PageClient, world: World) -> PageClient:
    """Alice's browser, 100 seconds before she has been idle for too long."""
    web.sign_in(world.alice)
    db.session.execute(update(StoredSession).values(expires_at=now() + timedelta(seconds=100)))
    db.session.commit()
    return web


def _left(web: PageClient) -> dict[str, int | bool]:
    told: dict[str, int | bool] = web.request("GET", "/account/time-left").get_json()
    return told


def test_asking_does_not_count_as_use(nearly_out: PageClient) -> None:
    before = session_ends()
    left = _left(nearly_out)
    assert 0 < left["seconds_left"] <= 100
    assert left["may_stay"]
    assert session_ends() == before


def test_staying_pushes_the_limit_out(nearly_out: PageClient) -> None:
    stay = nearly_out.request("POST", "/account/stay", {"csrf_token": _token(nearly_out)})
    assert stay.get_json()["seconds_left"] > 29 * MINUTE
    assert _left(nearly_out)["seconds_left"] > 29 * MINUTE


def _token(web: PageClient) -> str:
    """A form's token, from a page that was opened a while ago."""
    page = web.get("/")
    db.session.execute(update(StoredSession).values(expires_at=now() + timedelta(seconds=100)))
    db.session.commit()
    return page.csrf


def test_nobody_who_is_signed_out_has_any_time_left(web: PageClient, world: World) -> None:
    assert _left(web)["seconds_left"] == 0
    web.sign_in(world.alice)
    assert _left(web)["seconds_left"] > 29 * MINUTE
    db.session.execute(update(StoredSession).values(expires_at=now() - timedelta(seconds=1)))
    db.session.commit()
    assert _left(web) == {"seconds_left": 0, "may_stay": False}


def test_doing_something_helps_until_the_day_is_over(
    app: Flask, web: PageClient, world: World
) -> None:
    start = now()
    with freeze_time(start, ignore=["werkzeug"]) as clock:
        web.sign_in(world.alice)
        for _ in range(19):
            clock.tick(timedelta(minutes=25))
            assert web.get("/").path == "/"
        # Signed in for 7 hours and 55 minutes, of the 8 that anybody may be.
        assert _left(web) == {"seconds_left": 5 * MINUTE, "may_stay": False}
        clock.tick(timedelta(minutes=6))
        assert _left(web)["seconds_left"] == 0
        assert web.get("/").path == "/account/sign-in"


def test_each_page_says_how_long_is_left_and_a_page_without_a_session_does_not(
    web: PageClient, world: World
) -> None:
    assert web.get("/account/sign-in").html.find("dialog") is None
    web.sign_in(world.alice)
    warning = web.get("/").html.find("dialog")
    assert int(str(warning["data-seconds-left"])) > 29 * MINUTE
