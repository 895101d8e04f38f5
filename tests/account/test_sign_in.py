"""Signing in, being refused, being locked out, and what a session carries."""

from __future__ import annotations

from audit_app.extensions import db
from tests.browser_page import PageClient
from tests.people import World


def test_a_person_signs_in_and_lands_on_the_home_page(web: PageClient, world: World) -> None:
    assert web.sign_in(world.alice).path == "/"


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
