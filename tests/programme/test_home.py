"""What of the programme waits for each person on their home page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit_app.extensions import db
from audit_app.models import AllocationRequest
from audit_app.rules.allocation_steps import AllocationState, RequestKind
from audit_app.rules.audit_steps import AuditState
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.given import allocate, cycle_of

pytestmark = pytest.mark.sqlite_only


def _card(page: Page, heading: str) -> str | None:
    for card in page.html.select(".app-card"):
        if card.h2.get_text(strip=True) == heading:
            return " ".join(card.get_text(" ").split())
    return None


def test_an_auditor_finds_their_audits_with_due_dates(web: PageClient, world: World) -> None:
    cycle = cycle_of(world)
    late = allocate(cycle, world.alice, world.south, due_on=date.today() - timedelta(days=1))
    allocate(cycle, world.alice, world.south, "4455668")
    web.sign_in(world.alice)
    home = web.get("/")
    card = _card(home, "Audits given to you")
    assert card is not None
    assert card.startswith("Audits given to you 2 1 overdue.")
    assert "1 day overdue" in card
    assert home.links()[late.reference] == f"/programme/allocations/{late.reference}"
    assert home.links()["All audits given to you"] == "/programme/mine"
    assert _card(home, "Waiting for an auditor") is None


def test_an_auditor_with_none_is_told_so(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    card = _card(web.get("/"), "Audits given to you")
    assert card == "Audits given to you 0 The programme has given you none to do."


def test_leads_find_what_has_no_auditor_and_what_waits_for_a_decision(
    web: PageClient, world: World
) -> None:
    cycle = cycle_of(world)
    allocate(cycle, None, world.south)
    asked = allocate(cycle, world.alice, world.south, "4455668")
    asked.requests.append(
        AllocationRequest(kind=RequestKind.EXEMPTION, asked_by_id=world.alice.id, reason="Moved.")
    )
    db.session.commit()
    web.sign_in(world.carol)
    home = web.get("/")
    assert (_card(home, "Waiting for an auditor") or "").startswith("Waiting for an auditor 1")
    assert (_card(home, "Requests to decide") or "").startswith("Requests to decide 1")
    assert _card(home, "Audits given to you") is None
    web.sign_out()
    web.sign_in(world.hester)
    home = web.get("/")
    assert _card(home, "Waiting for an auditor") is None
    assert _card(home, "Requests to decide") is not None


def test_nobody_is_called_to_decide_what_they_asked_themselves(
    web: PageClient, world: World
) -> None:
    waiting = allocate(cycle_of(world), None, world.south)
    waiting.requests.append(
        AllocationRequest(kind=RequestKind.EXEMPTION, asked_by_id=world.carol.id, reason="Known.")
    )
    db.session.commit()
    web.sign_in(world.carol)
    assert _card(web.get("/"), "Requests to decide") is None
    web.sign_out()
    web.sign_in(world.cora)
    assert _card(web.get("/"), "Requests to decide") is not None


def test_the_dcs_office_finds_the_months_figures_and_no_case(web: PageClient, world: World) -> None:
    one = allocate(cycle_of(world), world.alice, world.south, due_on=date.today())
    web.sign_in(world.dan)
    home = web.get("/")
    assert "0 of 1 done of those to be done" in (_card(home, "Audits due this month") or "")
    assert one.case_reference not in home.text
    assert one.reference not in home.text


def test_others_find_nothing_of_it(web: PageClient, world: World) -> None:
    allocate(cycle_of(world), world.alice, world.south, worker_staff_id="E1006")
    for name in ("priya", "bob", "adam"):
        web.sign_out()
        web.sign_in(getattr(world, name))
        home = web.get("/")
        for heading in ("Audits given to you", "Waiting for an auditor", "Audits due this month"):
            assert _card(home, heading) is None, name


def test_every_draft_is_on_the_home_page_once(web: PageClient, world: World) -> None:
    cycle = cycle_of(world)
    given = allocate(cycle, world.alice, world.south)
    exempted = allocate(cycle, world.alice, world.south, "4455668")
    handed_on = allocate(cycle, world.mallory, world.south, "4455669")
    drafts = [
        world.recorded_audit(case=case, state=AuditState.DRAFT)
        for case in ("4455667", "4455668", "4455669", "4455670")
    ]
    started = drafts[0]
    given.audit, exempted.audit, handed_on.audit = drafts[:3]
    exempted.put_aside = AllocationState.EXEMPT
    db.session.commit()
    web.sign_in(world.alice)
    home = web.get("/")
    addresses = [str(each["href"]) for each in home.html.select(".app-cards a")]
    assert [addresses.count(f"/audits/{each.reference}") for each in drafts] == [1, 1, 1, 1]
    assert home.links()[f"Go on with {given.reference}"] == f"/audits/{started.reference}"
    assert "Started: Go on" in (_card(home, "Audits given to you") or "")
    assert (_card(home, "Your drafts") or "").startswith("Your drafts 3")


def test_whose_only_draft_was_given_to_them_is_not_told_that_nothing_is_under_way(
    web: PageClient, world: World
) -> None:
    given = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    assert "You have no audits under way." in web.get("/").text
    given.audit = world.recorded_audit(case="4455667", state=AuditState.DRAFT)
    db.session.commit()
    assert "You have no other drafts." in web.get("/").text
