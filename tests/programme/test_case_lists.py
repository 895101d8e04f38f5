"""The list of open cases: checked first, then taken exactly as shown, once, until the draw."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from audit_app.extensions import db
from audit_app.models import (
    CaseList,
    EndedExemption,
    HeldFile,
    HistoryEvent,
    OpenCase,
    ProgrammeCycle,
    User,
)
from audit_app.models.base import now
from audit_app.programme.case_list_changes import ChangedSince, take_list
from audit_app.programme.case_list_checking import check, read_file
from config import Settings
from tests.browser_page import Page, PageClient
from tests.own_service import own_service
from tests.people import World
from tests.programme.case_files import choose, list_file, open_case, south_case
from tests.programme.preparing import mark_drawn, prepared_cycle
from tests.statements import statements

GONE = "The file is no longer held"
NOT_EXCEL = (
    "The selected file is called .xlsx but is not an Excel file. "
    "Save it as an XLSX in Excel, or call it .csv if it is one"
)
TAKE = "Take this list of 2 open cases"


@pytest.fixture
def cycle(web: PageClient, world: World) -> ProgrammeCycle:
    """A cycle that is not drawn, and Carol signed in."""
    web.sign_in(world.carol)
    return prepared_cycle(world.carol)


def listed() -> list[tuple[str, str, str | None]]:
    """Every open case there is: reference, team and worker."""
    db.session.rollback()
    cases = db.session.scalars(select(OpenCase).order_by(OpenCase.case_reference))
    return [(each.case_reference, each.team.name, each.worker_staff_id) for each in cases]


def summary(page: Page) -> dict[str, str]:
    keys, values = page.html.select("dt"), page.html.select("dd")
    return {
        k.get_text(strip=True): v.get_text(strip=True) for k, v in zip(keys, values, strict=True)
    }


def held_files() -> list[HeldFile]:
    return list(db.session.scalars(select(HeldFile)))


def grow_old() -> None:
    db.session.execute(update(HeldFile).values(held_at=now() - timedelta(seconds=3601)))
    db.session.commit()


@pytest.mark.parametrize("workbook", [False, True])
def test_checking_writes_nothing_and_taking_writes_what_was_shown(
    web: PageClient, world: World, cycle: ProgrammeCycle, workbook: bool
) -> None:
    name = "cases.xlsx" if workbook else "cases.csv"
    file = list_file(open_case(), south_case(worker=""), workbook=workbook)
    shown = choose(web, cycle.reference, file, name)
    assert summary(shown) == {
        "File": name,
        "Rows": "2",
        "Rows with a problem": "0",
        "Without a worker": "1",
    }
    assert ["LSW North 1 Locality social work, North", "1"] in shown.tables[0]
    assert listed() == []
    done = web.send(shown, TAKE)
    assert done.h1 == cycle.name
    assert "The list of 2 open cases was taken" in done.text
    assert listed() == [("3000001", "LSW North 1", "E1006"), ("4000001", "LSW South 1", None)]
    assert not held_files()
    [kept] = db.session.scalars(select(CaseList))
    assert (kept.file_name, kept.rows, kept.uploaded_by_id) == (name, 2, world.carol.id)
    of_cycles = HistoryEvent.record_type == "programme cycle"
    [told] = db.session.scalars(select(HistoryEvent.verb).where(of_cycles))
    assert told == f"uploaded 2 open cases ({kept.sha256[:8]})"
    assert f"Carol {told}." in done.text


def test_confirming_twice_takes_the_list_once_and_both_see_the_same_page(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    shown = choose(web, cycle.reference, list_file())
    first, second = (web.send(shown, TAKE) for _ in range(2))
    assert first.path == second.path == f"/programme/cycles/{cycle.reference}"
    assert len(listed()) == 2
    told = select(HistoryEvent.id).where(HistoryEvent.verb.startswith("uploaded"))
    assert len(list(db.session.scalars(told))) == 1


def test_going_back_to_a_list_that_was_taken_leads_to_the_cycle_and_says_so(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    shown = choose(web, cycle.reference, list_file())
    web.send(shown, TAKE)
    address = str(shown.html.select_one("main form[method=post]")["action"])
    back = web.get(address)
    again = web.post(address, shown.fields(TAKE) | {"once": "another"})
    for page in (back, again):
        assert page.h1 == cycle.name
        assert "You have taken this list already" in page.text
    assert len(listed()) == 2


def test_one_wrong_row_keeps_the_whole_list_out(web: PageClient, cycle: ProgrammeCycle) -> None:
    page = choose(web, cycle.reference, list_file(open_case(), south_case(team="LSW South 9")))
    assert ["3", "team", "“LSW South 9” is not known here"] in page.tables[0]
    assert "LSW South 9" in [each.get_text() for each in page.html.select("main li")]
    assert not page.html.select("main form[method=post]")
    assert listed() == []


def test_a_wrong_list_cannot_be_taken_by_sending_the_form_all_the_same(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    good = choose(web, cycle.reference, list_file())
    bad = choose(web, cycle.reference, list_file(open_case(team="")))
    answer = web.post(bad.path, good.fields(TAKE))
    assert "has changed since you checked the file" in answer.text
    assert listed() == []


def test_wrong_columns_are_named(web: PageClient, cycle: ProgrammeCycle) -> None:
    page = choose(web, cycle.reference, b"case ID,child\n1,K\n")
    assert ["1", "child", "This is not a column of the list of open cases"] in page.tables[0]
    assert "so the rows were not read" in page.text


def test_only_so_many_wrong_rows_are_shown_and_the_rest_counted(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    rows = [open_case(str(3_000_000 + each), worker="no no") for each in range(205)]
    page = choose(web, cycle.reference, list_file(*rows))
    assert len(page.tables[0]) == 201
    assert "And 5 more." in page.text


def test_a_file_that_will_not_do_is_told_beside_the_field(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    large = b"x" * (1024 * 1024 + 1)
    for content, name, said in (
        (b"", "", "Select a file"),
        (b"", "a.csv", "The selected file is empty"),
        (b"hello", "a.docx", "The selected file must be a CSV or XLSX"),
        (b"a,b\n1,2\n", "a.xlsx", NOT_EXCEL),
        (large, "a.csv", "The selected file must be smaller than 1MB"),
    ):
        page = choose(web, cycle.reference, content, name, status=400)
        assert page.errors == [said]
        assert page.title.startswith("Error: ")


def test_a_file_far_too_large_is_told_in_the_same_words(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    page = choose(web, cycle.reference, b"x" * (3 * 1024 * 1024), status=413)
    assert page.errors == ["The selected file must be smaller than 1MB"]


def test_a_held_file_is_for_the_person_who_chose_it(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    shown = choose(web, cycle.reference, list_file())
    web.sign_out()
    web.sign_in(world.cora)
    refused = web.get(shown.path)
    assert GONE in refused.text
    typed = shown.fields(TAKE) | {"csrf_token": refused.csrf}
    assert GONE in web.post(shown.path, typed).text
    assert listed() == []


def test_after_an_hour_the_file_is_gone_and_the_person_is_told(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    shown = choose(web, cycle.reference, list_file())
    grow_old()
    page = web.send(shown, TAKE)
    assert page.path == f"/programme/cycles/{cycle.reference}/open-cases"
    assert GONE in page.text
    assert listed() == []
    assert not held_files()


def test_a_new_list_takes_the_place_of_the_whole_one_before(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    web.send(choose(web, cycle.reference, list_file()), TAKE)
    shown = choose(web, cycle.reference, list_file(south_case(), south_case("5000001")))
    assert summary(shown)["Not in the list before"] == "1"
    assert summary(shown)["No longer in the list"] == "1"
    web.send(shown, "Replace the list with these 2 open cases")
    assert [case for case, *_ in listed()] == ["4000001", "5000001"]
    assert [each.rows for each in db.session.scalars(select(CaseList))] == [2]


def test_an_exemption_stays_with_its_case_when_the_list_is_replaced(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    web.send(choose(web, cycle.reference, list_file()), TAKE)
    for case in db.session.scalars(select(OpenCase)):
        case.exempted_reason = f"A court hearing, {case.case_reference}"
        case.exempted_by_id, case.exempted_at = world.hester.id, now()
    db.session.commit()
    shown = choose(web, cycle.reference, list_file(open_case(), open_case("5000001")))
    assert summary(shown)["Exemptions"] == "1 kept, 1 of cases no longer in the list"
    web.send(shown, "Replace the list with these 2 open cases")
    db.session.rollback()
    cases = {each.case_reference: each for each in db.session.scalars(select(OpenCase))}
    kept = cases["3000001"]
    assert kept.exempted_reason == "A court hearing, 3000001"
    assert (kept.exempted_by_id, kept.exempted_at is not None) == (world.hester.id, True)
    assert cases["5000001"].exempted_at is None
    ended = db.session.scalars(select(EndedExemption)).one()
    assert ended.exempted_reason == f"A court hearing, {ended.case_reference}"
    assert (ended.exempted_by, ended.ended_by) == (world.hester, world.carol)


def test_what_changed_since_the_check_is_shown_again_before_anything_is_written(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    first = choose(web, cycle.reference, list_file(open_case()))
    shown = choose(web, cycle.reference, list_file())
    web.send(first, "Take this list of 1 open case")
    again = web.send(shown, TAKE)
    assert "has changed since you checked the file" in again.text
    assert summary(again)["Not in the list before"] == "1"
    assert len(listed()) == 1
    world.south.active = False
    db.session.commit()
    again = web.send(again, "Replace the list with these 2 open cases")
    assert ["3", "team", "“LSW South 1” is no longer in use"] in again.tables[0]
    assert len(listed()) == 1


def test_a_drawn_cycle_takes_no_list(web: PageClient, world: World, cycle: ProgrammeCycle) -> None:
    at = f"/programme/cycles/{cycle.reference}/open-cases"
    page, shown = web.get(at), choose(web, cycle.reference, list_file())
    mark_drawn(cycle, world.cora)
    assert "stay as they were" in web.send(page, "Check the file", status=403).text
    assert "stay as they were" in web.send(shown, TAKE, status=403).text
    web.get(shown.path, status=403)
    assert listed() == []
    frozen = web.get(at)
    assert "the list stays as it is" in frozen.text
    assert not frozen.html.select("main form")


def test_lists_of_two_cycles_are_kept_apart(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    other = prepared_cycle(world.carol, name="Another")
    for each in (cycle, other, other):
        shown = choose(web, each.reference, list_file())
        web.send(shown, shown.html.select("main form button")[0].get_text(strip=True))
    rows = list(db.session.scalars(select(OpenCase.cycle_id)))
    assert sorted(rows) == sorted([cycle.id] * 2 + [other.id] * 2)


def test_a_list_of_three_thousand_is_checked_and_taken_in_few_statements(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    rows = [
        (open_case if each % 3 else south_case)(str(3_000_000 + each), worker=f"E{each % 400}")
        for each in range(3_000)
    ]
    file = list_file(*rows)
    with statements() as few:
        small = choose(web, cycle.reference, list_file(*rows[:3]))
        web.send(small, "Take this list of 3 open cases")
    with statements() as many:
        shown = choose(web, cycle.reference, file)
        assert summary(shown)["Rows"] == "3,000"
        web.send(shown, "Replace the list with these 3,000 open cases")
    assert len(listed()) == 3_000
    # Not even one more for each hundred rows: bulk inserts are a statement each.
    assert len(many) <= len(few) + 10


def test_of_two_lists_taken_at_the_same_moment_one_is_and_the_other_is_shown_again(
    world: World, settings: Settings
) -> None:
    cycle = prepared_cycle(world.carol)
    files = [read_file(list_file(open_case(str(3_000_000 + n))), "a.csv") for n in range(3)]
    shown = [check(each, cycle).plan.fingerprint for each in files]
    ids, outcomes = (world.carol.id, cycle.id), list[str]()
    db.session.rollback()
    start = threading.Barrier(3, timeout=60)

    def run(service: Flask, number: int) -> None:
        with service.app_context():
            by, found = db.session.get(User, ids[0]), db.session.get(ProgrammeCycle, ids[1])
            assert by is not None
            assert found is not None
            db.session.rollback()
            start.wait()
            try:
                take_list(by, found, files[number], shown[number])
                db.session.commit()
                outcomes.append("taken")
            except ChangedSince:
                db.session.rollback()
                outcomes.append("shown again")

    with ExitStack() as ending:
        services = [ending.enter_context(own_service(settings)) for _ in range(3)]
        threads = [
            threading.Thread(target=run, args=(service, number))
            for number, service in enumerate(services)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(outcomes) == ["shown again", "shown again", "taken"]
    assert len(listed()) == 1
