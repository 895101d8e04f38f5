"""Signing out: here, and of the council's own sign-in too."""

from __future__ import annotations

import pytest
import requests

from tests.account.council_provider import CLIENT_ID, Provider, come_by_council, verified
from tests.browser_page import Page, PageClient
from tests.people import World

pytestmark = pytest.mark.sqlite_only


def _left(web: PageClient, world: World, council: Provider) -> Page:
    council.person = verified(world.alice.email)
    home = come_by_council(web)
    return web.post("/account/sign-out", {"csrf_token": home.csrf})


def test_signing_out_leads_on_to_the_councils_sign_in_and_back(
    web: PageClient, world: World, council: Provider
) -> None:
    page = _left(web, world, council)
    assert page.h1 == "Signing out of your council account"
    (there,) = page.links().values()
    assert page.response.headers["Refresh"] == f"0; url={there}"
    assert page.response.headers["Cache-Control"] == "no-store"
    back = requests.get(there, allow_redirects=False, timeout=30).headers["Location"]
    assert back == "http://localhost/account/sign-in"
    assert council.ended[0]["client_id"] == CLIENT_ID
    assert council.ended[0]["id_token_hint"].count(".") == 2
    assert "You have signed out." in web.get("/account/sign-in").text


def test_the_session_here_has_ended_before_the_council_is_asked(
    web: PageClient, world: World, council: Provider
) -> None:
    _left(web, world, council)
    assert web.get("/").path == "/account/sign-in"
    assert council.ended == []


def test_the_way_out_is_open_once(web: PageClient, world: World, council: Provider) -> None:
    _left(web, world, council)
    assert web.get("/account/council/leave").path == "/account/sign-in"


def test_where_the_council_has_no_way_out_people_are_told_to_see_to_it(
    web: PageClient, world: World, council: Provider
) -> None:
    council.says = {"end_session_endpoint": None}
    page = _left(web, world, council)
    assert page.path == "/account/sign-in"
    assert "may still be signed in to your council account" in page.text


def test_who_came_by_a_password_is_not_sent_to_the_council(
    web: PageClient, world: World, council: Provider
) -> None:
    web.sign_in(world.alice)
    page = web.post("/account/sign-out", {"csrf_token": web.get("/").csrf})
    assert page.path == "/account/sign-in"
    assert "council account" not in page.html.find(class_="govuk-notification-banner").text
    assert council.read == []
