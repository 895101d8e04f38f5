"""What is said of moderation claims a change or a lean only where its rule fired."""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.judgements import Judgement
from audit_app.rules.moderation_grid import ModerationGrid
from audit_app.rules.moderation_words import (
    CHANCE,
    Moderated,
    answer,
    only_graded,
    sign_test,
)
from audit_app.rules.periods import Period, PeriodKind

O, G, R, I, N = Judgement  # noqa: E741


def year(number: int) -> Period:
    return Period(PeriodKind.CALENDAR_YEAR, date(number, 1, 1), date(number, 12, 31))


def grid(same: int, up: int = 0, down: int = 0) -> ModerationGrid:
    return ModerationGrid(Counter({(G, G): same, (R, G): up, (G, R): down}))


def moderated(*grids: ModerationGrid, blind: bool = False) -> Moderated:
    years = [(year(2020 + place), each) for place, each in enumerate(grids)]
    return Moderated("chosen at random", blind, years)


def test_open_moderation_is_revision_and_blind_moderation_agreement() -> None:
    opened, blind = moderated(grid(51, 2, 7)), moderated(grid(51, 2, 7), blind=True)
    assert opened.found == (
        "Of 60 audits chosen at random and moderated in the open in 2020, all graded Good or "
        "Requires Improvement to be Good by the auditor, the auditor’s grade was kept in 51 (85%): "
        "revision, not independent agreement."
    )
    assert blind.found == (
        "Of 60 audits chosen at random and judged blind in 2020, all graded Good or Requires "
        "Improvement to be Good by the auditor, moderator and auditor agreed on the grade in "
        "51 (85%) and were at most one grade apart in 60 (100%)."
    )
    assert "agree" not in opened.change
    assert "agree" not in opened.lean


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (grid(80, 10, 10), grid(82, 9, 9),
         "No clear change in how many grades were kept: from 80% in 2020 to 82%."),
        (grid(60, 20, 20), grid(90, 5, 5),
         f"The share of grades kept rose from 60% in 2020 to 90%; {CHANCE}."),
        (grid(90, 5, 5), grid(60, 20, 20),
         f"The share of grades kept fell from 90% in 2020 to 60%; {CHANCE}."),
        (grid(9), grid(60, 20, 20),
         ("No other period holds enough of these to tell a change in "
          "how many grades were kept.")),
    ],
)  # fmt: skip
def test_a_change_is_claimed_only_beyond_chance(
    before: ModerationGrid, after: ModerationGrid, said: str
) -> None:
    assert moderated(before, after).change == said


def test_in_short_a_change_is_told_only_beyond_chance() -> None:
    before, after = grid(60, 20, 20), grid(90, 5, 5)
    assert moderated(after).in_short == (
        "seeing the auditor’s grade, moderators kept it in 90% of 100 audits chosen at random in "
        "2020"
    )
    assert moderated(before, after, blind=True).in_short == (
        "judging blind, moderators came to the auditor’s grade in 90% of 100 audits chosen at "
        "random in 2021, up from 60% in 2020 by more than chance"
    )
    assert moderated(after, after).in_short.endswith(", with no clear change from 90% in 2020")


def test_the_grades_auditors_gave_are_named_only_where_they_did_not_give_all() -> None:
    every = ModerationGrid(Counter({(word, word): 5 for word in (O, G, R, I)}))
    assert moderated(every, blind=True).found == (
        "Of 20 audits chosen at random and judged blind in 2020, moderator and auditor agreed on "
        "the grade in 20 (100%) and were at most one grade apart in 20 (100%)."
    )
    assert only_graded([moderated(every)]) == ()
    both = [moderated(grid(40, 1)), moderated(grid(60, 2), blind=True)]
    assert " ".join(only_graded(both)) == (
        "All of these were graded Good or Requires Improvement to be Good by the auditor: "
        "this says nothing of other grades."
    )
    assert only_graded([moderated(every), moderated(grid(60), blind=True)]) == (
        "Those judged blind were graded Good by the auditor: this says nothing of other grades.",
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([moderated(grid(51, 2, 7)), moderated(grid(30, 1), blind=True)], "Mostly kept"),
        ([moderated(grid(7, 51, 2))], "Mostly changed"),
        ([moderated(grid(51, 2, 7)), moderated(grid(9, 3), blind=True)], "Not clear"),
        ([moderated(grid(9))], "Not clear"),
        ([], "Not clear"),
    ],
)
def test_the_answer_is_given_only_where_every_way_is_clear(
    found: list[Moderated], said: str
) -> None:
    assert answer(found) == said


def test_a_period_of_few_is_passed_over() -> None:
    found = moderated(grid(60, 20, 20), grid(3), grid(90, 5, 5), grid(2))
    assert found.latest is not None
    assert found.latest[0].label == "2022"
    assert "from 60% in 2020 to 90%" in found.change


def test_nothing_is_said_of_few() -> None:
    assert moderated(grid(9)).sentences == ()
    assert moderated().sentences == ()


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        (0, 0, "No grade was moved."),
        (5, 7, "Moderators were not clearly stricter or kinder: 5 moved up, 7 moved down."),
        (1, 12, ("Where grades were moved, they went down more often than up: "
                 f"1 moved up, 12 moved down; {CHANCE}.")),
        (12, 1, ("Where grades were moved, they went up more often than down: "
                 f"12 moved up, 1 moved down; {CHANCE}.")),
    ],
)  # fmt: skip
def test_a_lean_is_claimed_only_beyond_chance(up: int, down: int, said: str) -> None:
    assert moderated(grid(60, up, down)).lean == said


def test_a_lean_of_blind_judgements_is_told_as_judging() -> None:
    assert moderated(grid(60, 1, 12), blind=True).lean == (
        "Where they differed, moderators judged lower more often than higher: "
        f"1 higher, 12 lower; {CHANCE}."
    )


@given(st.integers(0, 30), st.integers(0, 30))
def test_the_sign_test_adds_up_what_is_as_unlikely(up: int, down: int) -> None:
    moves = up + down
    as_unlikely = [comb(moves, each) for each in range(moves + 1)]
    found = sum(each for each in as_unlikely if each <= comb(moves, up)) / 2**moves
    assert sign_test(up, down) == pytest.approx(found, abs=1e-9)
