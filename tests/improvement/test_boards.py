"""A board shows every unfinished action a person may read, in one place, and counts it rightly."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.extensions import db
from audit_app.improvement.board_filter import NOBODY, BoardFilter, ToSortOut, Whose
from audit_app.improvement.board_parts import Part, part_lines
from audit_app.improvement.board_queries import board_lines, count_board
from audit_app.models import Action, Audit, User
from audit_app.rules.action_board import BoardGroup
from audit_app.rules.action_steps import UNFINISHED_STATES, ActionState
from audit_app.rules.audits import Priority
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

READERS = ("alice", "mallory", "bob", "carol", "hester", "priya", "dan", "adam")


@pytest.fixture
def audits(world: World) -> list[Audit]:
    return some_audits(world)


def ownerless(action: Action) -> bool:
    owner = action.owner_id and db.session.get(User, action.owner_id)
    return action.state is ActionState.OPEN and not (owner and owner.active)


def alike(user: User, action: Action) -> bool:
    like = action.like
    return (
        action.state is ActionState.OPEN
        and like is not None
        and like.state in UNFINISHED_STATES
        and reads(user, like)
    )


def owner_of(action: Action) -> str:
    owner = action.owner_id and db.session.get(User, action.owner_id)
    return owner.reference if owner and owner.active else NOBODY


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
