"""Coming by the council's own sign-in: who is let in, as whom, and where they land."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from audit_app.extensions import db
from audit_app.models import HistoryEvent, StoredSession, User, WayIn
from tests.account.council_provider import (
    Claims,
    Provider,
    come_by_council,
    verified,
    way_back,
)
from tests.browser_page import PageClient
from tests.people import PASSWORD, World


def _happened() -> list[tuple[str, int | None]]:
    db.session.rollback()
    found = select(HistoryEvent.verb, HistoryEvent.user_id).order_by(HistoryEvent.id)
    return [(row.verb, row.user_id) for row in db.session.execute(found)]


def _settings(app: Flask, **more: object) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=more)


def test_whom_an_administrator_made_in_advance_comes_in_by_their_address(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email.upper())
    button = web.get("/account/sign-in").links()["Sign in with your council account"]
    home = come_by_council(web, button)
    assert home.path == "/"
    assert world.alice.name in home.html.find("header").text
    db.session.refresh(world.alice)
    assert (world.alice.issuer, world.alice.subject) == (council.issuer, "s-1")
    alice = world.alice.id
    assert _happened() == [("linked council account", alice), ("signed in", alice)]
    kept = db.session.scalars(select(StoredSession).where(StoredSession.user_id == alice)).one()
    assert kept.way_in is WayIn.COUNCIL


@pytest.mark.sqlite_only
def test_the_session_is_a_new_one(web: PageClient, world: World, council: Provider) -> None:
    council.person = verified(world.alice.email)
    back = way_back(web)
    before = web.client.get_cookie("session")
    web.get(back)
    after = web.client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value


@pytest.mark.sqlite_only
def test_later_it_is_the_account_that_counts_and_no_more_its_address(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    come_by_council(web)
    web.sign_out()
    council.person = verified(world.bob.email)
    assert world.alice.name in come_by_council(web).html.find("header").text
    web.sign_out()
    council.person = verified(world.alice.email, "another account")
    assert come_by_council(web, status=403).h1 == "You do not have access yet"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "said",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email_verified": True, "email": None},
        {"email_verified": True, "email": ["alice@example.gov.uk"]},
        {"email_verified": True, "email": ""},
    ],
)
def test_an_address_that_is_not_proven_lets_nobody_in(
    web: PageClient, world: World, council: Provider, said: Claims
) -> None:
    council.person = verified(world.alice.email) | {"preferred_username": world.alice.email} | said
    assert come_by_council(web, status=403).h1 == "You do not have access yet"
    db.session.refresh(world.alice)
    assert world.alice.subject is None


@pytest.mark.parametrize(
    ("setting", "said", "why"),
    [
        (None, {"email_verified": "true"}, "email_verified is text, and not true"),
        (None, {"email_verified": None}, "email_verified is missing, and not true"),
        (None, {"email_verified": False}, "email_verified is false, and not true"),
        (None, {"email": "nobody"}, "email is none"),
        ("upn", {}, "OIDC_TRUSTED_EMAIL_CLAIM names none"),
    ],
)
def test_that_no_address_was_proven_is_in_the_log_once_with_nothing_of_anybody(
    app: Flask, web: PageClient, world: World, council: Provider,
    caplog: pytest.LogCaptureFixture, setting: str | None, said: Claims, why: str,
) -> None:  # fmt: skip
    _settings(app, oidc_trusted_email_claim=setting)
    council.person = verified(world.alice.email, "secret-subject") | said
    come_by_council(web, status=403)
    told = [each for each in caplog.messages if "OIDC_TRUSTED_EMAIL_CLAIM" in each]
    assert len(told) == 1
    assert why in told[0]
    for personal in (world.alice.email, world.alice.name, "secret-subject"):
        assert personal not in caplog.text


@pytest.mark.sqlite_only
def test_who_comes_by_a_proven_address_leaves_no_warning(
    web: PageClient, world: World, council: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    council.person = verified(world.alice.email)
    come_by_council(web)
    assert "OIDC_TRUSTED_EMAIL_CLAIM" not in caplog.text


@pytest.mark.parametrize(("setting", "told"), [(None, True), ("preferred_username", False)])
def test_who_runs_the_service_is_told_that_addresses_may_never_be_proven(
    app: Flask, council: Provider, setting: str | None, told: bool
) -> None:
    _settings(app, oidc_trusted_email_claim=setting)
    checked = app.test_cli_runner().invoke(args=["check"])
    assert checked.exit_code == 0
    assert ("OIDC_TRUSTED_EMAIL_CLAIM is not set" in checked.stderr) is told


@pytest.mark.sqlite_only
def test_a_council_that_sets_the_addresses_itself_is_believed(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    _settings(app, oidc_trusted_email_claim="preferred_username")
    council.person = {"sub": "s-1", "preferred_username": world.alice.email}
    assert come_by_council(web).path == "/"


@pytest.mark.sqlite_only
def test_an_address_that_only_the_userinfo_endpoint_tells_is_asked_for(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = {"sub": "s-1"}
    council.more = {"email": world.alice.email, "email_verified": True}
    council.says = {"userinfo_endpoint": f"{council.issuer}/userinfo"}
    assert come_by_council(web).path == "/"


@pytest.mark.sqlite_only
def test_what_the_userinfo_endpoint_tells_of_somebody_else_counts_for_nothing(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = {"sub": "s-1"}
    council.more = {"sub": "s-2", "email": world.alice.email, "email_verified": True}
    assert come_by_council(web, status=400).h1 == "You have not been signed in"


@pytest.mark.sqlite_only
def test_somebody_unknown_is_told_whom_to_ask_and_gets_no_account(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified("stranger@example.gov.uk")
    before = db.session.scalar(select(func.count(User.id)))
    page = come_by_council(web, status=403)
    assert "practice.audit@example.gov.uk" in page.text
    assert db.session.scalar(select(func.count(User.id))) == before
    assert _happened() == [("sign-in refused", None)]
    assert web.get("/").path == "/account/sign-in"


@pytest.mark.sqlite_only
def test_a_stranger_who_comes_back_without_end_is_written_down_ten_times(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified("stranger@example.gov.uk")
    for _ in range(12):
        come_by_council(web, status=403)
    assert _happened() == [("sign-in refused", None)] * 10


@pytest.mark.sqlite_only
def test_whom_only_imported_audits_name_is_unknown(
    web: PageClient, world: World, council: Provider
) -> None:
    world.alice.password_hash = None
    db.session.commit()
    council.person = verified(world.alice.email)
    assert come_by_council(web, status=403).h1 == "You do not have access yet"


@pytest.mark.sqlite_only
def test_whom_an_administrator_let_in_without_a_password_comes_in(
    web: PageClient, world: World, council: Provider
) -> None:
    world.alice.password_hash, world.alice.issuer = None, council.issuer
    db.session.commit()
    council.person = verified(world.alice.email)
    assert come_by_council(web).path == "/"


@pytest.mark.sqlite_only
def test_a_person_switched_off_is_refused(web: PageClient, world: World, council: Provider) -> None:
    council.person = verified(world.alice.email)
    come_by_council(web)
    world.alice.active = False
    db.session.commit()
    assert web.get("/").path == "/account/sign-in"
    assert come_by_council(web, status=403).h1 == "Your access is switched off"
    assert _happened()[-1] == ("sign-in refused", world.alice.id)


@pytest.mark.sqlite_only
def test_what_was_typed_as_a_session_ran_out_is_there_after_coming_by_the_council(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    come_by_council(web)
    form = web.get("/audits/new")
    db.session.execute(update(StoredSession).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    db.session.commit()
    asked = web.send(form, case_reference="7654321")
    back = come_by_council(web, asked.links()["Sign in with your council account"])
    assert back.path == "/audits/new"
    assert back.fields()["case_reference"] == "7654321"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "trap",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/%09/evil.example", "x"],
)
def test_another_site_is_never_an_address_to_go_on_to(
    web: PageClient, world: World, council: Provider, trap: str
) -> None:
    council.person = verified(world.alice.email)
    back = way_back(web, f"/account/council/start?next={trap}")
    assert web.request("GET", back).location == "/"


@pytest.mark.sqlite_only
def test_two_windows_each_end_where_they_were_going(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    first, second = (
        way_back(web, f"/account/council/start?next={page}") for page in ("/audits/", "/alerts/")
    )
    assert web.get(second).path == "/alerts/"
    assert web.get(first).path == "/audits/"


@pytest.mark.sqlite_only
def test_nothing_of_an_earlier_persons_session_goes_on(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    back = way_back(web)
    web.sign_in(world.bob)
    assert world.alice.name in web.get(back).html.find("header").text
    kept = db.session.scalars(select(StoredSession)).one()
    assert kept.user_id == world.alice.id


@pytest.mark.sqlite_only
def test_an_address_that_was_used_already_leads_home_or_to_a_new_start(
    web: PageClient, app: Flask, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    back = way_back(web)
    web.get(back)
    assert web.get(back).path == "/"
    web.sign_out()
    page = web.get(back, 400)
    assert page.h1 == "This sign-in cannot be finished"
    assert come_by_council(web, page.links()["Try again"]).path == "/"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("state", ["", "?state=", "?state=made-up&code=x", "?state=%C3%A9&code=x"])
def test_an_answer_that_nobody_asked_for_signs_nobody_in(
    web: PageClient, world: World, council: Provider, state: str
) -> None:
    way_back(web)
    assert web.get(f"/account/council/back{state}", 400).h1 == "This sign-in cannot be finished"
    assert _happened() == []


@pytest.mark.sqlite_only
def test_somebody_who_is_signed_in_already_goes_straight_on(
    web: PageClient, world: World, council: Provider
) -> None:
    web.sign_in(world.alice)
    assert web.request("GET", "/account/council/start?next=/audits/").location == "/audits/"


@pytest.mark.sqlite_only
def test_a_page_that_a_browser_guesses_at_begins_nothing(
    web: PageClient, world: World, council: Provider
) -> None:
    guess = {"Sec-Purpose": "prefetch"}
    assert web.request("GET", "/account/council/start", headers=guess).status_code == 503
    assert council.asked == []


@pytest.mark.sqlite_only
def test_another_council_account_can_be_chosen(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified("private@example.gov.uk")
    page = come_by_council(web, "/account/council/start?next=/audits/", status=403)
    council.person = verified(world.alice.email)
    assert come_by_council(web, page.links()["Use another council account"]).path == "/audits/"
    assert [each.get("prompt") for each in council.asked] == [None, "select_account"]


@pytest.mark.sqlite_only
def test_without_passwords_there_is_no_form_and_none_is_taken(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    form = web.get("/account/sign-in?next=/audits/")
    _settings(app, local_accounts=False)
    refused = web.send(form, email=world.alice.email, password=PASSWORD)
    assert refused.path == "/account/sign-in"
    assert refused.html.find("main").find("form") is None
    council.person = verified(world.alice.email)
    button = refused.links()["Sign in with your council account"]
    assert come_by_council(web, button).path == "/audits/"


@pytest.mark.sqlite_only
def test_without_the_council_there_is_no_button_and_nothing_at_its_addresses(
    web: PageClient, world: World
) -> None:
    assert "Sign in with your council account" not in web.get("/account/sign-in").links()
    for page in ("start", "back", "leave"):
        web.get(f"/account/council/{page}", 404)
