"""A child audited lately, or being audited, is audited by nobody else, however it came about."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from audit_app.audits import starting
from audit_app.audits.lately import being_audited, why_not_now
from audit_app.extensions import db
from audit_app.models import Allocation, Audit, DeclaredStake
from audit_app.programme import allocation_changes, giving
from audit_app.programme.allocations import declared_by
from audit_app.rules.allocation_steps import AllocationState, ChosenBecause
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.workflow import NotAllowed
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.given import allocate, another_auditor, cycle_of, fresh

CASE = "P4455667"
TWO_DAYS_AGO = date.today() - timedelta(days=2)


def _audited(world: World, on: date = TWO_DAYS_AGO) -> Audit:
    return world.recorded_audit(case=CASE.lower(), on=on, auditor=world.mallory)


def _page(web: PageClient, allocation: Allocation, then: str = "") -> Page:
    return web.get(f"/programme/allocations/{allocation.reference}{then}")


def test_a_case_audited_since_the_draw_is_given_to_nobody(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), None, world.south, CASE)
    _audited(world)
    with pytest.raises(NotAllowed, match="less than 12 months ago"):
        giving.give(world.carol, allocation, world.alice, "")
    assert giving.give_to_somebody(allocation) is None
    db.session.rollback()
    web.sign_in(world.carol)
    page = _page(web, allocation, "/give")
    assert "This case was audited on" in page.text
    assert "Ask for another case in its place, or an exemption" in page.links()
    assert "Ask for another case or an exemption" in _page(web, allocation).links()


def test_a_stake_declared_in_it_leaves_it_waiting(world: World) -> None:
    another_auditor("zed", world.fostering)
    allocation = allocate(cycle_of(world), world.alice, world.south, CASE)
    _audited(world)
    assert allocation_changes.declare_stake(world.alice, allocation, "A cousin.") is None
    assert allocation.state is AllocationState.WAITING


def test_nor_is_it_started_and_its_auditor_is_told_what_to_do(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south, CASE)
    web.sign_in(world.alice)
    before = _page(web, allocation)
    _audited(world)
    after = web.send(before, "Start the audit")
    assert "This audit was not started. This case was audited on" in after.text
    assert "Ask for another case or an exemption" in after.links()
    with pytest.raises(NotAllowed, match="less than 12 months ago"):
        starting.start_given(world.alice, world.thread_set, allocation)
    assert fresh(allocation).state is AllocationState.GIVEN


def test_a_year_later_it_is_and_a_re_audit_at_any_time(world: World) -> None:
    audit = _audited(world, date.today() - timedelta(days=370))
    allocation = allocate(cycle_of(world), world.alice, world.south, CASE)
    assert why_not_now(allocation, date.today()) is None
    audit.audit_date = TWO_DAYS_AGO
    allocation.chosen_because = ChosenBecause.RE_AUDIT
    db.session.commit()
    assert why_not_now(allocation, date.today()) is None


def test_its_own_draft_is_not_in_its_way_and_another_one_is(world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south, CASE)
    starting.start_given(world.alice, world.thread_set, allocation)
    assert why_not_now(allocation, date.today()) is None
    world.recorded_audit(case=CASE.lower(), state=AuditState.DRAFT, auditor=world.mallory)
    assert why_not_now(allocation, date.today()) == (
        "Another audit of this case is being written or given out already."
    )


def test_a_draft_put_aside_or_of_somebody_who_left_keeps_no_case(world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south, CASE)
    starting.start_given(world.alice, world.thread_set, allocation)
    assert being_audited([CASE.lower()])
    giving.put_aside(allocation, AllocationState.EXEMPT)
    db.session.flush()
    assert not being_audited([CASE.lower()])
    other = world.recorded_audit(case="7", state=AuditState.DRAFT)
    assert being_audited(["7"])
    other.auditor.active = False
    db.session.commit()
    assert not being_audited(["7"])


def _begin(web: PageClient, world: World, status: int = 200) -> Page:
    answers = {"case_reference": CASE.lower(), "team": str(world.south.id), "audit_type": "full"}
    return web.send(web.get("/audits/new"), "Start the audit", status=status, **answers)


def test_a_case_of_the_programme_is_begun_where_it_was_given(web: PageClient, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south, CASE)
    web.sign_in(world.alice)
    page = _begin(web, world, 400)
    assert page.errors == ["The audit programme gave you this case: start it from there"]
    assert page.links()["Start the audit"] == f"/programme/allocations/{allocation.reference}"
    web.sign_out()
    web.sign_in(world.mallory)
    page = _begin(web, world, 400)
    assert "gave this case to a colleague" in page.errors[0]
    assert world.alice.name not in page.text
    assert "Start the audit" not in page.links()
    assert db.session.scalars(select(Audit)).all() == []
    giving.put_aside(allocation, AllocationState.EXEMPT)
    db.session.commit()
    _begin(web, world)
    assert db.session.scalars(select(Audit.auditor_id)).one() == world.mallory.id


def test_nobody_begins_a_re_audit_beside_one_given_out_or_being_written(
    web: PageClient, world: World
) -> None:
    earlier = world.recorded_audit(case=CASE.lower(), auditor=world.mallory, team=world.north)
    web.sign_in(world.alice)
    before = web.get(f"/audits/{earlier.reference}")
    allocation = allocate(cycle_of(world), world.mallory, world.north, CASE)
    refused = web.send(before, "Start a re-audit", status=403)
    assert "no re-audit can be begun beside it" in refused.text
    page = web.get(f"/audits/{earlier.reference}")
    assert "no re-audit can be begun beside it" in page.text
    allocation.auditor = world.alice
    db.session.commit()
    page = web.get(f"/audits/{earlier.reference}")
    way = f"/programme/allocations/{allocation.reference}"
    assert page.links()["go to the audit given to you"] == way
    allocation.put_aside = AllocationState.EXEMPT
    world.recorded_audit(case=CASE, state=AuditState.DRAFT, auditor=world.mallory)
    web.send(before, "Start a re-audit", status=403)


def test_capitals_make_no_other_child(world: World) -> None:
    earlier = world.recorded_audit(case=CASE.lower(), on=date(2025, 1, 5))
    allocation = allocate(cycle_of(world), world.alice, world.south, CASE)
    with pytest.raises(allocation_changes.UnderWay):
        allocation_changes.ask_re_audit(world.carol, earlier, date.today() + timedelta(days=9))
    db.session.add(
        DeclaredStake(user_id=world.mallory.id, case_reference=CASE.lower(), reason="A cousin.")
    )
    db.session.commit()
    assert [each.user for each in declared_by(world.carol, allocation)] == [world.mallory]
