"""Targets: of services, their teams and auditors; zero is a number and nothing is none."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import (
    Absence,
    CaseList,
    HistoryEvent,
    ProgrammeCycle,
    ProgrammeTarget,
)
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.preparing import add_case, prepared_cycle

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

SAVE, FILL = "Save the targets", "Fill in the boxes"


@pytest.fixture
def cycle(web: PageClient, world: World) -> ProgrammeCycle:
    """A cycle that is not drawn, and Carol signed in."""
    web.sign_in(world.carol)
    return prepared_cycle(world.carol)


def opened(web: PageClient, cycle: ProgrammeCycle) -> Page:
    return web.get(f"/programme/cycles/{cycle.reference}/targets")


def boxes(world: World, **numbers: str) -> dict[str, Any]:
    """What is typed, by box: of a service, a team or an auditor of the World."""
    of = {
        "work": f"service_{world.north.service_id}",
        "fostering": f"service_{world.fostering.service_id}",
        "north": f"team_{world.north.id}",
        "south": f"team_{world.south.id}",
        "alice": f"auditor_{world.alice.id}",
        "mallory": f"auditor_{world.mallory.id}",
        "share": "share",
    }
    return {of[name]: number for name, number in numbers.items()}


def targets() -> set[tuple[Any, ...]]:
    db.session.rollback()
    rows = db.session.scalars(select(ProgrammeTarget))
    return {(each.service_id, each.team_id, each.auditor_id, each.number) for each in rows}


def test_targets_are_set_for_services_teams_and_auditors(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    typed = boxes(world, work="10", fostering="0", north="4", south="0", alice="3", mallory="0")
    shown = web.send(opened(web, cycle), SAVE, **typed)
    assert targets() == {
        (world.north.service_id, None, None, 10),
        (world.fostering.service_id, None, None, 0),
        (None, world.north.id, None, 4),
        (None, world.south.id, None, 0),
        (None, None, world.alice.id, 3),
        (None, None, world.mallory.id, 0),
    }
    assert shown.tables[0][1:] == [
        ["Fostering", "0"],
        ["Locality social work", "10"],
        ["LSW North 1", "4"],
        ["LSW South 1", "0"],
        ["Alice", "3"],
        ["Mallory", "0"],
    ]
    assert "10 cases to audit" in shown.text
    assert "2 auditors can do 3" in shown.text
    assert "7 audits would wait for an auditor" in shown.text
    assert "Carol changed the targets." in shown.text
    again = opened(web, cycle).fields(SAVE)
    assert {name: again[name] for name in typed} == typed


def test_a_box_emptied_takes_its_target_away(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    web.send(opened(web, cycle), SAVE, **boxes(world, work="10", north="4"))
    web.send(opened(web, cycle), SAVE, **boxes(world, north=""))
    assert targets() == {(world.north.service_id, None, None, 10)}


def test_zero_everywhere_is_a_month_off(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    shown = web.send(opened(web, cycle), SAVE, **boxes(world, work="0", fostering="0"))
    assert "0 cases to audit" in shown.text
    assert "would wait" not in shown.text


def test_saving_twice_acts_once(web: PageClient, world: World, cycle: ProgrammeCycle) -> None:
    page = opened(web, cycle)
    for _ in range(2):
        assert web.send(page, SAVE, **boxes(world, work="10")).h1 == cycle.name
    told = select(HistoryEvent.id).where(HistoryEvent.verb == "changed the targets")
    assert len(list(db.session.scalars(told))) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"work": "ten"},
            "The number for Locality social work must be a whole number from 0 to 1,000",
        ),
        (
            {"work": "1001"},
            "The number for Locality social work must be a whole number from 0 to 1,000",
        ),
        ({"north": "-1"}, "The number for LSW North 1 must be a whole number from 0 to 1,000"),
        ({"alice": "51"}, "The number for Alice must be a whole number from 0 to 50"),
        ({"work": "5", "north": "4", "south": "2"}, "Its teams’ numbers come to 6, more than this"),
        ({"north": "1"}, "Its teams’ numbers come to 1, more than this"),
    ],
)
def test_what_cannot_be_a_target_is_refused_and_nothing_typed_is_lost(
    web: PageClient, world: World, cycle: ProgrammeCycle, typed: dict[str, str], said: str
) -> None:
    page = web.send(opened(web, cycle), SAVE, status=400, **boxes(world, **typed))
    assert page.errors == [said]
    kept = page.fields(SAVE)
    assert {name: kept[name] for name in boxes(world, **typed)} == boxes(world, **typed)
    assert targets() == set()


def test_two_leads_setting_targets_see_both(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    page = opened(web, cycle)
    web.send(page, SAVE, **boxes(world, work="10"))
    clash = web.send(page, SAVE, status=409, **boxes(world, work="20"))
    assert clash.fields(SAVE) | boxes(world, work="20") == clash.fields(SAVE)
    assert "Saved now: 10" in clash.text
    assert targets() == {(world.north.service_id, None, None, 10)}
    web.send(clash, SAVE)
    assert targets() == {(world.north.service_id, None, None, 20)}


def test_a_mistake_put_right_after_somebody_else_saved_is_still_told(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    page = opened(web, cycle)
    web.send(page, SAVE, **boxes(world, work="10"))
    wrong = web.send(page, SAVE, status=400, **boxes(world, work="many"))
    web.send(wrong, SAVE, status=409, **boxes(world, work="20"))
    assert targets() == {(world.north.service_id, None, None, 10)}


def test_boxes_are_filled_in_from_a_share_of_the_open_cases_and_nothing_is_saved(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    for number in range(21):
        add_case(cycle, world.north, str(3_000_000 + number))
    add_case(cycle, world.fostering, "4000001")
    list_of(cycle, world)
    typed = boxes(world, share="10", alice="3", work="many")
    page = web.send(opened(web, cycle), FILL, **typed)
    filled = page.fields(SAVE)
    assert filled | boxes(world, work="3", fostering="1", alice="3") == filled
    assert targets() == set()
    web.send(page, SAVE)
    assert len(targets()) == 3


def list_of(cycle: ProgrammeCycle, world: World) -> None:
    db.session.add(
        CaseList(
            cycle_id=cycle.id,
            file_name="a.csv",
            sha256="0" * 64,
            rows=22,
            uploaded_by_id=world.carol.id,
        )
    )
    db.session.commit()


@pytest.mark.parametrize("share", ["", "0", "101", "a few"])
def test_a_share_that_is_none_is_refused(
    web: PageClient, world: World, cycle: ProgrammeCycle, share: str
) -> None:
    list_of(cycle, world)
    page = web.send(opened(web, cycle), FILL, status=400, **boxes(world, share=share, work="7"))
    assert page.errors == ["The share must be a whole number from 1 to 100"]
    assert page.fields(SAVE) | boxes(world, work="7") == page.fields(SAVE)


def test_without_a_list_there_is_no_share_to_fill_in(
    web: PageClient, cycle: ProgrammeCycle
) -> None:
    page = opened(web, cycle)
    assert "list of open cases" in page.links()
    assert not page.html.find("input", attrs={"name": "share"})


def test_somebody_away_for_the_cycle_is_not_counted_on(
    web: PageClient, world: World, cycle: ProgrammeCycle
) -> None:
    db.session.add(
        Absence(
            user_id=world.alice.id,
            first_day=cycle.starts_on,
            last_day=cycle.due_on,
            recorded_by_id=world.carol.id,
        )
    )
    db.session.commit()
    shown = web.send(opened(web, cycle), SAVE, **boxes(world, work="4"))
    assert "2 auditors can do 2, without Alice, who is away" in shown.text
