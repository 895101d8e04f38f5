"""A board shows every unfinished action a person may read, in one place, and counts it rightly."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.improvement.board_filter import NOBODY, BoardFilter, ToSortOut, Whose
from audit_app.improvement.board_parts import Part, part_lines
from audit_app.improvement.board_queries import board_lines, count_board
from audit_app.improvement.changes import close
from audit_app.models import Action, Audit, HistoryEvent, User
from audit_app.models.base import now
from audit_app.reminders.gathering import what_waits_for
from audit_app.rules.action_board import BoardGroup
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, Difference
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission
from tests.browser_page import BASE, PageClient
from tests.improvement.lives import EVIDENCE, action_of, live_action, themed
from tests.improvement.random_actions import (
    MADE,
    TODAY,
    Made,
    insert,
    reads,
    some_audits,
    stands,
)
from tests.people import World
from tests.statements import queries_of

READERS = ("alice", "mallory", "bob", "carol", "hester", "priya", "dan", "adam")


@pytest.fixture
def audits(world: World) -> list[Audit]:
    return some_audits(world)


def ownerless(action: Action) -> bool:
    return action.state is ActionState.OPEN and owner_of(action) == NOBODY


def alike(user: User, action: Action) -> bool:
    like = action.like
    return (
        action.state is ActionState.OPEN
        and like is not None
        and like.state is ActionState.OPEN
        and reads(user, like)
    )


def owner_of(action: Action) -> str:
    owner = action.owner_id and db.session.get(User, action.owner_id)
    answers = owner and owner.active and owner.password_hash and owner.can(Permission.ACTION_WORK)
    return owner.reference if owner and answers else NOBODY


def answers_for(user: User, action: Action) -> bool:
    return (
        action.owner_id == user.id
        or (action.team_id is not None and user.manages(action.team_id))
        or (action.service_id is not None and user.heads(action.service_id))
    )


def plainly(user: User, by: BoardFilter, actions: list[Action]) -> list[Action]:
    """What a board holds, found by looking at every action."""
    return [
        each
        for each in actions
        if reads(user, each)
        and stands(user, each) is not None
        and by.group in (None, stands(user, each))
        and (by.show is not ToSortOut.OWNERLESS or ownerless(each))
        and (by.show is not ToSortOut.ALIKE or alike(user, each))
        and by.team in (None, each.team_id or 0)
        and by.service in (None, each.service_id or 0)
        and by.priority in (None, each.priority)
        and (by.owner is None or owner_of(each) == by.owner)
        and (by.whose is None or answers_for(user, each))
    ]


FILTERS = st.builds(
    BoardFilter,
    whose=st.none() | st.just(Whose.MINE),
    team=st.none() | st.integers(0, 2),
    service=st.none() | st.integers(0, 2),
    owner=st.none() | st.just(NOBODY),
    group=st.none() | st.sampled_from(BoardGroup),
    show=st.none() | st.sampled_from(ToSortOut),
    priority=st.none() | st.sampled_from(Priority),
)


@given(made=st.lists(MADE, max_size=12), by=FILTERS, reader=st.sampled_from(READERS))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_board_and_every_count_on_it_equals_a_look_at_each_action(
    world: World, audits: list[Audit], made: list[Made], by: BoardFilter, reader: str
) -> None:
    user = getattr(world, reader)
    actions = insert(world, audits, made)
    by = replace(by, owner=None if by.owner is None else NOBODY)
    expected = plainly(user, by, actions)
    counts, lines = count_board(user, by, TODAY), board_lines(user, by, TODAY)
    assert Counter(line.reference for line in lines) == Counter(e.reference for e in expected)
    assert {line.reference: line.group for line in lines} == {
        each.reference: stands(user, each) for each in expected
    }
    assert {g: counts[g] for g in BoardGroup if counts[g]} == Counter(
        stands(user, each) for each in expected
    )
    assert counts.ownerless == sum(map(ownerless, expected))
    assert counts.alike == sum(alike(user, each) for each in expected)
    assert [line.group for line in lines] == sorted(
        (line.group for line in lines), key=list(BoardGroup).index
    )
    db.session.rollback()


@given(made=st.lists(MADE, max_size=12), reader=st.sampled_from(READERS))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_boards_of_all_owners_teams_or_services_add_up_to_the_whole(
    world: World, audits: list[Audit], made: list[Made], reader: str
) -> None:
    user = getattr(world, reader)
    actions = insert(world, audits, made)
    whole = count_board(user, BoardFilter(), TODAY)
    for part in Part:
        lines = part_lines(user, part, TODAY)
        assert sum(line.counts.total for line in lines) == whole.total
        assert sum(line.counts.ownerless for line in lines) == whole.ownerless
        for line in lines:
            assert line.counts.total == len(plainly(user, line.by, actions)), line
            assert line.counts == count_board(user, line.by, TODAY)
    db.session.rollback()


def table_of(page: Any, caption: str) -> list[list[str]]:
    """The rows of the table whose caption begins so, without its heading."""
    for table in page.html.find("main").find_all("table"):
        if table.caption and " ".join(table.caption.get_text(" ").split()).startswith(caption):
            return [
                [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
                for row in table.find_all("tr")[1:]
            ]
    return []


def test_a_team_managers_board_puts_what_is_overdue_first_and_says_by_how_much(
    web: PageClient, world: World
) -> None:
    live_action(world, what="Later.", due_on=TODAY + timedelta(days=40))
    live_action(world, what="Late.", due_on=TODAY - timedelta(days=3))
    themed(world, world.carol, what="Soon.", owner_user=None, owner="The whole team")
    themed(world, world.carol, what="Elsewhere.", team_id=world.north.id, owner_user=world.alice)
    web.sign_in(world.mallory)
    page = web.get("/improvement/")
    assert page.h1 == "Your actions"
    (late,) = table_of(page, "Overdue: 1")
    assert late[0].startswith("Late.")
    assert "3 days overdue" in late[3]
    (soon,) = table_of(page, "Due in 14 days: 1")
    assert soon[1] == "Nobody answers for it The whole team"
    assert "Without an owner: 1" in page.text
    (later,) = table_of(page, "Due later: 1")
    assert later[1] == "Mallory"
    assert "Elsewhere." not in page.text


def test_a_board_of_nothing_says_what_will_be_there(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    assert "Nothing waits for you" in web.get("/improvement/").text
    assert "There are no unfinished actions" in web.get("/improvement/board").text
    for view in ("owners", "teams", "services", "no-difference"):
        assert web.get(f"/improvement/{view}").tables == []


def test_a_board_is_narrowed_by_its_address_and_says_to_what(web: PageClient, world: World) -> None:
    late = live_action(world, what="Late.", due_on=TODAY - timedelta(days=3))
    themed(world, world.carol, team_id=world.fostering.id, service_id=world.fostering.service_id)
    web.sign_in(world.carol)
    page = web.get(f"/improvement/board?service={world.fostering.service_id}&group=soon")
    assert page.h1 == "Actions: Fostering"
    assert len(page.tables) == 1
    chips = [chip.get_text(" ", strip=True) for chip in page.html.select(".app-filter-chip")]
    assert chips == [
        "Remove filter Where it stands: Due in 14 days",
        "Remove filter Service: Fostering",
    ]
    assert "No actions match" in web.get("/improvement/board?group=to_verify").text
    # What cannot be read narrows nothing, and does no harm.
    everything = web.get("/improvement/board?group=tomorrow&team=x&owner=&priority=urgent")
    assert late.reference in everything.text


def test_the_lists_of_owners_teams_and_services_lead_to_each_board(
    web: PageClient, world: World
) -> None:
    live_action(world, due_on=TODAY - timedelta(days=3))
    themed(world, world.carol, team_id=None, service_id=None, owner_user=None, owner="All")
    web.sign_in(world.carol)
    owners = web.get("/improvement/owners")
    assert [row[0] for row in owners.tables[0][1:]] == ["Mallory", "Nobody"]
    assert [row[7] for row in owners.tables[0][1:]] == ["1", "1"]
    assert "See him alone." in web.get(owners.links()["Mallory"]).text
    assert web.get(owners.links()["Nobody"]).text.count("Write a chronology") == 2
    teams = web.get("/improvement/teams")
    assert web.get(teams.links()["LSW South 1"]).h1 == "Actions: LSW South 1"
    whole = web.get(teams.links()["A whole service, or the authority"])
    assert "Write a chronology" in whole.text
    services = web.get("/improvement/services")
    assert web.get(services.links()["1 overdue, Locality social work"]).tables


def test_what_made_no_difference_is_listed_until_something_else_is_tried(
    web: PageClient, world: World
) -> None:
    for number, answer in enumerate(Difference):
        closed(world, answer, f"Tried {number}.")
    web.sign_in(world.carol)
    page = web.get("/improvement/no-difference")
    assert [row[0].partition(".")[0] for row in page.tables[0][1:]] == ["Tried 2"]
    assert page.tables[0][1][2].endswith("Mallory")


def closed(world: World, difference: Difference, what: str, audit: Audit | None = None) -> Action:
    action = action_of(audit or world.recorded_audit(), world.alice, what, owner_user=world.mallory)
    early = difference is Difference.TOO_EARLY
    action.say(ActionEvent.CLOSED, world.mallory, "Done.", difference=difference)
    action.state, action.closed_at, action.closed_by = ActionState.CLOSED, now(), world.mallory
    action.difference = difference
    action.look_again_on = TODAY + timedelta(days=5) if early else None
    db.session.commit()
    return action


def test_a_long_board_is_paged_and_its_files_are_whole(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    for number in range(103):
        action_of(audit, world.alice, f"=Step {number}", owner_user=world.mallory)
    web.sign_in(world.mallory)
    first = web.get("/improvement/board")
    assert sum(len(rows) - 1 for rows in first.tables) == 100
    second = web.get("/improvement/board?page=2")
    assert sum(len(rows) - 1 for rows in second.tables) == 3
    assert "103 (3 on this page)" in second.text
    text = web.get(first.links()["CSV"]).response.get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 103
    assert {row["What needs to happen"][:6] for row in rows} == {"'=Step"}
    book = openpyxl.load_workbook(
        io.BytesIO(web.get(first.links()["Excel workbook"]).response.get_data())
    )
    cells = [cell for row in book["Actions"].iter_rows() for cell in row]
    assert sum(str(cell.value).startswith("=Step") for cell in cells) == 103
    assert {cell.data_type for cell in cells if str(cell.value).startswith("=")} == {"s"}


def test_whoever_takes_a_board_away_as_a_file_is_remembered(web: PageClient, world: World) -> None:
    live_action(world)
    carol, south = world.carol.id, world.south.id
    web.sign_in(world.carol)
    taken = select(HistoryEvent.record_type, HistoryEvent.record_reference, HistoryEvent.user_id)
    for ending in ("csv", "xlsx"):
        web.get(f"/improvement/board.{ending}")
        web.get(f"/improvement/board.{ending}?team={south}&group=soon")
        web.request("HEAD", f"/improvement/board.{ending}")
        guessed = web.client.get(
            f"/improvement/board.{ending}", base_url=BASE, headers={"Sec-Purpose": "prefetch"}
        )
        assert guessed.status_code == 503
    rows = db.session.execute(taken.where(HistoryEvent.verb == "exported")).all()
    narrowed = f"1: team={south}&group=soon"
    assert [tuple(row) for row in rows] == [
        ("action board", of, carol) for of in ("1: all", narrowed, "1: all", narrowed)
    ]


def test_a_blind_moderator_learns_from_no_board_how_an_audit_was_judged(
    web: PageClient, world: World
) -> None:
    """The same boards, whether what was done came out of an Inadequate or not."""
    audits = {
        judgement: world.recorded_audit(judgement, case="7654321")
        for judgement in (Judgement.GOOD, Judgement.INADEQUATE)
    }
    for audit in audits.values():
        audit.blind = True
    db.session.commit()
    web.sign_in(world.bob)
    seen = []
    for judgement, audit in audits.items():
        action = closed(world, Difference.TOO_EARLY, "Shared words.", audit)
        if judgement is Judgement.INADEQUATE:
            early = Difference.TOO_EARLY
            action.say(ActionEvent.ANSWERED, world.mallory, "He is away.", difference=early)
            action.state = ActionState.TO_VERIFY
            db.session.commit()
        pages = [
            web.get(f"/improvement/{view}")
            for view in ("", "board", "board?group=to_verify", "owners", "teams", "no-difference")
        ]
        text = web.get("/improvement/board.csv").response.get_data(as_text=True)
        seen.append([page.text for page in pages] + [text, web.get("/").text])
        assert action.reference not in "".join(seen[-1])
    assert seen[0] == seen[1]
    web.sign_out()
    web.sign_in(world.carol)
    board = web.get("/improvement/board")
    assert len(table_of(board, "Waiting to be verified: 1")) == 1
    assert len(table_of(board, "Done, too early to say: 1")) == 1


def test_a_duplicate_that_is_done_is_none_whether_or_not_it_must_be_verified(
    web: PageClient, world: World
) -> None:
    """A blind moderator who may read both would learn the judgement from the difference."""
    web.sign_in(world.bob)
    seen = []
    for number, judgement in enumerate((Judgement.GOOD, Judgement.INADEQUATE)):
        audit = world.recorded_audit(judgement, case=f"770000{number}")
        audit.blind = True
        db.session.commit()
        one = action_of(audit, world.alice, "See him at home.", owner_user=world.mallory)
        two = action_of(audit, world.alice, "See him at home!", owner_user=world.mallory)
        assert two.like is one
        before = count_board(world.bob, BoardFilter(), TODAY).alike
        close(world.mallory, one, EVIDENCE, Difference.YES, "He says so.", None, None)
        db.session.commit()
        lines = board_lines(world.bob, BoardFilter(), TODAY)
        after = count_board(world.bob, BoardFilter(), TODAY).alike
        like = {line.reference: line.like for line in lines}
        seen.append((one.state, before, after, like[two.reference]))
    assert seen == [(ActionState.CLOSED, 1, 0, None), (ActionState.TO_VERIFY, 1, 0, None)]


def test_whoever_lost_every_role_that_lets_them_work_on_it_is_no_owner(
    web: PageClient, world: World
) -> None:
    action = live_action(world, owner=world.priya)
    web.sign_in(world.mallory)
    assert "Without an owner: 1" not in web.get("/improvement/").text
    for grant in list(world.priya.grants):
        world.priya.grants.remove(grant)
    db.session.commit()
    assert "Without an owner: 1" in web.get("/improvement/").text
    assert [row[0] for row in web.get("/improvement/owners").tables[0][1:]] == ["Nobody"]
    assert action.reference in web.get("/improvement/board?owner=nobody").text
    assert "1 without an owner" in web.get("/").text
    assert "1 action that nobody answers for" in [
        line.text for line in what_waits_for(world.mallory)
    ]


@pytest.mark.parametrize(
    "view", ["", "board", "board.csv", "board.xlsx", "owners", "teams", "services", "no-difference"]
)
def test_whoever_is_told_of_no_actions_is_refused(web: PageClient, world: World, view: str) -> None:
    for name in ("dan", "adam"):
        web.sign_in(getattr(world, name))
        assert web.request("GET", f"/improvement/{view}").status_code == 403
        web.sign_out()


def test_boards_and_the_home_page_cost_as_many_queries_for_2000_actions_as_for_10(
    web: PageClient, world: World, audits: list[Audit]
) -> None:
    made = [variety(number) for number in range(2_000)]
    views = ("", "board", "owners", "teams", "services", "no-difference")
    few: dict[str, int] = {}
    for count in (10, 2_000):
        rows = insert(world, audits, made[:count])
        for action in rows[1:]:
            action.like_id = rows[0].id
        db.session.commit()
        for name in ("carol", "mallory", "bob"):
            web.sign_in(getattr(world, name))
            web.get("/")  # the first reader after a change of figures asks for them, to be kept
            for path in ("/", *(f"/improvement/{view}" for view in views)):
                asked = len(queries_of(web, path))
                assert asked == few.setdefault(f"{name} {path}", asked), f"{name} {path}"
            web.sign_out()
    assert max(asked for path, asked in few.items() if "improvement" in path) <= 16


def variety(number: int) -> Made:
    states, owners = list(ActionState)[:3], ("nobody", "mallory", "alice")
    return Made(
        state=states[number % 3],
        due_in=(-15, 3, 90)[number // 3 % 3],
        owner=owners[number // 2 % 3],
        audit=(None, 0, 1)[number % 3],
        team=number % 3,
        difference=list(Difference)[number % 4],
        look_again_in=(-3, 9)[number // 4 % 2],
        verified=number % 2 == 0,
        priority=Priority.HIGH,
        kind=None,
        like=None,
        joined_to=0,
    )


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("name", "led_to"), [("ivy", "/improvement/board"), ("priya", "/improvement/")]
)
def test_the_menu_leads_who_can_own_no_action_to_the_board_of_all(
    web: PageClient, world: World, name: str, led_to: str
) -> None:
    web.sign_in(getattr(world, name))
    assert web.get("/").links("body")["Improvement"] == led_to
    page = web.get(led_to)
    items = page.html.select(".govuk-service-navigation__item")
    assert [each.get_text(strip=True) for each in items].count("Improvement") == 1
    active = page.html.select_one(".govuk-service-navigation__item--active")
    assert active.get_text(strip=True) == "Improvement"
    ways = page.html.find("nav", attrs={"aria-label": "Improvement"})
    assert (ways.find("a", string="Your actions") is None) is (name == "ivy")
