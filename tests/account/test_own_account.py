"""One's own account: where one is signed in, and another password; and who may end what."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from audit_app.account import changes
from audit_app.account.changes import make_token
from audit_app.account.queries import tokens_that_work
from audit_app.extensions import db
from audit_app.models import HistoryEvent, StoredSession, User, WayIn
from audit_app.web.passwords import password_problem
from config import Settings
from tests.browser_page import PageClient
from tests.own_service import own_service
from tests.people import PASSWORD, World

NEW = "seven brave teapots sang"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)

one_database = pytest.mark.sqlite_only


def _in(app: Flask, user: User, browser: str = FIREFOX) -> PageClient:
    """Somebody signed in, in one more browser."""
    web = PageClient(app)
    web.client.environ_base["HTTP_USER_AGENT"] = browser
    web.sign_in(user)
    return web


def _is_in(web: PageClient) -> bool:
    return web.get("/account/").path == "/account/"


def _of(user: User) -> int:
    db.session.rollback()
    theirs = select(func.count()).where(StoredSession.user_id == user.id)
    return db.session.scalar(theirs) or 0


@one_database
def test_a_session_says_when_it_began_in_which_browser_and_how(app: Flask, world: World) -> None:
    web = _in(app, world.alice)
    _in(app, world.alice, PHONE)
    (head, *rows) = web.get("/account/").tables[0]
    assert head[:4] == ["Browser", "Signed in", "Last used", "With"]
    assert sorted(row[0] for row in rows) == ["Firefox on Windows", "Safari on iPhone"]
    assert {row[3] for row in rows} == {"Password"}
    assert {row[0]: row[4][:8] for row in rows}["Firefox on Windows"] == "This one"
    assert "Mozilla" not in " ".join(db.session.scalars(select(StoredSession.browser)))


@one_database
def test_one_session_is_ended_and_the_others_go_on(app: Flask, world: World) -> None:
    here, there, third = (_in(app, world.alice) for _ in range(3))
    page = here.get("/account/")
    (first, *_) = page.html.select("main form[action*='/sessions/']")
    here.post(str(first["action"]), {"csrf_token": page.csrf})
    assert sorted([_is_in(here), _is_in(there), _is_in(third)]) == [False, True, True]
    assert _is_in(here)


@one_database
def test_all_others_are_ended_at_once(app: Flask, world: World) -> None:
    here, there, other = (
        _in(app, world.alice),
        _in(app, world.alice),
        _in(app, world.bob),
    )
    here.send(here.get("/account/"), "Sign out everywhere else")
    assert (_is_in(here), _is_in(there), _is_in(other)) == (True, False, True)


@one_database
def test_nobody_ends_a_session_of_somebody_else(app: Flask, world: World) -> None:
    alice, mallory = _in(app, world.alice), _in(app, world.mallory)
    whose = StoredSession.user_id == world.alice.id
    reference = db.session.scalars(select(StoredSession.reference).where(whose)).one()
    token = mallory.get("/account/").csrf
    mallory.post(f"/account/sessions/{reference}/end", {"csrf_token": token}, 404)
    assert _is_in(alice)


@one_database
def test_an_administrator_ends_one_session_or_all_of_them(app: Flask, world: World) -> None:
    alice, _ = _in(app, world.alice), _in(app, world.alice, PHONE)
    admin, reference = _in(app, world.adam), world.alice.reference
    page = admin.get(f"/people/{reference}")
    assert len(page.tables[0]) == 3
    (phone,) = [f for f in page.html.select("main form") if "Safari on iPhone" in f.get_text()]
    admin.post(str(phone["action"]), {"csrf_token": page.csrf})
    assert _is_in(alice)
    page = admin.send(admin.get(f"/people/{reference}"), "Sign Alice out everywhere")
    assert "Alice is signed in nowhere." in page.text
    assert not _is_in(alice)
    verbs = db.session.scalars(
        select(HistoryEvent.verb).where(
            HistoryEvent.record_reference == reference, HistoryEvent.user_id == world.adam.id
        )
    ).all()
    assert verbs == ["ended sessions", "ended sessions"]


@one_database
def test_what_was_typed_as_an_administrator_ended_a_session_is_kept(
    app: Flask, world: World
) -> None:
    alice, admin = _in(app, world.alice), _in(app, world.adam)
    form = alice.get("/audits/new")
    admin.send(admin.get(f"/people/{world.alice.reference}"), "Sign Alice out everywhere")
    asked = alice.send(form, case_reference="7654321")
    assert asked.path == "/account/sign-in"
    back = alice.sign_in_here(asked, world.alice)
    assert back.fields()["case_reference"] == "7654321"


def test_sessions_ended_at_the_moment_they_are_used_stay_ended(
    app: Flask, world: World, settings: Settings
) -> None:
    webs = [_in(app, world.alice) for _ in range(2)]
    admin = _in(app, world.adam)
    page = admin.get(f"/people/{world.alice.reference}")
    # Each next page they open is noted in their session.
    db.session.rollback()
    start = Barrier(3, timeout=60)

    def use(web: PageClient, ours: Flask) -> None:
        web.client.application = ours
        with ours.app_context():
            start.wait()
            web.request("GET", "/account/")

    with own_service(settings) as ours:
        with ExitStack() as using:
            for web in webs:
                thread = Thread(target=use, args=(web, ours))
                thread.start()
                using.callback(thread.join)
            start.wait()
            admin.send(page, "Sign Alice out everywhere")
        assert not _of(world.alice)
        assert not any(_is_in(web) for web in webs)


@one_database
def test_a_person_changes_their_password_and_all_else_ends(app: Flask, world: World) -> None:
    here, there = _in(app, world.alice), _in(app, world.alice)
    make_token(world.alice, "Power BI", 30)
    db.session.commit()
    page = here.get("/account/password")
    here.send(page, current_password=PASSWORD, new_password=NEW)
    assert (_is_in(here), _is_in(there)) == (True, False)
    assert tokens_that_work(world.alice) == []
    page = there.get("/account/sign-in")
    there.send(page, status=400, email=world.alice.email, password=PASSWORD)
    there.send(page, email=world.alice.email, password=NEW)


@one_database
@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("not this one", NEW, "The current password was not accepted"),
        (PASSWORD, "short", "The password must be at least 12 characters"),
        (PASSWORD, "passwordpassword1", "The password is too easy to guess"),
        ("", "", "Enter your current password"),
    ],
)
def test_a_password_is_changed_only_by_who_knows_it_and_not_to_an_easy_one(
    app: Flask, world: World, current: str, new: str, said: str
) -> None:
    web, before = _in(app, world.alice), world.alice.password_hash
    page = web.send(
        web.get("/account/password"), status=400, current_password=current, new_password=new
    )
    assert page.errors[0].startswith(said)
    assert db.session.get_one(User, world.alice.id).password_hash == before


@one_database
def test_whoever_sits_at_an_open_browser_cannot_guess_the_password_for_ever(
    app: Flask, world: World
) -> None:
    web = _in(app, world.alice)
    form = web.get("/account/password")
    for _ in range(10):
        web.send(form, status=400, current_password="wrong", new_password=NEW)
    web.send(form, status=400, current_password=PASSWORD, new_password=NEW)


@one_database
@pytest.mark.parametrize(
    "easy",
    [
        "qwertyuiop123",
        "Password12345",
        "iloveyouiloveyou",
        "ManchesterCityCouncil",
        "manchestercouncil1",
        "PracticeAudit2026",
        "alicealice2026",
        "alice@example.gov.uk",
        "Safeguarding2026!",
        "111111111111",
        "abcdefghijklm",
        "P@ssw0rdP@ssw0rd",
    ],
)
def test_common_passwords_and_what_is_known_of_the_person_and_the_council_are_refused(
    app: Flask, easy: str
) -> None:
    assert password_problem(easy, ("Alice", "alice@example.gov.uk", "alice"))


@one_database
@pytest.mark.parametrize("good", [NEW, PASSWORD, "council otters quietly juggle", "x7!Kq0-vT3$zWm"])
def test_a_password_nobody_would_guess_is_taken_whatever_it_is_made_of(
    app: Flask, good: str
) -> None:
    assert password_problem(good, ("Alice", "alice@example.gov.uk", "alice")) is None


@one_database
def test_who_signs_in_with_a_council_account_alone_has_no_password_to_change(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = changes.start_session
    monkeypatch.setattr(changes, "start_session", lambda user, *_: start(user, WayIn.COUNCIL))
    web = _in(app, world.alice)
    db.session.execute(update(User).values(password_hash=None))
    db.session.commit()
    web.get("/account/password", 404)
    assert "Change your password" not in web.get("/account/").links()
