"""A practice lead has an audit done again: by somebody with no stake, once at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Allocation, Audit
from audit_app.rules.allocation_steps import AllocationState, ChosenBecause
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Selection
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.given import allocate, another_auditor, cycle_of


def _in(days: int) -> dict[str, Any]:
    day = date.today() + timedelta(days=days)
    return {
        "due_on__day": str(day.day), "due_on__month": str(day.month), "due_on__year": str(day.year)
    }  # fmt: skip


def _ask(web: PageClient, audit: Audit, status: int = 200) -> Page:
    form = web.get(f"/programme/re-audits/{audit.reference}")
    return web.send(form, "Ask for the re-audit", status=status, **_in(30))


def _asked() -> Allocation:
    return db.session.scalars(select(Allocation)).one()


def test_it_goes_to_whoever_has_no_stake_and_the_fewest_to_do(
    web: PageClient, world: World
) -> None:
    zoe = another_auditor("zoe", world.fostering)
    allocate(cycle_of(world), world.alice, world.fostering, "1112223")
    earlier = world.recorded_audit(auditor=world.mallory, team=world.south, worker="E2001")
    web.sign_in(world.carol)
    page = _ask(web, earlier)
    assert "The re-audit was given to Zoe." in page.text
    given = db.session.scalars(
        select(Allocation).where(Allocation.re_audit_of_id == earlier.id)
    ).one()
    assert given.auditor == zoe
    assert (given.chosen_because, given.cycle_id) == (ChosenBecause.RE_AUDIT, None)
    assert (given.due_on, given.first_due_on) == (date.today() + timedelta(days=30),) * 2
    assert page.links()[earlier.reference] == f"/audits/{earlier.reference}"


def test_the_auditor_begins_a_re_audit_of_that_audit(web: PageClient, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.mallory, worker="E2001")
    web.sign_in(world.carol)
    _ask(web, earlier)
    web.sign_out()
    web.sign_in(world.alice)
    page = web.get(f"/programme/allocations/{_asked().reference}")
    assert "An earlier audit, shown beside yours while you record" in page.text
    assert earlier.reference not in page.links()
    web.send(page, "Start the audit")
    audit = _asked().audit
    assert (audit.re_audit_of_id, audit.selection) == (earlier.id, Selection.RE_AUDIT)
    assert (audit.audit_type, audit.overall) == (AuditType.RE_AUDIT, None)


def test_where_everybody_has_a_stake_it_waits(web: PageClient, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.mallory, team=world.north, worker="E2001")
    world.mallory.active = False
    db.session.commit()
    web.sign_in(world.carol)
    assert "The re-audit waits for an auditor." in _ask(web, earlier).text
    assert _asked().state is AllocationState.WAITING


def test_it_never_goes_to_whoever_did_the_earlier_audit(web: PageClient, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.alice, team=world.fostering, worker="E2001")
    world.mallory.active = False
    db.session.commit()
    web.sign_in(world.carol)
    assert "The re-audit waits for an auditor." in _ask(web, earlier).text
    give = web.get(f"/programme/allocations/{_asked().reference}/give")
    assert "Alice: they did the audit that is to be done again" in give.text
    zoe = another_auditor("zoe", world.north)
    form = web.get(f"/programme/allocations/{_asked().reference}/give")
    web.send(form, "Give it to this person", auditor=str(zoe.id), reason="She has room.")
    assert _asked().auditor == zoe


def test_a_case_is_not_given_out_twice_at_once(web: PageClient, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.mallory, worker="E2001")
    web.sign_in(world.carol)
    form = web.get(f"/programme/re-audits/{earlier.reference}")
    asked = web.send(form, "Ask for the re-audit", **_in(30))
    assert web.send(form, "Ask for the re-audit", **_in(30)).path == asked.path
    refused = _ask(web, earlier, 409)
    assert "Somebody is to audit this case already" in refused.errors[0]
    assert len(db.session.scalars(select(Allocation)).all()) == 1


def test_nor_while_somebody_writes_an_audit_of_it(web: PageClient, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.mallory, worker="E2001")
    world.recorded_audit(case=earlier.case_reference, state=AuditState.DRAFT)
    web.sign_in(world.carol)
    assert "Somebody is to audit this case already" in _ask(web, earlier, 409).errors[0]
    assert db.session.scalars(select(Allocation)).all() == []


def test_a_due_date_is_needed_and_lies_ahead(web: PageClient, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.mallory)
    web.sign_in(world.carol)
    form = web.get(f"/programme/re-audits/{earlier.reference}")
    nothing = web.send(form, "Ask for the re-audit", status=400)
    assert nothing.errors == ["Enter the date it is to be done by"]
    past = web.send(form, "Ask for the re-audit", status=400, **_in(0))
    assert past.errors == ["The due date must be in the future"]
    far = web.send(form, "Ask for the re-audit", status=400, **_in(800))
    assert far.errors == ["The due date must be within a year"]


def test_only_practice_leads_ask_for_one_and_never_of_a_draft(
    web: PageClient, world: World
) -> None:
    earlier = world.recorded_audit(auditor=world.mallory)
    draft = world.recorded_audit(case="1112223", state=AuditState.DRAFT)
    for name in ("alice", "hester", "bob", "dan"):
        web.sign_out()
        web.sign_in(getattr(world, name))
        web.get(f"/programme/re-audits/{earlier.reference}", 403)
    web.sign_out()
    web.sign_in(world.carol)
    web.get(f"/programme/re-audits/{draft.reference}", 404)
