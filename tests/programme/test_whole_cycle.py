"""A whole cycle by its pages: 3,000 open cases uploaded, drawn, given out, changed and done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Allocation, Audit, OpenCase, ProgrammeCycle, User
from audit_app.rules.allocation_steps import AllocationState
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.case_files import choose, list_file, open_case, south_case
from tests.programme.given import another_auditor, fresh
from tests.recording import CASE, FAMILY, OVERALL, THREADS, thread_answers

LATER = date.today() + timedelta(days=60)


def _three_thousand() -> Iterator[dict[str, Any]]:
    """Half in the North and a third in the South, the others in Fostering."""
    fostering = {"service": "Fostering", "locality": "Citywide", "team": "F Citywide 1"}
    for number in range(3000):
        reference = f"{5_000_000 + number}"
        if number < 1500:
            yield open_case(reference, worker=f"N{number % 9}")
        elif number < 2500:
            yield south_case(reference, worker=f"S{number % 7}")
        else:
            yield open_case(reference, worker="", **fostering)


def _set_up(web: PageClient) -> str:
    """A cycle of next month set up by its pages, with its list and targets; its reference."""
    page = web.get("/programme/cycles/new")
    page = web.post(page.path, page.fields() | {"audit_type": "full", "audits_each": "3"})
    cycle = db.session.scalars(select(ProgrammeCycle)).one()
    shown = choose(web, cycle.reference, list_file(*_three_thousand()))
    assert "3,000" in shown.text
    web.send(shown, "Take this list of 3,000 open cases")
    return cycle.reference


def _draw(web: PageClient, world: World, reference: str) -> Page:
    targets = web.get(f"/programme/cycles/{reference}/targets")
    asked: dict[str, Any] = {
        f"service_{world.north.service_id}": "8",
        f"team_{world.south.id}": "3",
        f"service_{world.fostering.service_id}": "1",
    }
    web.send(targets, "Save the targets", **asked)
    web.send(web.get(f"/programme/cycles/{reference}/draw"))
    return web.get(f"/programme/cycles/{reference}/replay")


def _ask(web: PageClient, allocation: str, kind: str, **more: str) -> None:
    page = web.get(f"/programme/allocations/{allocation}/ask")
    web.post(page.path, page.fields() | {"kind": kind, "reason": "The case has closed."} | more)


def _grant(web: PageClient, allocation: str) -> None:
    page = web.get(f"/programme/allocations/{allocation}/decide")
    web.send(page, "Save my decision", granted="yes", decision="That is so.")


def _record(web: PageClient, allocation: str) -> str:
    """Start the audit that was given and fill it in to the end; the audit's reference."""
    tasks = web.send(web.get(f"/programme/allocations/{allocation}"), "Start the audit")
    reference = db.session.scalars(
        select(Audit.reference)
        .join(Allocation, Allocation.audit_id == Audit.id)
        .where(Allocation.reference == allocation)
    ).one()
    page = web.get(tasks.links()["Case and people"])
    given = {"case_reference", "audit_type", "selection", "worker_staff_id"}
    typed = {name: value for name, value in CASE.items() if name not in given}
    today = date.today()
    typed |= {
        "audit_date-day": str(today.day),
        "audit_date-month": str(today.month),
        "audit_date-year": str(today.year),
    }
    another = {"case_reference": "9999999", "selection": "self_selected"}
    refused = web.post(page.path, page.fields() | typed | another, status=400)
    assert refused.errors, "which case it is, and how it was chosen, is not the auditor's to say"
    decided = {name: page.fields()[name] for name in another}
    page = web.get(page.path)
    page = web.post(page.path, page.fields() | typed | decided)
    for _ in THREADS:
        page = web.send(page, "Save and continue", **thread_answers("good"))
    page = web.send(page, "Save and continue", **OVERALL)
    page = web.send(page, "Save and continue", **FAMILY)
    prompts: dict[str, Any] = {
        name: "An answer." for name in page.fields() if name not in ("csrf_token", "version")
    }
    page = web.send(page, "Save and continue", **prompts)
    page = web.send(page, "No actions are needed")
    web.send(page, "Submit the audit")
    return reference


def _to_do(person: User) -> list[Allocation]:
    db.session.expire_all()
    rows = db.session.scalars(
        select(Allocation).where(Allocation.auditor_id == person.id).order_by(Allocation.id)
    )
    return [each for each in rows if each.state is AllocationState.GIVEN]


def test_a_cycle_from_three_thousand_open_cases_to_its_last_audit(
    web: PageClient, world: World, app: Flask
) -> None:
    fay = another_auditor("fay", world.fostering)
    web.sign_in(world.carol)
    reference = _set_up(web)
    replayed = _draw(web, world, reference)
    assert "All 3,000 cases came out the same." in replayed.text
    chosen = db.session.scalars(select(OpenCase).where(OpenCase.chosen)).all()
    by_team = [each.team.name for each in chosen]
    assert [by_team.count(name) for name in ("LSW North 1", "LSW South 1", "F Citywide 1")] == [
        5,
        3,
        1,
    ]
    given = db.session.scalars(select(Allocation)).all()
    assert len(given) == 9
    assert all(each.auditor is not None for each in given)
    for each in given:
        assert not each.auditor.manages(each.team_id)
    assert {_name(each) for each in given} == {"Alice", "Mallory", "Fay"}

    more_time, exempt = (each.reference for each in _to_do(world.mallory)[:2])
    swapped = _to_do(fay)[0]
    was, case_before = swapped.reference, swapped.case_reference
    web.sign_out()
    web.sign_in(world.mallory)
    until = {"until-day": LATER.day, "until-month": LATER.month, "until-year": LATER.year}
    _ask(web, more_time, "extension", **{name: str(part) for name, part in until.items()})
    _ask(web, exempt, "exemption")
    web.sign_out()
    web.sign_in(fay)
    _ask(web, was, "substitution")
    web.sign_out()
    web.sign_in(world.hester)
    for allocation in (more_time, exempt, was):
        _grant(web, allocation)
    instead = db.session.scalars(
        select(Allocation).where(Allocation.in_place_of_id == swapped.id)
    ).one()
    drawn = {each.id: each for each in db.session.scalars(select(OpenCase))}
    old = next(each for each in drawn.values() if each.case_reference == case_before)
    new = drawn[instead.open_case_id or 0]
    assert new.stratum == old.stratum
    assert not new.chosen
    after = max(each.place or 0 for each in chosen if each.stratum == old.stratum)
    assert new.place == after + 1, "the next in the drawn order, not one that was picked"

    web.sign_out()
    web.sign_in(world.alice)
    mine = _to_do(world.alice)
    done = _record(web, mine[0].reference)
    audit = db.session.scalars(select(Audit).where(Audit.reference == done)).one()
    assert audit.case_reference == mine[0].case_reference
    assert audit.selection == "random"
    assert fresh(mine[0]).state is AllocationState.DONE

    web.sign_out()
    web.sign_in(world.dan)
    figures = web.get(f"/programme/completion?cycle={reference}")
    _, *rows = figures.tables[0]
    assert rows[-1][1:4] == ["9", "1", "1 of 8"]
    web.sign_out()
    web.sign_in(world.hester)
    again = web.get(f"/programme/cycles/{reference}/replay")
    assert "All 3,000 cases came out the same." in again.text


def _name(allocation: Allocation) -> str:
    assert allocation.auditor is not None
    return allocation.auditor.name
