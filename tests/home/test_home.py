"""The home page shows each person what waits for them, and nothing that is not theirs."""

from __future__ import annotations

from datetime import date

from audit_app.rules.judgements import Judgement
from tests.browser_page import PageClient
from tests.escalations.escalated import inadequate
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
    assert ways["alice"] == ["Home", "Audits", "Escalations", "Practice alerts", "Golden threads"]
    assert "Moderation" in ways["bob"]
    assert "Import" in ways["carol"]
    assert "Audits" not in ways["dan"]
    assert ways["priya"] == ["Home", "Audits", "My work", "Practice alerts", "Golden threads"]
    assert "People and teams" in ways["adam"]
    assert "Audits" not in ways["adam"]


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
