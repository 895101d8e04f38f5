"""The home page shows each person what waits for them, and nothing that is not theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from freezegun import freeze_time

from audit_app.rules.judgements import Judgement
from audit_app.web.notices import to_be_filled_in
from tests.browser_page import PageClient
from tests.escalations.escalated import inadequate
from tests.improvement.lives import IN_A_MONTH, TODAY, live_action, themed
from tests.people import World
from tests.recording import start_audit


def test_a_team_manager_finds_their_drafts(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    home = web.get("/")
    assert tasks.path in home.links().values()
    assert "To moderate" not in home.text
    assert "Year on year" not in home.text


def test_a_moderator_finds_how_many_wait(web: PageClient, world: World) -> None:
    world.recorded_audit()
    world.recorded_audit(auditor=world.bob)
    web.sign_in(world.bob)
    assert "To moderate 1 Audit waiting" in web.get("/").text


def test_a_practice_lead_finds_the_years_with_links_to_the_audits(
    web: PageClient, world: World
) -> None:
    world.recorded_audit(Judgement.GOOD, on=date(2026, 3, 2))
    web.sign_in(world.carol)
    home = web.get("/")
    assert "Year on year" in home.text
    good = next(row for row in home.tables[0] if row[0] == "Good")
    assert good[1].startswith("1")
    behind = web.get(str(home.html.select('table a[href*="judgement=good"]')[0]["href"]))
    assert "1 audit" in behind.text


def test_the_dcs_office_finds_the_years_without_a_way_to_case_text(
    web: PageClient, world: World
) -> None:
    world.recorded_audit(Judgement.GOOD)
    web.sign_in(world.dan)
    home = web.get("/")
    assert "Year on year" in home.text
    assert not [address for address in home.links().values() if address.startswith("/audits")]


def test_before_the_first_audit_the_page_says_so(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    assert "No audits are recorded yet" in web.get("/").text


def test_every_role_has_a_home_page_and_only_the_ways_it_may_go(
    web: PageClient, world: World
) -> None:
    ways = {}
    for name in ("alice", "bob", "carol", "dan", "priya", "adam"):
        web.sign_out()
        web.sign_in(getattr(world, name))
        ways[name] = list(web.get("/").links(within="nav"))
    every = ["Practice alerts", "Golden threads"]
    assert ways["alice"] == ["Home", "Audits", "Improvement", "Escalations", *every]
    assert "Moderation" in ways["bob"]
    assert "Import" in ways["carol"]
    assert not {"Audits", "Improvement"} & {*ways["dan"]}
    assert ways["priya"] == ["Home", "Audits", "Improvement", "My work", *every]
    assert "People and teams" in ways["adam"]
    assert not {"Audits", "Improvement"} & {*ways["adam"]}


def test_the_pages_about_the_service_are_open_to_everybody(web: PageClient) -> None:
    for path in ("/accessibility", "/privacy", "/help"):
        assert web.get(path).path == path


def test_the_dcs_office_reads_of_escalations_as_figures_not_as_a_call_to_act(
    web: PageClient, world: World
) -> None:
    inadequate(world)
    web.sign_in(world.dan)
    page = web.get("/")
    assert "Escalations open 1 None overdue. Heads of service answer them." in page.text
    assert "Act now" not in page.text
    web.sign_out()
    web.sign_in(world.hester)
    assert "Act now: open escalations 1" in web.get("/").text


def card(web: PageClient, heading: str) -> str:
    """The words of a card on the home page, or nothing."""
    cards = web.get("/").html.select(".app-card")
    words = [" ".join(each.get_text(" ").split()) for each in cards]
    return next((each for each in words if each.startswith(heading)), "")


def test_the_actions_card_begins_with_what_is_overdue(web: PageClient, world: World) -> None:
    live_action(world, what="Write to her aunt.", due_on=IN_A_MONTH)
    live_action(world, what="Late.", due_on=TODAY - timedelta(days=2))
    themed(world, world.carol, what="Nobody’s.", owner_user=None, owner="The team")
    web.sign_in(world.mallory)
    said = card(web, "Actions")
    assert said.startswith("Actions 3 1 overdue , 1 due in 14 days, 1 without an owner. Late.")
    assert "Late. Mallory, 2 days overdue Nobody’s. Nobody answers for it, due in 7 days" in said
    web.sign_out()
    web.sign_in(world.carol)
    said = card(web, "Actions")
    assert said.startswith("Actions 0 No actions wait for you.")
    assert "whole authority: 1 overdue , 1 without an owner , 0 possible duplicates" in said
    web.sign_out()
    for name in ("bob", "dan", "priya", "adam"):
        web.sign_in(getattr(world, name))
        assert card(web, "Actions") == "", name
        web.sign_out()


def test_an_action_somebody_owns_is_on_their_card_whatever_their_role(
    web: PageClient, world: World
) -> None:
    live_action(world, owner=world.priya)
    web.sign_in(world.priya)
    assert card(web, "Actions").startswith("Actions 1 1 due in 14 days. See him alone. Priya")


def test_security_txt_says_whom_to_tell_until_when_and_where_it_belongs(
    app: Flask, web: PageClient
) -> None:
    answer = web.request("GET", "/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.get_data(as_text=True).splitlines())
    assert said["Contact"].startswith("mailto:")
    assert datetime.fromisoformat(said["Expires"]) > datetime(2026, 11, 22, tzinfo=UTC)
    assert said["Canonical"] == "http://localhost/.well-known/security.txt"
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(
        update={"public_address": "https://audit.council.gov.uk"}
    )
    told = web.request("GET", "/.well-known/security.txt").get_data(as_text=True)
    assert "Canonical: https://audit.council.gov.uk/.well-known/security.txt" in told


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2027, 6, 30), "ready"),
        (date(2026, 12, 1), "ready, but security.txt runs out on 2026-12-01: "),
        (date(2026, 11, 1), "ready, but security.txt ran out on 2026-11-01: "),
    ],
)
def test_who_runs_the_service_is_told_before_security_txt_runs_out(
    app: Flask, web: PageClient, on: date, said: str
) -> None:
    own = app.config["SETTINGS"].model_copy(update={"security_expires": on})
    app.config["SETTINGS"] = own
    with freeze_time("2026-11-22 12:00:00"):
        answer = web.request("GET", "/readyz")
        checked = app.test_cli_runner().invoke(args=["check"])
    assert (answer.status_code, checked.exit_code) == (200, 0)
    assert answer.get_data(as_text=True).startswith(said)
    assert ("SECURITY_EXPIRES" in checked.stderr) is (said != "ready")


def test_what_a_council_has_not_said_of_itself_is_missing_in_plain_sight(
    app: Flask, web: PageClient
) -> None:
    """The pages read the settings from the templates, which are made once."""
    demo = app.config["SETTINGS"]
    bare = demo.model_copy(update={"environment": "production"})
    assert to_be_filled_in(demo) == []
    missing = ["SUPPORT_CONTACT", "SECURITY_CONTACT", "DPO_CONTACT", "PRIVACY_NOTICE"]
    assert to_be_filled_in(bare) == missing
    app.config["SETTINGS"] = bare
    for path in ("/privacy", "/accessibility"):
        assert f"must set {', '.join(missing)}" in web.get(path).text
    said = {
        "support_contact": "help@council.gov.uk",
        "security_contact": "mailto:security@council.gov.uk",
        "dpo_contact": "dpo@council.gov.uk",
        "privacy_notice": "https://www.council.gov.uk/privacy",
    }
    app.config["SETTINGS"] = bare.model_copy(update=said)
    assert "This page is not finished" not in web.get("/privacy").text


def test_the_privacy_page_says_why_how_long_and_whom_to_ask(web: PageClient) -> None:
    page = web.get("/privacy")
    year = date.today().year
    for said in ("Article 6(1)(e)", "the calendar year of the audit and 6 whole years after it",
                 f"an audit of January {year} is kept until the end of {year + 6}",
                 "Drafts that nobody saved for 12 months, and messages as old, are deleted",
                 "That history is kept for good", "except in answer to a subject access request",
                 "Practice development leads and the auditor can see it", "data protection officer",
                 "You can ask for a copy", "Information Commissioner"):  # fmt: skip
        assert said in page.text
