"""A second step at sign-in: set up, asked for, each code accepted once, and taken away."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update

from audit_app.account import halfway, second_step, second_step_queries
from audit_app.account.second_step_queries import encrypted
from audit_app.extensions import db
from audit_app.models import HistoryEvent, SecondStep, SignInTries, StoredSession, User, WayIn
from audit_app.models.base import now
from config import AskedOf, Settings
from tests.account.half_minutes import STEP, stands_still
from tests.browser_page import Page, PageClient
from tests.own_service import own_service
from tests.people import PASSWORD, World

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = (
    "The code was not accepted. Wait for the next one. After several wrong tries, wait 15 minutes"
)

one_database = pytest.mark.sqlite_only


@pytest.fixture(autouse=True)
def _clock_of_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    stands_still(monkeypatch)


def _has_step(user: User) -> None:
    db.session.add(SecondStep(user_id=user.id, secret=encrypted(SECRET), confirmed_at=now()))
    db.session.commit()


def _code(steps: int = 0, secret: str = SECRET) -> str:
    at: datetime = second_step_queries.now()  # type: ignore[attr-defined]
    return pyotp.TOTP(secret).at(at + timedelta(seconds=STEP * steps))


def _asked(web: PageClient, user: User, next_page: str = "") -> Page:
    page = web.get(f"/account/sign-in?next={next_page}")
    return web.send(page, email=user.email, password=PASSWORD)


def _begun(web: PageClient, user: User) -> Page:
    """The page with a key, to somebody who signs in and begins with their password."""
    web.sign_in(user)
    return web.send(web.get("/account/second-step/"), "Begin", password=PASSWORD)


def _shown(page: Page) -> str:
    return str(page.html.find(id="secret").text).replace(" ", "")


def _verbs(user: User) -> list[str]:
    db.session.rollback()
    theirs = select(HistoryEvent.verb).where(HistoryEvent.record_reference == user.reference)
    return list(db.session.scalars(theirs.order_by(HistoryEvent.id)))


def _require(app: Flask, of: AskedOf) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"second_step": of})


@one_database
def test_a_second_step_is_set_up_with_its_first_code_and_asked_for_from_then_on(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    page = web.get("/account/second-step/")
    assert web.send(page, "Begin", 400, password="not it").errors
    page = web.send(page, "Begin", password=PASSWORD)
    secret = _shown(page)
    assert page.html.find(class_="app-square").find("svg")
    assert page.html.find(style=True) is None
    assert web.send(page, "Set up the second step", 400, code="123").errors
    page = web.send(page, "Set up the second step", code=_code(secret=secret))
    assert page.path == "/account/"
    assert secret not in str(web.get("/account/second-step/").html).replace(" ", "")
    web.sign_out()
    page = _asked(web, world.alice, "/audits/new")
    assert page.h1 == "Enter your code"
    page = web.send(page, code=_code(1, secret))
    assert page.path == "/audits/new"
    ways = db.session.scalars(select(StoredSession.way_in).where(StoredSession.user_id.isnot(None)))
    assert WayIn.PASSWORD_AND_CODE in set(ways)
    assert "set up a second step" in _verbs(world.alice)


def test_a_step_being_set_up_is_shown_and_confirmed_only_where_it_was_begun(
    app: Flask, web: PageClient, world: World
) -> None:
    """Whoever has learnt the password must not share the key its owner puts on their phone."""
    shown, other = _begun(web, world.alice), PageClient(app)
    secret = _shown(shown)
    other.sign_in(world.alice)
    page = other.get("/account/second-step/")
    assert page.html.find(id="secret") is None
    assert page.fields()["password"] == ""
    sent = {"csrf_token": page.csrf, "code": _code(secret=secret)}
    page = other.post(shown.action("Set up the second step"), sent)
    assert "Begin again" in str(page.html)
    assert "set up a second step" not in _verbs(world.alice)
    web.send(shown, "Set up the second step", code=_code(secret=secret))
    assert "set up a second step" in _verbs(world.alice)


def test_begun_anew_elsewhere_the_first_key_is_worth_nothing(
    app: Flask, web: PageClient, world: World
) -> None:
    shown, other = _begun(web, world.alice), PageClient(app)
    anew = _begun(other, world.alice)
    assert _shown(anew) != _shown(shown)
    assert web.get("/account/second-step/").html.find(id="secret") is None
    for secret in (_shown(shown), _shown(anew)):
        web.send(shown, "Set up the second step", code=_code(secret=secret))
    assert "set up a second step" not in _verbs(world.alice)
    other.send(anew, "Set up the second step", code=_code(secret=_shown(anew)))
    assert "set up a second step" in _verbs(world.alice)


def test_who_signs_in_again_in_the_same_browser_is_shown_no_key(
    web: PageClient, world: World
) -> None:
    _begun(web, world.alice)
    web.post("/account/sign-out", {"csrf_token": web.get("/account/").csrf})
    page = _asked(web, world.alice, "/account/second-step/")
    assert page.path == "/account/second-step/"
    assert page.html.find(id="secret") is None


@one_database
def test_the_password_alone_opens_nothing(web: PageClient, world: World) -> None:
    _has_step(world.alice)
    _asked(web, world.alice)
    for path in ("/", "/audits/", "/account/", "/account/second-step/"):
        assert web.get(path).path == "/account/sign-in"


@one_database
def test_without_a_password_there_is_no_page_for_a_code(web: PageClient, world: World) -> None:
    page = web.get("/account/second-step/code")
    assert page.path == "/account/sign-in"


@one_database
def test_five_minutes_later_the_password_is_asked_for_again(
    web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _has_step(world.alice)
    page, later = _asked(web, world.alice), now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(halfway, "now", lambda: later)
    page = web.send(page, code=_code())
    assert page.path == "/account/sign-in"
    assert "Enter your password again" in page.text


@one_database
def test_another_password_meanwhile_ends_it(web: PageClient, world: World) -> None:
    _has_step(world.alice)
    page = _asked(web, world.alice)
    db.session.execute(update(User).values(password_hash="$argon2id$another"))
    db.session.commit()
    assert web.send(page, code=_code()).path == "/account/sign-in"


@one_database
def test_a_code_is_accepted_once(app: Flask, web: PageClient, world: World) -> None:
    _has_step(world.alice)
    code = _code()
    assert web.send(_asked(web, world.alice), code=code).path == "/"
    other = PageClient(app)
    page = other.send(_asked(other, world.alice), status=400, code=code)
    assert page.errors == [WRONG]


@one_database
@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (1, True), (3, False)])
def test_clocks_may_differ_by_half_a_minute(
    web: PageClient, world: World, steps: int, right: bool
) -> None:
    _has_step(world.alice)
    page = web.send(_asked(web, world.alice), status=200 if right else 400, code=_code(steps))
    assert (page.path == "/") is right


@one_database
def test_wrong_codes_lock_as_wrong_passwords_do(web: PageClient, world: World) -> None:
    _has_step(world.alice)
    for _ in range(10):
        page = web.send(_asked(web, world.alice), status=400, code="000000")
        assert page.errors == [WRONG]
    # The right password again forgets none of them, and the right code is refused too.
    form = web.get("/account/sign-in")
    page = web.send(form, status=400, email=world.alice.email, password=PASSWORD)
    assert page.h1.startswith("Sign in")
    assert db.session.scalars(select(SignInTries.tries)).all() == [10]


def _send_at_once(settings: Settings, user_email: str, code: str, times: int) -> list[int]:
    """One code, sent at one moment by as many browsers whose password was right."""
    start, answers = Barrier(times, timeout=60), []

    def send(app: Flask) -> None:
        web = PageClient(app)
        with app.app_context():
            page = web.get("/account/sign-in")
            page = web.send(page, email=user_email, password=PASSWORD)
            start.wait()
            typed: dict[str, Any] = page.fields() | {"code": code}
            answers.append(web.request("POST", "/account/second-step/code", typed).status_code)

    with ExitStack() as services:
        apps = [services.enter_context(own_service(settings)) for _ in range(times)]
        threads = [Thread(target=send, args=(each,)) for each in apps]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    return sorted(answers)


def test_of_two_who_send_one_code_at_one_moment_one_is_let_in(
    app: Flask, world: World, settings: Settings
) -> None:
    email = world.alice.email
    _has_step(world.alice)
    db.session.rollback()
    assert _send_at_once(settings, email, _code(), 3) == [303, 400, 400]


@one_database
def test_whoever_reads_the_table_can_make_no_code(world: World) -> None:
    _has_step(world.alice)
    stored = db.session.scalars(select(SecondStep.secret)).one()
    assert SECRET.encode() not in stored


@one_database
def test_another_secret_key_is_said_in_plain_words_and_counts_as_no_wrong_code(
    app: Flask, web: PageClient, world: World
) -> None:
    _has_step(world.alice)
    step = db.session.scalars(select(SecondStep)).one()
    step.secret = b"kept under another key"
    db.session.commit()
    page = web.send(_asked(web, world.alice), status=400, code=_code())
    assert "the secret key of this service was changed" in page.errors[0]
    assert not db.session.scalars(select(SignInTries).where(SignInTries.tries > 0)).all()


@one_database
def test_removing_it_asks_for_the_password(web: PageClient, world: World) -> None:
    _has_step(world.alice)
    web.send(_asked(web, world.alice), code=_code())
    page = web.get("/account/second-step/remove")
    page = web.send(page, status=400, password="not this one")
    assert page.errors == [
        "The password was not accepted. After several wrong tries, wait 15 minutes"
    ]
    assert web.send(page, password=PASSWORD).path == "/account/"
    assert not db.session.scalars(select(SecondStep)).all()
    assert _verbs(world.alice)[-1] == "took second step away"


@one_database
def test_an_administrator_takes_it_away_from_somebody_who_lost_their_phone(
    web: PageClient, world: World
) -> None:
    _has_step(world.alice)
    web.sign_in(world.adam)
    page = web.get(f"/people/{world.alice.reference}")
    page = web.send(page, "Take the second step away")
    assert "Alice is asked for no code any more." in page.text
    assert _verbs(world.alice)[-1] == "took second step away"
    web.sign_out()
    web.sign_in(world.alice)


@one_database
def test_so_does_a_command_where_nobody_can_sign_in(app: Flask, world: World) -> None:
    _has_step(world.adam)
    asked = ["take-second-step", world.adam.email]
    assert app.test_cli_runner().invoke(args=asked).exit_code == 0
    assert app.test_cli_runner().invoke(args=asked).exit_code == 1
    assert _verbs(world.adam) == ["took second step away"]


@one_database
@pytest.mark.parametrize(
    ("of", "name", "led"),
    [
        (AskedOf.OFFERED, "adam", False),
        (AskedOf.ADMINISTRATORS, "adam", True),
        (AskedOf.ADMINISTRATORS, "alice", False),
        (AskedOf.EVERYONE, "ivy", True),
    ],
)
def test_where_it_is_required_nothing_else_opens_before_it_is_set_up(
    app: Flask, web: PageClient, world: World, of: AskedOf, name: str, led: bool
) -> None:
    _require(app, of)
    user = getattr(world, name)
    page = _asked(web, user)
    assert (page.path == "/account/second-step/") is led
    if not led:
        return
    for path in ("/", "/account/", "/account/password", "/framework/"):
        assert web.get(path).path == "/account/second-step/"
    page = web.send(web.get("/"), "Begin")
    secret = _shown(page)
    web.send(page, "Set up the second step", code=_code(secret=secret))
    assert web.get("/framework/").path == "/framework/"


@one_database
def test_whoever_is_led_there_and_leaves_their_desk_is_asked_for_the_password_to_begin(
    app: Flask, web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _require(app, AskedOf.EVERYONE)
    page, later = _asked(web, world.alice), now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(second_step, "now", lambda: later)
    assert web.send(page, "Begin", 400).errors == ["Enter your password"]
    assert not db.session.scalars(select(SecondStep)).all()


@one_database
def test_switched_off_it_is_asked_of_nobody(app: Flask, web: PageClient, world: World) -> None:
    _has_step(world.alice)
    _require(app, AskedOf.OFF)
    assert _asked(web, world.alice).path == "/"
    assert not re.search("second step", web.get("/account/").text)
