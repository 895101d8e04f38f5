"""Whoever had an audit left, or records audits no more: it waits, is seen, and goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from audit_app.audits.starting import start_given
from audit_app.extensions import db
from audit_app.models import Audit, User
from audit_app.programme import allocation_changes as changes
from audit_app.programme import allocations, queries
from audit_app.programme.waiting import programme_waiting_for
from audit_app.rules.allocation_steps import AllocationState, RequestKind
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.workflow import Verb
from tests.browser_page import PageClient
from tests.people import World
from tests.programme.given import allocate, another_auditor, cycle_of, fresh


def _switched_off(user: User) -> None:
    user.active = False


def _without_role(user: User) -> None:
    user.grants.clear()


def _without_password(user: User) -> None:
    user.password_hash = None


@pytest.mark.parametrize("leave", [_switched_off, _without_role, _without_password])
def test_what_they_had_waits_for_an_auditor_everywhere(
    web: PageClient, world: World, leave: Callable[[User], None]
) -> None:
    cycle = cycle_of(world)
    allocation = allocate(cycle, world.alice, world.south)
    web.sign_in(world.carol)
    assert allocations.count_without_auditor() == queries.given_of(cycle).waiting == 0
    leave(world.alice)
    db.session.commit()
    assert fresh(allocation).state is AllocationState.WAITING
    assert allocations.count_without_auditor() == queries.given_of(cycle).waiting == 1
    assert programme_waiting_for(world.carol).without_auditor == 1
    (line,) = allocations.without_auditor()
    assert (line.reference, line.state) == (allocation.reference, AllocationState.WAITING)
    page = web.get("/programme/waiting")
    assert page.tables[0][1][0] == f"{allocation.reference} Alice had it"
    page = web.get(f"/programme/allocations/{allocation.reference}")
    assert "Alice was given this audit and cannot record audits any more" in page.text


def test_what_is_done_waits_for_nobody_when_its_auditor_leaves(world: World) -> None:
    cycle = cycle_of(world)
    allocation = allocate(cycle, world.alice, world.south)
    allocation.audit = world.recorded_audit(case=allocation.case_reference)
    world.alice.active = False
    db.session.commit()
    assert fresh(allocation).state is AllocationState.DONE
    assert allocations.count_without_auditor() == queries.given_of(cycle).waiting == 0


def test_what_they_had_begun_is_given_on_and_their_draft_stays(
    web: PageClient, world: World
) -> None:
    zoe = another_auditor("zoe", world.fostering)
    allocation = allocate(cycle_of(world), world.alice, world.south)
    draft = start_given(world.alice, world.thread_set, allocation)
    _switched_off(world.alice)
    db.session.commit()
    web.sign_in(world.carol)
    give = web.get(f"/programme/allocations/{allocation.reference}/give")
    web.send(give, "Give it to this person", auditor=str(zoe.id), reason="Alice left.")
    assert (fresh(allocation).auditor, allocation.state) == (zoe, AllocationState.GIVEN)
    assert allocation.audit is None
    assert draft.state is AuditState.DRAFT
    web.sign_out()
    web.sign_in(zoe)
    page = web.get(f"/programme/allocations/{allocation.reference}")
    web.send(page, "Start the audit")
    assert fresh(allocation).state is AllocationState.STARTED
    assert len(db.session.scalars(select(Audit)).all()) == 2


def test_or_a_lead_asks_another_senior(world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    start_given(world.alice, world.thread_set, allocation)
    assert not allocation.lets(world.carol, Verb.ASK)
    _without_role(world.alice)
    db.session.commit()
    assert fresh(allocation).lets(world.carol, Verb.ASK)
    changes.ask(world.carol, allocation, RequestKind.EXEMPTION, "Alice left.", None)
    db.session.commit()
    assert not allocation.lets(world.carol, Verb.EXEMPT)
    changes.decide(world.hester, allocation, allocation.asked.id, True, "Yes.")
    db.session.commit()
    assert fresh(allocation).state is AllocationState.EXEMPT


def test_no_time_is_granted_that_has_passed(web: PageClient, world: World) -> None:
    due = date.today() - timedelta(days=30)
    allocation = allocate(cycle_of(world), world.alice, world.south, due_on=due)
    until = date.today() - timedelta(days=1)
    changes.ask(world.alice, allocation, RequestKind.EXTENSION, "More time.", until)
    db.session.commit()
    web.sign_in(world.carol)
    form = web.get(f"/programme/allocations/{allocation.reference}/decide")
    answers = {"granted": "yes", "decision": "It is fair."}
    page = web.send(form, "Save my decision", status=409, **answers)
    assert page.errors == [
        "The day asked for has passed, so it cannot be granted: decline it, and say so"
    ]
    assert page.fields()["decision"] == "It is fair."
    assert fresh(allocation).due_on == due
    assert allocation.asked is not None
