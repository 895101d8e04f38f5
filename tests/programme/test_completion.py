"""Completion as pages and files: the database’s figures are those of a plain loop."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

import openpyxl
import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.extensions import db
from audit_app.models import Allocation, Audit
from audit_app.models.base import now
from audit_app.programme.allocations import state_of
from audit_app.rules.allocation_steps import TO_DO_STATES, AllocationState
from audit_app.rules.audit_steps import AuditState
from tests.browser_page import PageClient
from tests.people import World
from tests.programme.given import allocate, cycle_of

TODAY = date.today()
END_OF_MONTH = TODAY + relativedelta(day=31)
AUDITS = {
    "draft": AuditState.DRAFT,
    "discarded": AuditState.DISCARDED,
    "done": AuditState.SUBMITTED,
    "moderated": AuditState.ACCEPTED,
}


def at_random(world: World, seed: int, number: int = 40) -> list[Allocation]:
    """Allocations in every state, due from half a year ago to the end of this month."""
    dice = random.Random(seed)  # noqa: S311
    cycles = [cycle_of(world, name) for name in ("October", "November")]
    made = []
    for place in range(number):
        first = min(TODAY + timedelta(days=dice.randint(-170, 9)), END_OF_MONTH)
        state = dice.choice(["waiting", "given", "exempt", "substituted", *AUDITS, "done"])
        team = dice.choice([world.north, world.south, world.fostering])
        one = allocate(
            dice.choice([*cycles, None]),
            None if state == "waiting" else world.alice,
            team,
            f"9{place:06}",
            due_on=first,
        )
        one.due_on = first + timedelta(days=dice.choice([0, 0, 14, 120]))
        if state in AUDITS:
            one.audit = world.recorded_audit(
                team=team, case=one.case_reference, state=AUDITS[state]
            )
        if state in ("exempt", "substituted"):
            one.put_aside, one.put_aside_at = AllocationState(state), now()
        made.append(one)
    db.session.commit()
    return made


def plainly(made: list[Allocation]) -> dict[str, str]:
    """The figures of some allocations as the file prints them, one after the other."""
    states = [one.state for one in made]
    late = sorted(
        (TODAY - one.first_due_on).days
        for one in made
        if one.state in TO_DO_STATES and one.due_on < TODAY
    )
    substituted = states.count(AllocationState.SUBSTITUTED)
    allocated, exempt = len(made) - substituted, states.count(AllocationState.EXEMPT)
    done, half = states.count(AllocationState.DONE), len(late) // 2
    median = late[half] if len(late) % 2 else (late[half - 1] + late[half]) / 2 if late else ""
    return {
        "allocated": str(allocated),
        "exempt": str(exempt),
        "to_be_done": str(allocated - exempt),
        "done": str(done),
        "overdue": str(len(late)),
        "longest_days_late": str(late[-1]) if late else "",
        "median_days_late": f"{median:g}" if late else "",
        "waiting_for_an_auditor": str(states.count(AllocationState.WAITING)),
        "substituted": str(substituted),
    }


def _csv(web: PageClient, query: str = "") -> dict[tuple[str, str], dict[str, str]]:
    response = web.request("GET", f"/programme/completion.csv{query}")
    assert response.status_code == 200
    rows = csv.DictReader(io.StringIO(response.get_data(as_text=True)))
    return {(row["by"], row["name"]): row for row in rows}


def _same(row: dict[str, str], made: list[Allocation]) -> None:
    expected = plainly(made)
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_file_holds_what_a_plain_loop_counts(web: PageClient, world: World, seed: int) -> None:
    made = at_random(world, seed)
    web.sign_in(world.dan)
    rows = _csv(web)
    _same(rows["all", "All services"], made)
    for team in (world.north, world.fostering):
        of_service = [one for one in made if one.service_id == team.service_id]
        _same(rows["service", team.service.name], of_service)
    months = {name: row for (by, name), row in rows.items() if by == "month"}
    cycles = [one.cycle.starts_on for one in made if one.cycle is not None]
    began = min([*cycles, *(one.first_due_on for one in made)])
    assert next(iter(months)) == f"{began:%B %Y}", "no empty months before there was a programme"
    for name, row in months.items():
        _same(row, [one for one in made if f"{one.first_due_on:%B %Y}" == name])


def test_a_cycle_is_counted_by_itself(web: PageClient, world: World) -> None:
    made = at_random(world, 4)
    cycle = next(one.cycle for one in made if one.cycle is not None)
    web.sign_in(world.carol)
    rows = _csv(web, f"?cycle={cycle.reference}")
    _same(rows["all", "All services"], [one for one in made if one.cycle is cycle])


def test_the_database_says_the_same_of_each_state_as_the_allocation(
    web: PageClient, world: World
) -> None:
    at_random(world, 5)
    rows = db.session.execute(
        select(Allocation, state_of())
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .options(joinedload(Allocation.audit))
    ).all()
    assert {one.state.value for one, _ in rows} == {state.value for state in AllocationState}
    assert [word for _, word in rows] == [one.state.value for one, _ in rows]


def test_exempting_changes_one_number_and_never_the_other(web: PageClient, world: World) -> None:
    made = [allocate(None, world.alice, world.south, f"8{n:06}", due_on=TODAY) for n in range(12)]
    for one in made[:6]:
        one.audit = world.recorded_audit(case=one.case_reference)
    db.session.commit()
    web.sign_in(world.dan)
    assert "6 of 12 (50%)" in web.get("/programme/completion").text
    for one in made[6:8]:
        one.put_aside, one.put_aside_at = AllocationState.EXEMPT, now()
    db.session.commit()
    page = web.get("/programme/completion")
    total = page.tables[0][-1]
    assert [each[-1][0] for each in page.tables] == ["All services", "All months"]
    assert total[1:5] == ["12", "2", "6 of 10 (60%)", "6 of 12 (50%)"]


def test_where_nothing_was_due_the_page_says_so_and_prints_no_share(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.dan)
    page = web.get("/programme/completion")
    assert "No audits were due in these days." in page.text
    assert page.tables[0][-1][3:5] == ["None were due", "None were due"]
    assert "%" not in page.text
    workbook = web.request("GET", "/programme/completion.xlsx")
    assert workbook.status_code == 200


def test_the_workbook_holds_the_same_figures(web: PageClient, world: World) -> None:
    made = at_random(world, 6)
    web.sign_in(world.dan)
    response = web.request("GET", "/programme/completion.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(response.get_data()))
    for name, all_of_them in (("Services", "All services"), ("Months", "All months")):
        cells = [list(row) for row in book[name].iter_rows(values_only=True)]
        heading = next(row for row in cells if "Allocated" in row)
        total = next(row for row in cells if row[0] == all_of_them)
        found = dict(zip(heading, total, strict=True))
        expected = plainly(made)
        for key in ("allocated", "exempt", "done", "overdue"):
            assert str(found[key.capitalize()]) == expected[key]


def test_what_cannot_be_read_is_named_on_the_page_and_refused_as_a_file(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.dan)
    page = web.get("/programme/completion?from=yesterday&cycle=ZZZZ-ZZZZ", 400)
    assert page.errors[0] == "Choose a cycle from the list"
    assert "“yesterday” is not a date" in page.errors[1]
    for ending in ("csv", "xlsx"):
        response = web.request("GET", f"/programme/completion.{ending}?from=yesterday")
        assert response.status_code == 400
    turned = web.get("/programme/completion?from=2026-05-01&to=2026-04-01", 400)
    assert "The last day must be the same as or after the first day" in turned.text
    endless = web.get("/programme/completion?from=1990-01-01&to=2100-01-01", 400)
    assert "at most 60 months apart" in endless.text


def test_the_dcs_office_gets_figures_and_no_way_to_a_case(web: PageClient, world: World) -> None:
    one = allocate(cycle_of(world), world.alice, world.south, due_on=TODAY)
    web.sign_in(world.dan)
    page = web.get("/programme/completion")
    assert one.case_reference not in page.text
    assert one.reference not in page.text
    assert not [link for link in page.links().values() if "/allocations/" in link]
