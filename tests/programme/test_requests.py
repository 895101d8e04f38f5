"""What auditors ask: a named senior decides, never whoever asked, and every decision is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.audits import changes as audits
from audit_app.extensions import db
from audit_app.models import Allocation, AllocationRequest, Audit, OpenCase, RoleGrant, User
from audit_app.models.base import now
from audit_app.rules.allocation_steps import (
    AllocationState,
    ChosenBecause,
    RequestKind,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import Verb
from audit_app.rules.working_days import working_days_after
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.given import allocate, another_auditor, cycle_of, fresh

REASON = "Forty families moved to us this week."
LATER = date.today() + timedelta(days=21)


def asked_for(
    allocation: Allocation, kind: RequestKind, by: User, until: date | None = None
) -> AllocationRequest:
    request = AllocationRequest(kind=kind, asked_by_id=by.id, reason=REASON, until=until)
    allocation.requests.append(request)
    db.session.commit()
    return request


def drawn_case(allocation: Allocation, case: str, place: int, chosen: bool = False) -> OpenCase:
    """A case of the list the allocation’s cycle was drawn from."""
    found = OpenCase(
        cycle_id=allocation.cycle_id,
        case_reference=case,
        service_id=allocation.service_id,
        locality_id=allocation.locality_id,
        team_id=allocation.team_id,
        worker_staff_id="E2001",
        stratum="service-1",
        number=place,
        place=place,
        chosen=chosen,
    )
    db.session.add(found)
    db.session.commit()
    return found


def _decide(web: PageClient, allocation: Allocation, status: int = 200) -> Page:
    return web.get(f"/programme/allocations/{allocation.reference}/decide", status)


def _draft_of(world: World, allocation: Allocation) -> Audit:
    audit = world.recorded_audit(case=allocation.case_reference, state=AuditState.DRAFT)
    allocation.audit = audit
    db.session.commit()
    return audit


def test_more_time_moves_the_due_date_and_never_the_first_one(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    first, audit = allocation.first_due_on, _draft_of(world, allocation)
    asked_for(allocation, RequestKind.EXTENSION, world.alice, LATER)
    web.sign_in(world.hester)
    page = web.send(
        _decide(web, allocation), "Save my decision", granted="yes", decision="It is fair."
    )
    assert page.path == "/programme/requests"
    assert (fresh(allocation).due_on, allocation.first_due_on) == (LATER, first)
    assert audit.due_on == LATER, "the draft says by when it is due as well"
    (asked,) = allocation.requests
    assert (asked.granted, asked.decided_by, asked.decision) == (True, world.hester, "It is fair.")


def test_an_exemption_leaves_it_undone_and_counted(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, RequestKind.EXEMPTION, world.alice)
    web.sign_in(world.carol)
    web.send(_decide(web, allocation), "Save my decision", granted="yes", decision="Moved away.")
    assert fresh(allocation).state is AllocationState.EXEMPT
    assert allocation.put_aside_at is not None
    web.sign_out()
    web.sign_in(world.alice)
    assert web.get("/programme/mine").tables == []
    page = web.get(f"/programme/allocations/{allocation.reference}")
    assert "Granted" in page.text
    assert "Moved away." in page.text
    assert not page.html.find("main").find_all("form")


def test_an_exempted_audit_that_was_begun_leaves_its_draft(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    audit = _draft_of(world, allocation)
    asked_for(allocation, RequestKind.EXEMPTION, world.alice)
    web.sign_in(world.carol)
    web.send(_decide(web, allocation), "Save my decision", granted="yes", decision="Moved away.")
    assert fresh(allocation).state is AllocationState.EXEMPT
    web.sign_out()
    web.sign_in(world.alice)
    page = web.get(f"/programme/allocations/{allocation.reference}")
    assert page.links()["Open your draft"] == f"/audits/{audit.reference}"


def test_another_case_takes_its_place_with_ten_working_days_at_least(
    web: PageClient, world: World
) -> None:
    cycle = cycle_of(world)
    allocation = allocate(cycle, world.alice, world.south)
    allocation.open_case_id = drawn_case(allocation, "4455667", 1, chosen=True).id
    drawn_case(allocation, "7766554", 2)
    asked_for(allocation, RequestKind.SUBSTITUTION, world.alice)
    web.sign_in(world.hester)
    said = web.send(
        _decide(web, allocation), "Save my decision", granted="yes", decision="Case closed."
    )
    assert fresh(allocation).state is AllocationState.SUBSTITUTED
    assert "Granted. Case 7766554 is to be audited instead" in said.text
    instead = db.session.scalars(
        select(Allocation).where(Allocation.in_place_of_id == allocation.id)
    ).one()
    assert (instead.case_reference, instead.auditor) == ("7766554", world.alice)
    assert instead.chosen_because is ChosenBecause.SUBSTITUTE
    assert instead.reference in said.links()
    assert instead.due_on == working_days_after(date.today(), 10) > allocation.due_on
    assert instead.first_due_on == allocation.first_due_on, "so that no delay is hidden"
    page = web.get(f"/programme/allocations/{allocation.reference}")
    assert instead.reference in page.links()


def test_where_no_other_case_is_left_the_senior_is_told_and_nothing_lost(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    allocation.open_case_id = drawn_case(allocation, "4455667", 1, chosen=True).id
    asked_for(allocation, RequestKind.SUBSTITUTION, world.alice)
    web.sign_in(world.hester)
    form = _decide(web, allocation)
    refused = web.send(form, "Save my decision", status=409, granted="yes", decision="Case closed.")
    assert "There is no other case left" in refused.errors[0]
    assert refused.fields()["decision"] == "Case closed."
    assert fresh(allocation).state is AllocationState.GIVEN
    assert allocation.asked is not None


def test_declining_changes_nothing_but_says_why(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, RequestKind.EXTENSION, world.alice, LATER)
    before = allocation.due_on
    web.sign_in(world.cora)
    web.send(_decide(web, allocation), "Save my decision", granted="no", decision="It is one day.")
    assert fresh(allocation).due_on == before
    web.sign_out()
    web.sign_in(world.alice)
    page = web.get(f"/programme/allocations/{allocation.reference}")
    assert "Not granted" in page.text
    assert "It is one day." in page.text


def test_another_case_asked_for_before_it_was_begun_can_still_be_declined(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, RequestKind.SUBSTITUTION, world.alice)
    _draft_of(world, allocation)
    web.sign_in(world.carol)
    form = _decide(web, allocation)
    granted: dict[str, Any] = {"granted": "yes", "decision": "Take another case."}
    refused = web.send(form, "Save my decision", status=403, **granted)
    assert "its status is “Started”" in refused.text
    web.send(form, "Save my decision", granted="no", decision="You have begun it.")
    assert fresh(allocation).asked is None
    assert allocation.state is AllocationState.STARTED


def test_a_decision_needs_an_answer_and_a_reason(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, RequestKind.EXEMPTION, world.alice)
    web.sign_in(world.carol)
    refused = web.send(_decide(web, allocation), "Save my decision", status=400)
    assert refused.errors == ["Select whether you grant it", "Say why you decide so"]
    assert fresh(allocation).asked is not None


def test_a_decision_sent_twice_is_made_once(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, RequestKind.EXTENSION, world.alice, LATER)
    web.sign_in(world.carol)
    form = _decide(web, allocation)
    for _ in range(2):
        page = web.send(form, "Save my decision", granted="yes", decision="It is fair.")
        assert page.path == "/programme/requests"
    assert len(fresh(allocation).requests) == 1


def test_of_two_seniors_the_second_is_told_that_it_was_decided(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, RequestKind.EXEMPTION, world.alice)
    web.sign_in(world.carol)
    form = _decide(web, allocation)
    allocation.requests[0].decided_by_id, allocation.requests[0].decided_at = (
        world.hester.id,
        now(),
    )
    allocation.requests[0].granted, allocation.requests[0].decision = False, "No."
    db.session.commit()
    stale = web.send(
        form, "Save my decision", status=409, granted="yes", decision="The child moved away."
    )
    assert "Somebody else acted on this audit" in stale.errors[0]
    assert "The child moved away." in stale.text
    assert fresh(allocation).state is AllocationState.GIVEN


def test_a_decision_about_an_earlier_request_does_not_fall_on_a_later_one(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    first = asked_for(allocation, RequestKind.EXTENSION, world.alice, LATER)
    web.sign_in(world.carol)
    form = _decide(web, allocation)
    first.decided_by_id, first.decided_at, first.granted = world.hester.id, now(), False
    asked_for(allocation, RequestKind.EXEMPTION, world.alice)
    web.send(form, "Save my decision", status=409, granted="yes", decision="Three weeks are fair.")
    assert fresh(allocation).state is AllocationState.GIVEN
    assert allocation.asked.kind is RequestKind.EXEMPTION


@pytest.mark.parametrize("kind", [RequestKind.EXTENSION, RequestKind.EXEMPTION])
def test_nobody_decides_what_they_asked_or_what_is_theirs_to_do(
    web: PageClient, world: World, kind: RequestKind
) -> None:
    world.alice.grants.append(RoleGrant(role=Role.HEAD_OF_SERVICE))
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, kind, world.alice, LATER)
    web.sign_in(world.alice)
    assert "Yours: somebody else decides" in web.get("/programme/requests").text
    refused = _decide(web, allocation, 403)
    assert "You cannot do this because you are the auditor" in refused.text
    token = web.get("/").csrf
    sent = {
        "csrf_token": token,
        "granted": "yes",
        "decision": "I need it.",
        "seen": str(allocation.requests[0].id),
    }
    answer = web.request("POST", f"/programme/allocations/{allocation.reference}/decide", sent)
    assert answer.status_code == 403
    assert fresh(allocation).asked is not None


def test_a_lead_who_asked_about_a_waiting_audit_does_not_decide_it(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), None, world.south)
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/request")
    web.send(form, "Ask", kind="exemption", reason="Everybody knows the family.")
    refused = _decide(web, allocation, 403)
    assert "you are the person who asked" in refused.text
    web.sign_out()
    web.sign_in(world.cora)
    web.send(_decide(web, allocation), "Save my decision", granted="yes", decision="So be it.")
    assert fresh(allocation).state is AllocationState.EXEMPT


def test_a_head_decides_for_the_services_they_head(web: PageClient, world: World) -> None:
    world.hester.grants[0].service_id = world.fostering.service_id
    cycle = cycle_of(world)
    outside = allocate(cycle, world.alice, world.south)
    within = allocate(cycle, world.alice, world.fostering, "4455668")
    for each in (outside, within):
        asked_for(each, RequestKind.EXEMPTION, world.alice)
    web.sign_in(world.hester)
    listed = web.get("/programme/requests")
    assert within.reference in listed.links()
    assert outside.reference not in listed.text
    _decide(web, outside, 404)
    assert _decide(web, within).h1 == "Decide what was asked"


#: Who may do what by the pages of an allocation, in each state, besides its auditor.
STATES: dict[AllocationState, dict[str, set[str]]] = {
    AllocationState.WAITING: {"carol": {"request", "give"}, "hester": set()},
    AllocationState.GIVEN: {"alice": {"ask", "stake"}, "carol": {"give"}, "hester": set()},
    AllocationState.STARTED: {"alice": {"ask"}, "carol": set(), "hester": set()},
    AllocationState.DONE: {"alice": set(), "carol": set(), "hester": set()},
    AllocationState.EXEMPT: {"alice": set(), "carol": set(), "hester": set()},
    AllocationState.SUBSTITUTED: {"alice": set(), "carol": set(), "hester": set()},
}


def in_state(world: World, state: AllocationState) -> Allocation:
    auditor = None if state is AllocationState.WAITING else world.alice
    cycle, case = cycle_of(world, state.value), f"55{state.value[:6]}"
    allocation = allocate(cycle, auditor, world.south, case)
    if state in (AllocationState.STARTED, AllocationState.DONE):
        recorded = AuditState.DRAFT if state is AllocationState.STARTED else AuditState.SUBMITTED
        allocation.audit = world.recorded_audit(case=case, state=recorded)
    if state in (AllocationState.EXEMPT, AllocationState.SUBSTITUTED):
        allocation.put_aside, allocation.put_aside_at = state, now()
    db.session.commit()
    assert allocation.state is state
    return allocation


@pytest.mark.sqlite_only
@pytest.mark.parametrize("state", list(AllocationState))
def test_in_every_state_everybody_is_offered_and_let_do_the_same(
    web: PageClient, world: World, state: AllocationState
) -> None:
    another_auditor("zoe", world.fostering)
    allocation = in_state(world, state)
    path = f"/programme/allocations/{allocation.reference}"
    for name in ("alice", "carol", "hester", "bob", "mallory", "priya", "dan", "adam"):
        user = getattr(world, name)
        web.sign_out()
        web.sign_in(user)
        expected = STATES[state].get(name)
        status = web.request("GET", path).status_code
        if expected is None:
            assert status in (403, 404), name
            expected = set()
        else:
            links = web.get(path).links().values()
            offered = {each.rsplit("/", 1)[1] for each in links if each.startswith(path + "/")}
            assert offered == expected, name
        for way in ("ask", "request", "stake", "give", "decide"):
            opened = web.request("GET", f"{path}/{way}").status_code == 200
            assert opened is (way in expected), f"{name} may {way} what is {state.value}"


def test_a_button_never_lies_about_starting(web: PageClient, world: World) -> None:
    for state in AllocationState:
        allocation = in_state(world, state)
        web.sign_out()
        web.sign_in(world.alice)
        answer = web.request("GET", f"/programme/allocations/{allocation.reference}")
        shown = "Start the audit" in answer.get_data(as_text=True)
        assert shown is allocation.lets(world.alice, Verb.START), state


def test_a_lead_gives_it_to_somebody_else_and_says_why(web: PageClient, world: World) -> None:
    zoe = another_auditor("zoe", world.fostering)
    allocation = allocate(cycle_of(world), world.alice, world.south)
    asked_for(allocation, RequestKind.EXEMPTION, world.alice)
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/give")
    assert "Mallory: it is a case of their own team" in form.text
    page = web.send(
        form, "Give it to this person", auditor=str(zoe.id), reason="Alice is off sick."
    )
    assert "was given to Zoe" in page.text
    assert fresh(allocation).auditor == zoe
    kinds = {each.kind: each for each in allocation.requests}
    assert kinds[RequestKind.REALLOCATION].reason == "Alice is off sick."
    assert kinds[RequestKind.EXEMPTION].granted is False
    web.sign_out()
    web.sign_in(zoe)
    theirs = web.get(f"/programme/allocations/{allocation.reference}")
    assert "Alice is off sick." not in theirs.text
    assert REASON not in theirs.text


def test_it_is_given_to_nobody_with_a_stake_and_never_without_a_reason(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), None, world.south)
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/give")
    offered = [each["value"] for each in form.html.select("select option")]
    assert offered == ["", str(world.alice.id)]
    nothing = web.send(form, "Give it to this person", status=400)
    assert nothing.errors == ["Select who audits it", "Say why it is given to this person"]
    staked = web.send(
        form, "Give it to this person", status=400, auditor=str(world.mallory.id), reason="Why not"
    )
    assert staked.errors == ["Choose the auditor from the list"]
    assert fresh(allocation).auditor is None


def test_who_heads_the_service_is_not_given_its_cases(web: PageClient, world: World) -> None:
    hal = another_auditor("hal", world.fostering)
    of_south = RoleGrant(role=Role.HEAD_OF_SERVICE, service_id=world.south.service_id)
    hal.grants.append(of_south)
    allocation = allocate(cycle_of(world), None, world.south)
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/give")
    assert str(hal.id) not in [each["value"] for each in form.html.select("select option")]
    assert "Hal: they head the service" in form.text


def test_a_lead_who_moderates_is_not_told_why_somebody_has_a_stake(
    web: PageClient, world: World
) -> None:
    """That an audit was escalated tells how it was judged."""
    world.carol.grants.append(RoleGrant(role=Role.MODERATOR))
    allocation = allocate(cycle_of(world), None, world.south)
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/give")
    told = form.html.select_one("main details")
    assert told is not None
    assert [each.text for each in told.select("li")] == ["Mallory has a stake in the case"]
    assert "and why" not in told.text


def test_it_is_not_taken_from_who_was_given_it_since(web: PageClient, world: World) -> None:
    zoe, yan = (another_auditor(name, world.fostering) for name in ("zoe", "yan"))
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/give")
    allocation.auditor = zoe
    db.session.commit()
    stale = web.send(
        form, "Give it to this person", status=409, auditor=str(yan.id), reason="Alice is away."
    )
    assert "Somebody else acted on this audit" in stale.errors[0]
    assert stale.fields()["reason"] == "Alice is away."
    assert fresh(allocation).auditor == zoe


def test_what_is_begun_is_taken_from_nobody_until_the_draft_is_discarded(
    web: PageClient, world: World
) -> None:
    zoe = another_auditor("zoe", world.fostering)
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/give")
    audit = _draft_of(world, allocation)
    sent: dict[str, Any] = {"auditor": str(zoe.id), "reason": "Alice is away for long."}
    refused = web.send(form, "Give it to this person", status=403, **sent)
    assert "Alice has begun this audit, so nobody else can be given it." in refused.text
    assert "Alice is away for long." in refused.text
    again = web.get(f"/programme/allocations/{allocation.reference}/give", 403)
    assert "They can discard their draft" in again.text
    audits.discard(world.alice, audit)
    web.send(form, "Give it to this person", **sent)
    assert fresh(allocation).auditor == zoe


def test_a_long_list_of_what_waits_is_shown_a_hundred_at_a_time(
    web: PageClient, world: World
) -> None:
    cycle = cycle_of(world)
    for number in range(102):
        allocate(cycle, None, world.south, f"{5_000_000 + number}")
    web.sign_in(world.carol)
    first, second = (web.get(f"/programme/waiting?page={number}") for number in (1, 2))
    assert [len(page.tables[0]) - 1 for page in (first, second)] == [100, 2]
    assert "101 to 102 of 102 audits" in second.text


def test_leads_find_what_waits_for_an_auditor(web: PageClient, world: World) -> None:
    cycle = cycle_of(world)
    waiting = allocate(cycle, None, world.south)
    allocate(cycle, world.alice, world.south, "4455668")
    web.sign_in(world.carol)
    page = web.get("/programme/waiting")
    assert [row[0] for row in page.tables[0][1:]] == [waiting.reference]
    waiting.auditor = world.alice
    db.session.commit()
    assert (
        "Every allocated audit has an auditor who can do it." in web.get("/programme/waiting").text
    )
