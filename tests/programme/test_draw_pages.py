"""The draw by its pages and its command: what is shown before, confirmed once, open afterwards."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from hashlib import sha256

import pytest
from click.testing import Result
from flask import Flask

from audit_app.extensions import db
from audit_app.models import Absence, OpenCase, ProgrammeCycle
from audit_app.programme import draw_changes, giving
from audit_app.programme.queries import history_of
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import NotAllowed
from tests.browser_page import Page, PageClient
from tests.people import World, make_user
from tests.programme.given import allocate
from tests.programme.preparing import ask_for
from tests.programme.test_draw import (
    TODAY,
    allocations,
    chosen,
    draw,
    made_case,
    ready_cycle,
)
from tests.statements import queries_in, statements

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only


def _open(web: PageClient, cycle: ProgrammeCycle, page: str, status: int = 200) -> Page:
    return web.get(f"/programme/cycles/{cycle.reference}/{page}", status=status)


def _confirm(web: PageClient, page: Page, status: int = 200) -> Page:
    return web.send(page, status=status)


@pytest.fixture
def cycle(world: World) -> ProgrammeCycle:
    return ready_cycle(world)


def test_a_lead_sees_what_would_be_covered_and_confirms_it(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    ask_for(cycle, 1, team_id=world.south.id)
    world.recorded_audit(case=f"{world.north.id}000000", on=TODAY - timedelta(days=30))
    web.sign_in(world.carol)
    page = _open(web, cycle, "draw")
    heads, *rows = page.tables[0]
    assert "Audited in the last 12 months" in heads
    assert rows == [
        ["Locality social work: LSW South 1", "6", "0", "6", "1", "1", "–"],
        ["Locality social work: other teams", "6", "1", "5", "3", "3", "–"],
        ["All", "12", "1", "11", "4", "4", "33.3%"],
    ]
    assert "Fostering: no case on the list of open cases" in page.text
    assert cycle.seed not in page.response.get_data(as_text=True)
    done = _confirm(web, page)
    assert done.h1 == "The draw"
    assert len(done.tables[1]) == 1 + 4
    assert cycle.seed in done.text
    assert sha256(cycle.seed.encode()).hexdigest() in done.text


def test_what_cannot_be_drawn_or_given_is_said_before(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    cycle.targets[0].number = 20
    cycle.audits_each = 1
    away = {"first_day": TODAY, "last_day": TODAY + timedelta(days=90)}
    db.session.add(Absence(user_id=world.alice.id, recorded_by_id=world.carol.id, **away))
    db.session.commit()
    web.sign_in(world.carol)
    text = _open(web, cycle, "draw").text
    assert "12 8 too few" in text
    assert "8 cases fewer can be drawn than the targets ask for" in text
    assert "2 auditors, with room for 1 audit. 1 is away" in text
    assert "About 11 cases would wait for an auditor" in text


def test_drafts_that_auditors_began_by_themselves_are_counted_by_name(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    draft, given, exempted = (
        world.recorded_audit(
            case=f"{world.north.id}00000{number}", state=AuditState.DRAFT, auditor=world.mallory
        )
        for number in range(3)
    )
    allocate(None, world.mallory, world.north, given.case_reference, audit=given)
    draw_changes.exempt(world.carol, cycle, _case(cycle, exempted.case_reference), "In court.")
    db.session.commit()
    web.sign_in(world.carol)
    text = _open(web, cycle, "draw").text
    assert "Kept out by audits that were not given out" in text
    assert "Locality social work: 1 case (Mallory 1)" in text
    allocate(None, world.mallory, world.north, draft.case_reference, audit=draft)
    assert "were not given out" not in _open(web, cycle, "draw").text


def test_a_cycle_sent_twice_is_drawn_once(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    web.sign_in(world.carol)
    page = _open(web, cycle, "draw")
    assert _confirm(web, page).path == _confirm(web, page).path
    assert len(allocations(cycle)) == 4


def test_a_second_lead_who_had_the_page_open_is_told_who_drew_it(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    web.sign_in(world.cora)
    page = _open(web, cycle, "draw")
    draw(cycle, world.carol)
    assert "Carol has drawn this cycle already" in _confirm(web, page).text
    assert len(allocations(cycle)) == 4


def test_nothing_is_drawn_where_a_case_was_exempted_after_the_page_was_opened(
    web: PageClient, app: Flask, world: World, cycle: ProgrammeCycle
) -> None:
    web.sign_in(world.carol)
    page = _open(web, cycle, "draw")
    cora = PageClient(app)
    cora.sign_in(world.cora)
    _exempt(cora, cycle, f"{world.north.id}000001")
    again = _confirm(web, page, status=409)
    assert "nothing was drawn" in again.text
    assert "Exempted" in again.tables[0][0]
    assert not allocations(cycle)
    assert _confirm(web, again).h1 == "The draw"


def _exempt(web: PageClient, cycle: ProgrammeCycle, case: str, status: int = 200) -> Page:
    form = _open(web, cycle, "exemptions/new")
    return web.send(form, case_reference=case, reason="In court this month.", status=status)


def test_a_named_senior_keeps_a_case_out_by_hand_and_lets_it_in_again(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    case = f"{world.north.id}000001"
    web.sign_in(world.cora)
    page = _exempt(web, cycle, case)
    assert f"Case {case} will not be drawn" in page.text
    assert "In court this month." in page.text
    assert "Cora" in page.html.find("main").text
    assert _exempt(web, cycle, case, status=400).errors == ["Cora exempted this case already"]
    page = web.send(_open(web, cycle, "exemptions"), f"Let case {case} be drawn")
    assert "No case is kept out by hand" in page.text
    ended = page.text.partition("Exempted for a time")[2]
    assert "In court this month." in ended
    assert "Ended by Cora" in ended
    assert cycle.version == 2
    row = _case(cycle, case).id
    done = [f"exempted a case, row {row}", f"put back exempted case, row {row}"]
    assert [event.verb for event in history_of(cycle)] == done


def test_a_second_exemption_leaves_the_first_name_and_reason_as_they_are(
    app: Flask, world: World, cycle: ProgrammeCycle
) -> None:
    case = _case(cycle, f"{world.north.id}000001")
    draw_changes.exempt(world.carol, cycle, case, "Court order.")
    db.session.commit()
    with pytest.raises(NotAllowed, match="Carol exempted this case already"):
        draw_changes.exempt(world.cora, cycle, case, "Other words.")
    db.session.rollback()
    assert (case.exempted_by, case.exempted_reason) == (world.carol, "Court order.")
    draw_changes.put_back(world.cora, cycle, case)
    db.session.commit()
    with pytest.raises(NotAllowed, match="not kept out of the draw any more"):
        draw_changes.put_back(world.carol, cycle, case)


def test_a_head_of_service_exempts_no_case_of_a_service_they_head(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    case = f"{world.north.id}000001"
    web.sign_in(world.hester)
    refused = _exempt(web, cycle, case, status=400)
    assert "This case is of a service you head" in refused.errors[0]
    with pytest.raises(NotAllowed, match="a service you head"):
        draw_changes.exempt(world.hester, cycle, _case(cycle, case), "Conveniently.")
    db.session.rollback()
    world.hester.grants[0].service_id = world.fostering.service_id
    db.session.commit()
    page = _exempt(web, cycle, case)
    assert "In court this month." in page.text
    page = web.send(page, f"Let case {case} be drawn")
    assert "Ended by Hester" in page.text


def _case(cycle: ProgrammeCycle, reference: str) -> OpenCase:
    wanted = db.select(OpenCase).where(
        OpenCase.cycle_id == cycle.id, OpenCase.case_reference == reference
    )
    return db.session.scalars(wanted).one()


@pytest.mark.parametrize(
    ("case", "reason", "problem"),
    [
        ("", "In court.", "Enter the case reference"),
        ("9999999", "In court.", "There is no such case on the list of open cases"),
        ("1000001", "", "Say why it must not be drawn"),
    ],
)
def test_what_is_missing_of_an_exemption_is_said(
    web: PageClient, world: World, cycle: ProgrammeCycle, case: str, reason: str, problem: str
) -> None:
    web.sign_in(world.carol)
    form = _open(web, cycle, "exemptions/new")
    page = web.send(form, case_reference=case, reason=reason, status=400)
    assert page.errors == [problem]
    assert page.fields()["reason"] == reason


def test_once_it_is_drawn_no_case_is_exempted_any_more(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    case = f"{world.north.id}000001"
    web.sign_in(world.carol)
    _exempt(web, cycle, case)
    form, kept = _open(web, cycle, "exemptions/new"), _open(web, cycle, "exemptions")
    draw(cycle, world.carol)
    web.send(form, case_reference=f"{world.north.id}000002", reason="In court.", status=403)
    web.send(kept, f"Let case {case} be drawn", status=403)
    db.session.expire_all()
    assert [each.case_reference for each in _kept_out(cycle)] == [case]
    page = _open(web, cycle, "exemptions")
    assert case in page.text
    assert not page.html.find("main").find_all("form")


def _kept_out(cycle: ProgrammeCycle) -> list[OpenCase]:
    wanted = db.select(OpenCase).where(
        OpenCase.cycle_id == cycle.id, OpenCase.exempted_at.is_not(None)
    )
    return list(db.session.scalars(wanted))


def test_a_cycle_without_a_list_cannot_be_drawn(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    cycle.case_list = None
    db.session.commit()
    web.sign_in(world.carol)
    assert "Upload the list of open cases first" in _open(web, cycle, "draw", status=403).text


def test_a_cycle_whose_due_date_has_passed_cannot_be_drawn(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    yesterday = TODAY - timedelta(days=1)
    cycle.starts_on = cycle.ends_on = cycle.due_on = yesterday
    db.session.commit()
    web.sign_in(world.carol)
    assert "The due date has passed" in _open(web, cycle, "draw", status=403).text


@pytest.mark.parametrize("who", ["alice", "bob", "dan", "priya", "adam"])
@pytest.mark.parametrize("page", ["draw", "drawn", "drawn.csv", "replay", "exemptions"])
def test_the_draw_is_for_seniors_alone(
    web: PageClient, world: World, cycle: ProgrammeCycle, who: str, page: str
) -> None:
    web.sign_in(getattr(world, who))
    _open(web, cycle, page, status=403)


def test_a_head_of_service_reads_the_draw_of_their_service_alone_and_draws_nothing(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    fay = make_user("fay", Role.HEAD_OF_SERVICE)
    fay.grants[0].service_id = world.fostering.service_id
    db.session.commit()
    web.sign_in(fay)
    _open(web, cycle, "draw", status=403)
    draw(cycle, world.carol)
    page = _open(web, cycle, "drawn")
    assert "None of the cases is of a service you head" in page.text
    assert not any(each in page.text for each in chosen(cycle))
    listed = _open(web, cycle, "drawn.csv").response.get_data(as_text=True)
    assert len(listed.splitlines()) == 1


def test_anybody_can_make_the_draw_again_from_the_seed_and_the_list(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    """As the page tells them to, with nothing but the page and the file."""
    ask_for(cycle, 2, team_id=world.south.id)
    world.recorded_audit(case=f"{world.south.id}000003", on=TODAY)
    draw(cycle, world.carol)
    web.sign_in(world.hester)
    page = _open(web, cycle, "drawn")
    seed = page.html.find("dd").get_text(strip=True)
    text = _open(web, cycle, "drawn.csv").response.get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        digest = sha256(f"{seed}:{row['case_reference']}".encode()).hexdigest()
        assert row["number"].replace(" ", "") == digest[:15]
    eligible = sorted(
        (row for row in rows if not row["left_out_because"]), key=lambda row: row["number"]
    )
    drawn = {row["case_reference"] for row in rows if row["drawn"] == "yes"}
    again = {
        row["case_reference"]
        for name in ("LSW South 1", "Locality social work")
        for row in [each for each in eligible if each["drawn_from"] == name][:2]
    }
    assert len(drawn) == 4
    assert drawn == again
    assert _open(web, cycle, "replay").text.startswith(cycle.name)
    assert "All 12 cases came out the same" in _open(web, cycle, "replay").text


def test_a_large_draw_is_shown_a_hundred_at_a_time_and_who_took_all_of_it_is_kept(
    web: PageClient, world: World
) -> None:
    cycle = ready_cycle(world, north=110, south=0, wanted=105)
    draw(cycle, world.carol)
    web.sign_in(world.carol)
    first, second = (_open(web, cycle, f"drawn?page={number}") for number in (1, 2))
    assert [len(page.tables[1]) - 1 for page in (first, second)] == [100, 5]
    assert "Cases to audit: 101 to 105 of 105" in second.text
    listed = [row[0] for page in (first, second) for row in page.tables[1][1:]]
    assert sorted(listed) == sorted(chosen(cycle))
    text = _open(web, cycle, "drawn.csv").response.get_data(as_text=True)
    assert len(text.splitlines()) == 1 + 110
    last = history_of(cycle)[-1]
    assert (last.verb, last.user) == ("exported", world.carol)


def test_a_replay_names_what_came_out_otherwise(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    draw(cycle, world.carol)
    swapped = cycle.targets[0]
    swapped.number = 5
    db.session.commit()
    web.sign_in(world.carol)
    page = _open(web, cycle, "replay")
    assert "1 case of 12 came out otherwise" in page.text
    assert page.tables[0][1][1:] == ["5", "5", "No", "Yes", "No"]
    world.hester.grants[0].service_id = world.fostering.service_id
    db.session.commit()
    web.sign_out()
    web.sign_in(world.hester)
    page = _open(web, cycle, "replay")
    assert "1 case of 12 came out otherwise" in page.text
    assert not page.tables


def test_a_substitute_and_whoever_waits_are_shown_on_the_list(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    draw(cycle, world.carol)
    giving.substitute(world.hester, allocations(cycle)[0])
    giving.assign(allocations(cycle)[1], None)
    db.session.commit()
    web.sign_in(world.carol)
    rows = _open(web, cycle, "drawn").tables[1][1:]
    states = sorted(row[-1] for row in rows)
    assert len(rows) == 5
    assert "Another case in its place" in states
    assert "Waiting for an auditor" in states
    assert any("Next in the draw" in state for state in states)


def test_a_month_without_audits_can_be_drawn_with_no_case(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    cycle.targets[0].number = 0
    db.session.commit()
    web.sign_in(world.carol)
    page = _open(web, cycle, "draw")
    assert "No case would be drawn" in page.text
    assert "No case was drawn" in _confirm(web, page).text


def _command(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["programme-draw", *arguments])


def test_the_command_prints_and_replays_a_draw(
    app: Flask, world: World, cycle: ProgrammeCycle
) -> None:
    draw(cycle, world.carol)
    asked = _command(app, cycle.name, "--format", "json", "--replay")
    assert asked.exit_code == 0, asked.output
    told = json.loads(asked.stdout)
    assert told["seed"] == cycle.seed
    drawn = {each["case_reference"] for each in told["cases"] if each["drawn"] == "yes"}
    assert drawn == chosen(cycle)
    assert "all 12 cases came out the same" in asked.stderr
    assert len(_command(app, cycle.reference.lower()).stdout.splitlines()) == 13
    assert _command(app, cycle.name, "--format", "csv").stdout.startswith("case_reference,")


def test_the_command_fails_where_the_replay_comes_out_otherwise(
    app: Flask, world: World, cycle: ProgrammeCycle
) -> None:
    draw(cycle, world.carol)
    cycle.seed = "another"
    db.session.commit()
    failed = _command(app, cycle.name, "--replay")
    assert failed.exit_code == 1
    assert "came out otherwise" in failed.stderr


def test_the_command_refuses_a_cycle_that_is_not_there_or_not_drawn(
    app: Flask, world: World, cycle: ProgrammeCycle
) -> None:
    assert "There is no audit cycle" in _command(app, "Never").stderr
    refused = _command(app, cycle.name)
    assert refused.exit_code == 1
    assert "has not been drawn" in refused.stderr
    assert cycle.seed not in refused.output


def test_no_page_of_the_draw_asks_more_of_many_cases_than_of_few(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    asked = []
    web.sign_in(world.carol)
    for more in (0, 300):
        db.session.add_all(made_case(cycle, world.south, 1_000 + n) for n in range(more))
        cycle.targets[0].number, cycle.audits_each = 4 + more // 5, 20
        db.session.commit()
        before = _asked(web, cycle, "draw")
        draw(cycle, world.carol)
        after = [_asked(web, cycle, page) for page in ("drawn", "drawn.csv", "replay")]
        asked.append([before, *after])
        cycle = _undrawn(cycle)
    assert asked[0] == asked[1]
    assert max(asked[0]) <= 25


def _undrawn(cycle: ProgrammeCycle) -> ProgrammeCycle:
    """The same cycle as before it was drawn."""
    for each in allocations(cycle):
        db.session.delete(each)
    for case in db.session.scalars(db.select(OpenCase).where(OpenCase.cycle_id == cycle.id)):
        case.chosen, case.place, case.excluded_because = False, None, None
    cycle.drawn_at = cycle.drawn_on = cycle.drawn_by_id = None
    db.session.commit()
    return cycle


def _asked(web: PageClient, cycle: ProgrammeCycle, page: str) -> int:
    """How many queries opening a page takes."""
    with statements() as sent:
        _open(web, cycle, page)
    return len(queries_in(sent))
