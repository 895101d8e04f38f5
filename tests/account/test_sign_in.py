"""Signing in, being refused, being locked out, and what a session carries."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from audit_app.extensions import db
from audit_app.models import StoredSession
from tests.browser_page import Page, PageClient
from tests.people import World


def test_a_person_signs_in_and_lands_on_the_home_page(web: PageClient, world: World) -> None:
    assert web.sign_in_here(web.get("/account/sign-in"), world.alice).path == "/"


def test_a_wrong_password_and_an_unknown_person_are_told_the_same(
    web: PageClient, world: World
) -> None:
    wrong = [
        web.send(web.get("/account/sign-in"), status=400, email=email, password="not this one")
        for email in (world.alice.email, "nobody@example.gov.uk")
    ]
    assert wrong[0].errors == wrong[1].errors
    assert wrong[0].title.startswith("Error: ")


def test_ten_wrong_passwords_lock_the_account_even_for_the_right_one(
    web: PageClient, world: World
) -> None:
    for _ in range(10):
        web.send(web.get("/account/sign-in"), status=400, email=world.alice.email, password="wrong")
    again = web.get("/account/sign-in")
    web.send(again, status=400, email=world.alice.email, password="three quiet purple otters")


def test_signing_in_changes_the_session_id(web: PageClient, world: World) -> None:
    web.get("/account/sign-in")
    before = web.client.get_cookie("session")
    web.sign_in(world.alice)
    after = web.client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_a_person_switched_off_is_out_at_once(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    world.alice.active = False
    db.session.commit()
    assert web.get("/").path == "/account/sign-in"


def test_signing_out_ends_the_session_on_the_server(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    stolen = web.client.get_cookie("session")
    assert stolen is not None
    home = web.get("/")
    web.post("/account/sign-out", {"csrf_token": home.csrf})
    web.client.set_cookie("session", stolen.value)
    assert web.get("/").path == "/account/sign-in"


def test_after_signing_in_the_address_first_asked_for_opens(web: PageClient, world: World) -> None:
    asked = web.get("/accessibility?from=mail")
    assert asked.path == "/accessibility"
    sent_away = web.get("/?tab=2")
    assert sent_away.path == "/account/sign-in"
    assert (
        web.send(sent_away, email=world.alice.email, password="three quiet purple otters").path
        == "/"
    )


def test_another_site_is_never_an_address_to_go_on_to(web: PageClient, world: World) -> None:
    for trap in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        web.sign_out()
        form = web.get(f"/account/sign-in?next={trap}")
        landed = web.send(form, email=world.alice.email, password="three quiet purple otters")
        assert landed.path == "/"


def _typed_as_the_session_ran_out(web: PageClient, world: World) -> Page:
    """Alice types the case of a new audit, her session runs out, and she presses the button."""
    web.sign_in(world.alice)
    form = web.get("/audits/new")
    db.session.execute(update(StoredSession).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    db.session.commit()
    return web.send(form, case_reference="7654321")


def test_what_was_typed_as_a_session_ran_out_is_there_for_its_writer(
    web: PageClient, world: World
) -> None:
    asked = _typed_as_the_session_ran_out(web, world)
    back = web.sign_in_here(asked, world.alice)
    assert back.path == "/audits/new"
    assert back.fields()["case_reference"] == "7654321"


def test_what_one_person_typed_is_not_shown_to_the_next_who_signs_in(
    web: PageClient, world: World
) -> None:
    asked = _typed_as_the_session_ran_out(web, world)
    other = web.sign_in_here(asked, world.mallory)
    assert other.path == "/audits/new"
    assert other.fields()["case_reference"] == ""


def test_another_site_cannot_put_text_into_a_page(web: PageClient, world: World) -> None:
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    web.request("POST", "/audits/new", {"case_reference": "666"}, elsewhere)
    web.sign_in(world.alice)
    assert web.get("/audits/new").fields()["case_reference"] == ""
