"""Whoever is shown texts of many cases by a list is remembered, and very many are told of."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Text, select, update

from audit_app.extensions import db
from audit_app.models import Action, Base, HistoryEvent
from audit_app.rules.deeds import LISTED, LISTS, list_said, records_listed
from audit_app.web.access import access_of
from tests.browser_page import PageClient
from tests.history.test_commands import run
from tests.history.test_page import write_many
from tests.history.test_reads import refuse_events
from tests.hostile.marking import ABOUT_CASES
from tests.improvement.lives import action_of, live_action
from tests.people import World
from tests.statements import statements_of

#: A word of no page.
MARK = "zqxtold"
#: Its few lines are of what waits for whoever opens it, and lead on.
NO_LIST = {"home.home"}


def listed() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(HistoryEvent.record_type, HistoryEvent.record_reference)
        .where(HistoryEvent.verb == LISTED)
        .order_by(HistoryEvent.id)
    )
    return [(row.record_type, row.record_reference) for row in rows]


def mark_texts() -> None:
    for name in ABOUT_CASES:
        table = Base.metadata.tables[name]
        texts = [each for each in table.c if isinstance(each.type, Text)]
        if texts and name != "passages":
            marked = {each.name: MARK for each in texts}
            db.session.execute(update(table).values(marked))
    quote = Base.metadata.tables["audits"]
    db.session.execute(update(quote).values(good_practice=True, good_practice_quote=MARK))
    db.session.execute(update(Action).values(what=MARK))
    db.session.commit()


@pytest.mark.sqlite_only
def test_every_list_that_shows_texts_of_cases_says_so(
    app: Flask, web: PageClient, world: World
) -> None:
    live_action(world)
    mark_texts()
    showing, declared = set(), set()
    for who in (world.carol, world.alice, world.priya, world.hester):
        web.sign_out()
        web.sign_in(who)
        for rule in app.url_map.iter_rules():
            access = access_of(app, rule.endpoint)
            if "GET" not in (rule.methods or ()) or rule.arguments or access == "public":
                continue
            if not who.can(access):  # type: ignore[arg-type]
                continue
            before = len(listed())
            answer = web.request("GET", rule.rule)
            if MARK.encode() in answer.get_data():
                showing.add(rule.endpoint)
            if len(listed()) > before:
                declared.add(rule.endpoint)
    shown = {each for each in showing if not each.endswith("_csv")}
    assert shown - declared == NO_LIST
    assert declared == {
        "improvement.boards.mine",
        "improvement.boards.board",
        "reflection.shared_practice",
    }


def test_a_board_is_one_event_with_how_many_and_what_it_was_narrowed_to(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    assert action.audit is not None
    action_of(action.audit, world.alice, "Write to her school.", owner_user=world.mallory)
    web.sign_in(world.carol)
    team = world.south.id
    web.get("/improvement/board")
    web.get(f"/improvement/board?team={team}&owner=Ann+Jones")
    web.get("/improvement/board?group=overdue")
    web.request("HEAD", "/improvement/board")
    guess = web.request("GET", "/improvement/board", headers={"Sec-Purpose": "prefetch"})
    assert guess.status_code == 503
    assert listed() == [("action board", "2: all")]
    web.get(f"/improvement/board?team={team}")
    assert listed()[1:] == [("action board", f"2: team={team}")]


def test_what_somebody_typed_into_an_address_is_in_no_history(
    web: PageClient, world: World
) -> None:
    live_action(world)
    web.sign_in(world.carol)
    web.get("/improvement/board.csv?owner=Ann+Jones")
    web.get("/my-work/good-practice?thread=Ann+Jones")
    said = db.session.scalars(select(HistoryEvent.record_reference)).all()
    assert not [each for each in said if "Jones" in each]


@pytest.mark.sqlite_only
def test_a_board_whose_reading_cannot_be_written_down_is_not_shown(
    app: Flask, web: PageClient, world: World
) -> None:
    action = live_action(world)
    said = action.what
    web.sign_in(world.carol)
    refuse_events()
    assert said not in web.get("/improvement/board", 503).text


@pytest.mark.sqlite_only
def test_a_board_costs_one_event_however_many_actions_are_on_it(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    assert action.audit is not None
    web.sign_in(world.carol)
    web.get("/improvement/board")
    few = _writes(web)
    for number in range(20):
        action_of(action.audit, world.alice, f"Action {number}.", owner_user=world.mallory)
    assert _writes(web) == few
    assert listed()[-1] == ("action board", "21: all")


def _writes(web: PageClient) -> int:
    sent = statements_of(web, "/improvement/board")
    return len([each for each in sent if "INSERT" in each.upper()])


@pytest.mark.sqlite_only
def test_whom_lists_and_files_showed_very_many_texts_is_told(
    app: Flask, web: PageClient, world: World
) -> None:
    board = {"record_type": "action board", "verb": LISTED}
    for page in (1, 2, 3):
        write_many(world, 1, record_reference=f"100: page={page}", **board)
    # The same page again shows nothing more.
    write_many(world, 5, record_reference="100: page=3", **board)
    file = {"record_type": "action board", "verb": "exported"}
    write_many(world, 1, record_reference="100: all", **file)
    assert run(app, "mass-viewing").output == "Nobody.\n"
    write_many(world, 1, record_reference="1: team=4", **file)
    (line,) = run(app, "mass-viewing").output.splitlines()
    assert line.startswith(f"Alice ({world.alice.reference}): 401 texts from ")
    web.sign_in(world.gwen)
    page_of = web.get("/history/mass-viewing")
    (row,) = page_of.tables[0][1:]
    assert row[1:3] == ["401", "Texts in lists"]
    link = next(address for name, address in page_of.links().items() if "Alice" in name)
    assert len(web.get(link).tables[-1][1:]) == 10


def test_how_many_a_list_showed_is_read_back_from_what_history_says() -> None:
    assert records_listed(list_said(100, {"page": 2})) == 100
    assert records_listed("all") == records_listed("٣: all") == records_listed("") == 0
    assert all(len(each) <= 30 for each in LISTS)
