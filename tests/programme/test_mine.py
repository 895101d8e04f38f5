"""What an auditor finds of the programme: theirs alone, to start, to ask about, to hand back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from icalendar import Calendar
from sqlalchemy import select

from audit_app.audits import changes as audits
from audit_app.extensions import db
from audit_app.models import Allocation, Audit, DeclaredStake, HistoryEvent
from audit_app.models.base import now
from audit_app.rules.allocation_steps import AllocationState, ChosenBecause, RequestKind
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Selection
from audit_app.web.moments import in_london
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.given import allocate, another_auditor, cycle_of, fresh

REASON = "Forty families moved to us this week, and two of us are away."


def _page(web: PageClient, allocation: Allocation) -> Page:
    return web.get(f"/programme/allocations/{allocation.reference}")


def _start(web: PageClient, allocation: Allocation) -> Page:
    return web.send(_page(web, allocation), "Start the audit")


def test_an_auditor_finds_their_audits_and_nobody_elses(web: PageClient, world: World) -> None:
    cycle = cycle_of(world)
    late = allocate(cycle, world.alice, world.south, due_on=date.today() - timedelta(days=3))
    soon = allocate(cycle, world.alice, world.south, "4455668")
    other = allocate(cycle, world.mallory, world.north, "4455669")
    web.sign_in(world.alice)
    page = web.get("/programme/mine")
    rows = page.tables[0][1:]
    assert [row[0] for row in rows] == [late.reference, soon.reference]
    assert "3 days overdue" in rows[0][1]
    assert "in 7 days" in rows[1][1]
    assert other.reference not in page.text


def test_an_auditor_with_nothing_to_do_is_told_so(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    page = web.get("/programme/mine")
    assert "You have no audits to do from the programme." in page.text
    assert page.tables == []


def test_starting_begins_the_audit_of_that_very_case_once(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    page = _page(web, allocation)
    first, again = web.send(page, "Start the audit"), web.send(page, "Start the audit")
    assert first.path == again.path
    audit = db.session.scalars(select(Audit)).one()
    assert (audit.case_reference, audit.selection) == ("4455667", Selection.RANDOM)
    assert audit.due_on == allocation.due_on
    assert fresh(allocation).audit is audit
    assert allocation.state is AllocationState.STARTED


def test_starting_in_two_windows_goes_on_with_the_same_draft(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    windows = [_page(web, allocation), _page(web, allocation)]
    drafts = [web.send(each, "Start the audit").path for each in windows]
    assert drafts[0] == drafts[1]
    assert len(db.session.scalars(select(Audit)).all()) == 1


def test_a_discarded_draft_leaves_it_to_be_started_again(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    tasks = _start(web, allocation)
    web.send(web.get(tasks.links()["Discard this draft"]), "Discard the draft")
    assert fresh(allocation).state is AllocationState.GIVEN
    again = _start(web, allocation)
    assert again.path != tasks.path
    states = [each.state for each in db.session.scalars(select(Audit).order_by(Audit.id))]
    assert states == [AuditState.DISCARDED, AuditState.DRAFT]
    assert fresh(allocation).state is AllocationState.STARTED


def test_a_recorded_audit_makes_it_done(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    allocation.audit = world.recorded_audit(case="4455667")
    db.session.commit()
    assert allocation.state is AllocationState.DONE
    web.sign_in(world.alice)
    listed = web.get("/programme/mine")
    assert listed.tables == []
    assert allocation.reference in listed.links()
    page = _page(web, allocation)
    assert page.links()[allocation.audit.reference] == f"/audits/{allocation.audit.reference}"
    assert not page.html.find("main").find_all("form")


def test_what_was_asked_about_an_audit_done_since_needs_no_decision(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    web.send(_ask(web, allocation), "Ask", kind="exemption", reason=REASON)
    fresh(allocation).audit = world.recorded_audit(case="4455667")
    db.session.commit()
    assert "Not decided: the audit was done." in _page(web, allocation).text
    web.sign_out()
    web.sign_in(world.carol)
    assert "No requests wait for a decision." in web.get("/programme/requests").text
    refused = web.get(f"/programme/allocations/{allocation.reference}/decide")
    assert "Nothing waits for a decision" in refused.text


def _ask(web: PageClient, allocation: Allocation) -> Page:
    return web.get(f"/programme/allocations/{allocation.reference}/ask")


def _in(days: int) -> dict[str, Any]:
    day = date.today() + timedelta(days=days)
    return {
        "until__day": str(day.day), "until__month": str(day.month), "until__year": str(day.year)
    }  # fmt: skip


def test_asking_for_more_time_waits_for_a_decision(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    page = web.send(_ask(web, allocation), "Ask", kind="extension", reason=REASON, **_in(14))
    assert "Waits for a decision by a named senior." in page.text
    assert REASON in page.text
    (asked,) = fresh(allocation).requests
    assert (asked.kind, asked.until) == (RequestKind.EXTENSION, date.today() + timedelta(days=14))
    assert allocation.due_on == date.today() + timedelta(days=7)
    assert "it waits for a decision" in web.get("/programme/mine").text


def test_asking_says_what_is_missing_and_loses_nothing(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    nothing = web.send(_ask(web, allocation), "Ask", status=400)
    assert nothing.errors == ["Select what you ask for", "Say why you ask"]
    no_day = web.send(nothing, "Ask", status=400, kind="extension", reason=REASON)
    assert no_day.errors == ["Enter the date until when you need more time"]
    assert no_day.fields()["reason"] == REASON
    for days, words in ((7, "must be after"), (400, "or earlier")):
        wrong = web.send(no_day, "Ask", status=400, **_in(days))
        assert words in wrong.errors[0]
    assert not fresh(allocation).requests


def test_nothing_is_asked_twice(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    windows = [_ask(web, allocation), _ask(web, allocation)]
    asked = web.send(windows[0], "Ask", kind="exemption", reason=REASON)
    assert web.send(windows[0], "Ask", kind="exemption", reason=REASON).path == asked.path
    stale = web.send(
        windows[1], "Ask", status=409, kind="extension", reason="Another reason.", **_in(9)
    )
    assert "Somebody else acted on this audit" in stale.errors[0]
    assert stale.fields()["reason"] == "Another reason."
    assert len(fresh(allocation).requests) == 1
    assert "asked about this audit already" in _ask(web, allocation).text


def test_another_case_is_not_to_be_had_once_it_is_begun_or_for_a_re_audit(
    web: PageClient, world: World
) -> None:
    cycle = cycle_of(world)
    allocation = allocate(cycle, world.alice, world.south)
    earlier = world.recorded_audit(case="9988776", auditor=world.mallory)
    again = allocate(
        None, world.alice, world.south, "9988776",
        chosen_because=ChosenBecause.RE_AUDIT, re_audit_of_id=earlier.id,
    )  # fmt: skip
    web.sign_in(world.alice)
    _start(web, allocation)
    for each in (allocation, again):
        offered = _ask(web, each).html.select("input[name=kind]")
        assert [box["value"] for box in offered] == ["extension", "exemption"]


def test_declaring_a_stake_takes_the_audit_away_at_once_and_for_good(
    web: PageClient, world: World
) -> None:
    cycle = cycle_of(world)
    zoe = another_auditor("zoe", world.fostering)
    allocation = allocate(cycle, world.alice, world.south)
    web.sign_in(world.alice)
    form = web.get(f"/programme/allocations/{allocation.reference}/stake")
    page = web.send(form, "Declare my stake", reason="I worked with the family in 2019.")
    assert page.path == "/programme/mine"
    assert "It was given to somebody else" in page.text
    assert fresh(allocation).auditor == zoe
    stake = db.session.scalars(select(DeclaredStake)).one()
    assert (stake.user_id, stake.case_reference) == (world.alice.id, "4455667")
    web.get(f"/programme/allocations/{allocation.reference}", 404)
    # Sent again, it does not take it from who has it now.
    again = web.send(form, "Declare my stake", reason="I worked with the family in 2019.")
    assert again.path == "/programme/mine"
    assert fresh(allocation).auditor == zoe


def test_a_stake_of_the_only_auditor_leaves_it_waiting(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.fostering)
    world.mallory.active = False
    db.session.commit()
    web.sign_in(world.alice)
    form = web.get(f"/programme/allocations/{allocation.reference}/stake")
    page = web.send(form, "Declare my stake", reason="They are my neighbours.")
    assert "A practice lead finds somebody else for it" in page.text
    assert fresh(allocation).state is AllocationState.WAITING
    assert allocation.allocated_at is None


def test_a_stake_withdraws_what_was_asked(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.fostering)
    web.sign_in(world.alice)
    web.send(_ask(web, allocation), "Ask", kind="exemption", reason=REASON)
    form = web.get(f"/programme/allocations/{allocation.reference}/stake")
    web.send(form, "Declare my stake", reason="They are my neighbours.")
    (asked,) = fresh(allocation).requests
    assert (asked.granted, asked.decided_by_id) == (False, world.alice.id)
    web.sign_out()
    web.sign_in(world.mallory)
    page = _page(web, allocation)
    assert "Withdrawn" in page.text
    assert REASON not in page.text, "why somebody asked is not for whoever audits it next"


def test_no_stake_is_declared_in_an_audit_that_is_begun(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    form = web.get(f"/programme/allocations/{allocation.reference}/stake")
    _start(web, allocation)
    refused = web.send(form, "Declare my stake", status=403, reason="They are my neighbours.")
    assert "This cannot be done now: its status is “Started”." in refused.text
    assert "They are my neighbours." in refused.text
    assert fresh(allocation).auditor == world.alice


def test_who_has_come_to_have_a_stake_cannot_start(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    page = _page(web, allocation)
    world.alice.grants[0].team = world.south
    db.session.commit()
    refused = web.send(page, "Start the audit")
    assert "not started, because you have a stake" in refused.text
    assert "Start the audit" not in [b.text.strip() for b in refused.html.find_all("button")]
    assert db.session.scalars(select(Audit)).all() == []


def test_a_stranger_finds_nothing(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    for name, status in (("mallory", 404), ("priya", 403), ("bob", 403), ("dan", 403)):
        web.sign_out()
        web.sign_in(getattr(world, name))
        web.get(f"/programme/allocations/{allocation.reference}", status)
        token = web.get("/").csrf
        sent = {"csrf_token": token, "reason": REASON, "kind": "exemption"}
        for way in ("start", "stake", "ask"):
            answer = web.request(
                "POST", f"/programme/allocations/{allocation.reference}/{way}", sent
            )
            assert answer.status_code in (403, 404), f"{name}: {way}"
    assert fresh(allocation).state is AllocationState.GIVEN


def test_the_calendar_holds_due_days_references_and_links_only(
    web: PageClient, world: World
) -> None:
    cycle = cycle_of(world)
    allocation = allocate(cycle, world.alice, world.south)
    allocate(cycle, world.mallory, world.north, "4455669")
    web.sign_in(world.alice)
    response = web.request("GET", "/programme/mine.ics")
    assert response.mimetype == "text/calendar"
    assert "attachment" in response.headers["Content-Disposition"]
    calendar = Calendar.from_ical(response.get_data())
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == allocation.due_on
    assert str(event["uid"]).startswith(allocation.reference)
    link = f"http://localhost/programme/allocations/{allocation.reference}"
    assert str(event["url"]) == link
    text = response.get_data(as_text=True)
    for kept_in in ("4455667", "4455669", "LSW", "E2001", "November"):
        assert kept_in not in text
    # A day moved is the same day of the calendar, moved.
    fresh(allocation).due_on += timedelta(days=7)
    db.session.commit()
    later = Calendar.from_ical(web.request("GET", "/programme/mine.ics").get_data())
    (moved,) = later.walk("VEVENT")
    assert (moved["uid"], moved.decoded("dtstart")) == (event["uid"], allocation.due_on)


def test_a_calendar_without_audits_can_be_read(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    calendar = Calendar.from_ical(web.request("GET", "/programme/mine.ics").get_data())
    assert calendar.walk("VEVENT") == []


def test_the_history_says_what_was_done_and_never_why(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    web.send(_ask(web, allocation), "Ask", kind="exemption", reason=REASON)
    _start(web, allocation)
    audit = fresh(allocation).audit
    audits.discard(world.alice, audit)
    verbs = db.session.scalars(
        select(HistoryEvent.verb)
        .where(HistoryEvent.record_type == "allocation")
        .order_by(HistoryEvent.id)
    ).all()
    assert verbs == ["asked for: exemption", "started"]


def test_the_list_leads_straight_to_a_draft_that_was_started(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web.sign_in(world.alice)
    assert "Go on" not in web.get("/programme/mine").text
    draft = _start(web, allocation)
    listed = web.get("/programme/mine")
    assert "Started" in listed.tables[0][1][2]
    assert listed.links()[f"Go on with {allocation.reference}"] == draft.path


def test_an_audit_that_was_late_when_it_was_given_says_so_until_there_is_more_time(
    web: PageClient, world: World
) -> None:
    today = in_london(now()).date()
    late = allocate(cycle_of(world), world.alice, world.south, due_on=today - timedelta(days=3))
    told = f"Given to you on {today.day} {today:%B %Y}, when it was already late."
    asks = f"/programme/allocations/{late.reference}/ask"
    web.sign_in(world.alice)
    listed, page = web.get("/programme/mine"), _page(web, late)
    assert told in listed.text
    assert told in page.text
    assert listed.links()[f"Ask for more time for {late.reference}"] == asks
    assert page.links()["Ask for more time"] == asks
    fresh(late).due_on = today
    db.session.commit()
    assert told not in web.get("/programme/mine").text
    assert told not in _page(web, late).text


def test_an_audit_that_became_late_with_its_auditor_was_not_given_late(
    web: PageClient, world: World
) -> None:
    late = allocate(cycle_of(world), world.alice, world.south, due_on=date.today())
    late.allocated_at = now() - timedelta(days=5)
    late.due_on -= timedelta(days=1)
    db.session.commit()
    web.sign_in(world.alice)
    assert "1 day overdue" in _page(web, late).text
    assert "already late" not in _page(web, late).text
