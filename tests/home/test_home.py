"""The home page shows each person what waits for them, and nothing that is not theirs."""

from __future__ import annotations

from datetime import date, timedelta

from audit_app.rules.judgements import Judgement
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
