"""Several people acting on one allocated audit at the same moment: one of them does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Allocation, AllocationRequest, Audit, User
from audit_app.rules.allocation_steps import AllocationState, RequestKind
from tests.browser_page import BASE, Page, PageClient
from tests.people import World
from tests.programme.given import allocate, another_auditor, cycle_of, fresh

Sender = tuple[PageClient, Page, str, dict[str, Any]]
REASON = "Forty families moved to us this week."


def _at_once(senders: list[Sender]) -> list[int]:
    """Each presses their button in a thread of its own; the statuses of the answers."""
    db.session.rollback()

    def send(sender: Sender) -> int:
        web, page, button, typed = sender
        data = page.fields(button) | typed
        headers = {"Origin": BASE}
        address = page.action(button)
        response = Context().run(
            web.client.post, address, data=data, base_url=BASE, headers=headers
        )
        return int(response.status_code)

    with ThreadPoolExecutor(len(senders)) as pool:
        return list(pool.map(send, senders))


def _on(app: Flask, user: User, path: str) -> tuple[PageClient, Page]:
    web = PageClient(app)
    web.sign_in(user)
    return web, web.get(path)


def _count(table: Any) -> int:
    return db.session.scalar(select(func.count(table.id))) or 0


def test_a_double_click_on_start_begins_one_audit(app: Flask, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    web, page = _on(app, world.alice, f"/programme/allocations/{allocation.reference}")
    assert _at_once([(web, page, "Start the audit", {})] * 3) == [303] * 3
    assert _count(Audit) == 1


def test_starting_in_two_windows_at_once_begins_one_audit(app: Flask, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    path = f"/programme/allocations/{allocation.reference}"
    windows = [_on(app, world.alice, path) for _ in range(2)]
    statuses = _at_once([(web, page, "Start the audit", {}) for web, page in windows])
    assert 303 in statuses
    assert set(statuses) <= {303, 403}
    assert _count(Audit) == 1
    assert fresh(allocation).audit is not None


def test_two_seniors_deciding_at_once_leave_one_decision(app: Flask, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    until = date.today() + timedelta(days=30)
    allocation.requests.append(
        AllocationRequest(
            kind=RequestKind.EXTENSION, asked_by_id=world.alice.id, reason=REASON, until=until
        )
    )
    db.session.commit()
    path = f"/programme/allocations/{allocation.reference}/decide"
    senders: list[Sender] = []
    for user, granted in ((world.carol, "yes"), (world.hester, "no")):
        typed = {"granted": granted, "decision": f"So says {user.name}."}
        senders.append((*_on(app, user, path), "Save my decision", typed))
    assert sorted(_at_once(senders)) == [303, 409]
    (asked,) = fresh(allocation).requests
    assert asked.decision == f"So says {asked.decided_by.name}."
    assert (allocation.due_on == until) is asked.granted


def test_asking_twice_at_once_asks_once(app: Flask, world: World) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    path = f"/programme/allocations/{allocation.reference}/ask"
    senders: list[Sender] = [
        (*_on(app, world.alice, path), "Ask", {"kind": "exemption", "reason": reason})
        for reason in (REASON, "Another reason.")
    ]
    assert sorted(_at_once(senders)) == [303, 409]
    assert _count(AllocationRequest) == 1


def test_it_is_either_started_or_given_away_and_never_both(app: Flask, world: World) -> None:
    zoe = another_auditor("zoe", world.fostering)
    allocation = allocate(cycle_of(world), world.alice, world.south)
    path = f"/programme/allocations/{allocation.reference}"
    lead, give = _on(app, world.carol, f"{path}/give")
    auditor, page = _on(app, world.alice, path)
    typed = {"auditor": str(zoe.id), "reason": "Alice is away."}
    statuses = _at_once(
        [
            (lead, give, "Give it to this person", typed),
            (auditor, page, "Start the audit", {}),
        ]
    )
    started = fresh(allocation).state is AllocationState.STARTED
    assert statuses[0] == (403 if started else 303)
    assert allocation.auditor == (world.alice if started else zoe)
    assert _count(Audit) == (1 if started else 0)


def _re_audit_form(app: Flask, user: User, earlier: Audit) -> Sender:
    day = date.today() + timedelta(days=30)
    typed = {"due_on-day": str(day.day), "due_on-month": str(day.month)}
    typed["due_on-year"] = str(day.year)
    page = _on(app, user, f"/programme/re-audits/{earlier.reference}")
    return (*page, "Ask for the re-audit", typed)


def test_two_leads_asking_for_the_same_re_audit_give_it_out_once(app: Flask, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.mallory, worker="E2001")
    senders = [_re_audit_form(app, user, earlier) for user in (world.carol, world.cora)]
    assert sorted(_at_once(senders)) == [303, 409]
    assert _count(Allocation) == 1


def test_two_audits_of_one_child_are_not_both_done_again_at_once(app: Flask, world: World) -> None:
    first = world.recorded_audit(auditor=world.mallory, case="P123", on=date(2025, 1, 5))
    second = world.recorded_audit(auditor=world.mallory, case="p123", on=date(2025, 5, 5))
    senders = [
        _re_audit_form(app, user, audit)
        for user, audit in ((world.carol, first), (world.cora, second))
    ]
    assert sorted(_at_once(senders)) == [303, 409]
    assert _count(Allocation) == 1


def test_a_re_audit_is_asked_for_or_begun_and_never_both(app: Flask, world: World) -> None:
    earlier = world.recorded_audit(auditor=world.mallory, team=world.north, worker="E2001")
    begin = _on(app, world.alice, f"/audits/{earlier.reference}")
    statuses = _at_once(
        [_re_audit_form(app, world.carol, earlier), (*begin, "Start a re-audit", {})]
    )
    assert statuses in ([303, 403], [409, 303])
    assert _count(Allocation) + _count(Audit) == 2, "the earlier audit, and one of the two"
