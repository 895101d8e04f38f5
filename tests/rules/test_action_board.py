"""Every unfinished action stands in one place of a board, and says how far off its day it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.action_board import BoardGroup, group_of, grouped, how_due
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference

TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Made:
    state: ActionState = ActionState.OPEN
    to_verify: bool = False
    due_on: date = TODAY
    difference: Difference | None = None
    look_again_on: date | None = None


DAYS = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
MADE = st.builds(
    Made,
    state=st.sampled_from(ActionState),
    to_verify=st.booleans(),
    due_on=DAYS,
    difference=st.none() | st.sampled_from(Difference),
    look_again_on=st.none() | DAYS,
)


def stands(**more: object) -> BoardGroup | None:
    return group_of(Made(**more), TODAY)  # type: ignore[arg-type]


def test_an_open_action_is_overdue_from_the_day_after_it_was_due() -> None:
    assert stands(due_on=TODAY - timedelta(days=1)) is BoardGroup.OVERDUE
    assert stands(due_on=TODAY) is BoardGroup.SOON


def test_an_open_action_is_due_soon_for_its_last_14_days() -> None:
    assert stands(due_on=TODAY + timedelta(days=14)) is BoardGroup.SOON
    assert stands(due_on=TODAY + timedelta(days=15)) is BoardGroup.LATER


def test_what_was_too_early_to_say_comes_back_on_its_day_and_stays_until_answered() -> None:
    early = {"state": ActionState.CLOSED, "difference": Difference.TOO_EARLY}
    assert stands(**early, look_again_on=TODAY + timedelta(days=1)) is BoardGroup.TOO_EARLY
    assert stands(**early, look_again_on=TODAY) is BoardGroup.LOOK_AGAIN
    assert stands(**early, look_again_on=date(2020, 1, 1)) is BoardGroup.LOOK_AGAIN


def test_what_must_be_verified_waits_for_that_before_anything_else() -> None:
    early = {"difference": Difference.TOO_EARLY, "look_again_on": TODAY, "to_verify": True}
    assert stands(state=ActionState.TO_VERIFY, **early) is BoardGroup.TO_VERIFY
    assert stands(state=ActionState.CLOSED, **early) is BoardGroup.TO_VERIFY


def test_what_is_finished_or_followed_with_another_is_on_no_board() -> None:
    for difference in (Difference.YES, Difference.PARTLY, Difference.NO):
        assert stands(state=ActionState.CLOSED, difference=difference) is None
    assert stands(state=ActionState.JOINED, due_on=date(2020, 1, 1)) is None


@given(st.lists(MADE, max_size=30))
def test_grouping_loses_nothing_that_is_unfinished_and_shows_nothing_twice(
    actions: list[Made],
) -> None:
    groups = grouped(actions, TODAY)
    unfinished = [each for each in actions if group_of(each, TODAY) is not None]
    assert sorted(map(repr, unfinished)) == sorted(
        repr(each) for rows in groups.values() for each in rows
    )
    assert [group for group in BoardGroup if group in groups] == list(groups)
    assert all(each.state is not ActionState.OPEN or each in unfinished for each in actions)


def test_how_far_off_a_day_is_in_words() -> None:
    said = {
        -1: "1 day overdue",
        -1200: "1,200 days overdue",
        0: "due today",
        1: "due tomorrow",
        9: "due in 9 days",
    }
    for days, words in said.items():
        due_on = TODAY + timedelta(days=days)
        group = BoardGroup.OVERDUE if days < 0 else BoardGroup.SOON
        assert how_due(group, due_on, TODAY) == words
    assert how_due(BoardGroup.TO_VERIFY, date(2020, 1, 1), TODAY) == ""
