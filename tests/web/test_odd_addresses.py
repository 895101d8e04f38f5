"""Addresses and forms that no page of ours made: refused or read as nothing, and never broken."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import User
from tests.alerts.alerts_to_try import draft, stored, written
from tests.browser_page import PageClient
from tests.people import World
from tests.recording import start_audit

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

FILTER = (
    "service", "locality", "team", "theme", "type", "selection", "thread", "basis", "from", "to",
)  # fmt: skip
#: Every list and table, who reads it here, and what can be asked of it in its address.
LISTS = {
    "/audits/": ("carol", (*FILTER, "state", "recorded", "judgement", "sort", "order", "page")),
    "/moderation/": ("bob", ("page",)),
    "/alerts/": ("carol", ("page",)),
    "/people/": ("adam", ("q", "role", "team", "access", "page")),
    "/insight/distribution": ("carol", (*FILTER, "by")),
    "/insight/distribution.csv": ("carol", FILTER),
    "/insight/distribution.json": ("carol", FILTER),
    "/insight/distribution.xlsx": ("carol", FILTER),
}
NONSENSE = ("²", "٣", "9" * 23, "9" * 5000, "-1", "0", "1_0", "\0", "1\0", "%", "'", "9999-12-31")
HUGE = "9" * 23


@pytest.mark.parametrize("address", LISTS)
def test_nonsense_in_an_address_is_refused_or_read_as_nothing(
    web: PageClient, world: World, address: str
) -> None:
    who, names = LISTS[address]
    world.recorded_audit()
    web.sign_in(getattr(world, who))
    for name, nonsense in product(names, NONSENSE):
        response = web.request("GET", f"{address}?{name}={quote(nonsense)}")
        allowed = {400} if "\0" in nonsense else {200, 400, 404}
        assert response.status_code in allowed, f"{name}={nonsense[:30]!r}"


def test_a_page_number_that_is_none_shows_the_first_page(web: PageClient, world: World) -> None:
    world.recorded_audit()
    web.sign_in(world.carol)
    for nonsense in ("²", HUGE, "-1", "0"):
        assert web.get(f"/audits/?page={nonsense}").tables == web.get("/audits/").tables


def test_a_place_that_is_none_narrows_nothing(web: PageClient, world: World) -> None:
    world.recorded_audit()
    web.sign_in(world.carol)
    for nonsense in ("²", HUGE):
        assert web.get(f"/audits/?team={nonsense}").tables == web.get("/audits/").tables


@pytest.mark.parametrize("nonsense", ["%00", "A%00", "²", HUGE, "9" * 5000, "%ff"])
def test_nonsense_in_a_path_leads_to_no_page(web: PageClient, world: World, nonsense: str) -> None:
    reference = world.recorded_audit(auditor=world.alice).reference
    begun = start_audit_of(web, world)
    asked = {
        "alice": [f"/audits/{nonsense}", f"/audits/{begun}/actions/{nonsense}",
                  f"/audits/{begun}/section/{nonsense}", f"/audits/{reference}/{nonsense}"],
        "bob": [f"/moderation/{nonsense}"],
        "carol": [f"/alerts/{nonsense}", f"/alerts/{nonsense}.pdf", f"/alerts/{nonsense}/edit",
                  f"/transfer/imported/{nonsense}", f"/framework/{nonsense}"],
        "adam": [f"/people/{nonsense}", f"/people/places/team/{nonsense}",
                 f"/people/places/{nonsense}/1"],
    }  # fmt: skip
    for who, addresses in asked.items():
        web.sign_out()
        web.sign_in(getattr(world, who))
        for address in [*addresses, f"/static/{nonsense}", f"/{nonsense}"]:
            assert web.request("GET", address).status_code in {400, 404}, address
    web.sign_out()
    assert web.request("GET", f"/audits/?page={nonsense}").status_code in {303, 400}


@pytest.mark.parametrize("version", ["²", HUGE, "9" * 5000, "-1", "\0", ""])
def test_a_version_that_is_none_loses_nothing_typed(
    web: PageClient, world: World, version: str
) -> None:
    begun = start_audit_of(web, world)
    section = web.get(f"/audits/{begun}/section/case")
    sent = section.fields() | {"version": version, "worker_not_involved_reason": "On leave."}
    page = web.post(section.path, sent, status=409)
    assert page.fields()["worker_not_involved_reason"] == "On leave."


@pytest.mark.parametrize("version", ["²", HUGE, "9" * 5000, "-1", "\0", ""])
def test_an_alert_sent_with_a_version_that_is_none_is_not_changed(
    web: PageClient, world: World, version: str
) -> None:
    reference = draft(world.carol).reference
    ready = written(world.carol).reference
    web.sign_in(world.carol)
    for part in ("basis", "edit"):
        page = web.get(f"/alerts/{reference}/{part}")
        sent = page.fields() | {"version": version, "title": "New", "found": "New"}
        response = web.request("POST", page.path, sent)
        assert response.status_code in {303, 400, 409}
    page = web.get(f"/alerts/{ready}")
    web.request("POST", page.path, {"csrf_token": page.csrf, "verb": "submit", "version": version})
    assert (stored(reference).title, stored(reference).found) != ("New", "New")
    assert stored(ready).state == "draft"


def test_a_nul_character_typed_anywhere_is_left_out_and_the_rest_is_kept(
    web: PageClient, world: World
) -> None:
    page = web.get("/account/sign-in")
    response = web.request("POST", page.path, page.fields() | {"email": "\0", "password": "x"})
    assert response.status_code == 400
    web.sign_in(world.adam)
    page = web.get(f"/people/{world.priya.reference}/details")
    web.send(page, name="Priya\0 Shah")
    db.session.expire_all()
    named = db.session.scalars(select(User.name).where(User.id == world.priya.id)).one()
    assert named == "Priya Shah"


@pytest.mark.parametrize("number", ["²", HUGE])
def test_a_number_picked_from_no_list_is_told_beside_the_field(
    web: PageClient, world: World, number: str
) -> None:
    web.sign_in(world.alice)
    page = web.get("/audits/new")
    page = web.send(page, status=400, case_reference="1", team=number, audit_type="full")
    assert page.errors


def start_audit_of(web: PageClient, world: World) -> str:
    """The reference of a draft by Alice, who stays signed in."""
    web.sign_in(world.alice)
    return start_audit(web, world).path.split("/")[2]


def test_asking_for_the_headers_of_a_page_with_a_form_does_nothing(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    address = start_audit(web, world).path
    answer = web.request("HEAD", f"{address.rstrip('/')}/discard")
    assert answer.status_code == 200
    assert web.get(address).path == address


@pytest.mark.parametrize("odd", ["http://[", "//[::1", "http://a\u2100b"])
def test_an_address_within_another_that_is_none_leads_home(
    web: PageClient, world: World, odd: str
) -> None:
    form = web.get(f"/account/sign-in?next={quote(odd)}")
    assert web.sign_in_here(form, world.alice).path == "/"
    web.sign_out()
    sent = web.client.post("/audits/new", headers={"Referer": odd.encode().decode("latin-1")})
    assert sent.status_code == 303
