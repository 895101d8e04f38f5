"""What follows from a grid of auditors' and moderators' grades, counted again pair by pair."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.agreement import agreement
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.moderation_grid import ModerationGrid, together

O, G, R, I, N = Judgement  # noqa: E741

pairs = st.lists(st.tuples(st.sampled_from(Judgement), st.sampled_from(Judgement)), max_size=60)


def grid_of(*given: tuple[Judgement, Judgement]) -> ModerationGrid:
    return ModerationGrid(Counter(given))


@given(pairs)
def test_every_count_is_what_a_loop_over_the_pairs_finds(
    given: list[tuple[Judgement, Judgement]],
) -> None:
    grid = grid_of(*given)
    graded = [(one, other) for one, other in given if N not in (one, other)]
    assert grid.pairs == len(graded)
    assert grid.without_grade == len(given) - len(graded)
    for i, one in enumerate(SCALE):
        for j, other in enumerate(SCALE):
            assert grid.rows[i][j] == graded.count((one, other))
    assert grid.up.count == sum(SCALE.index(m) < SCALE.index(a) for a, m in graded)
    assert grid.down.count == sum(SCALE.index(m) > SCALE.index(a) for a, m in graded)
    assert grid.changed.count == grid.up.count + grid.down.count
    assert grid.exact.count + grid.changed.count == grid.pairs
    again = agreement(given)
    assert (grid.pairs, grid.exact.count, grid.within_one.count) == (
        again.pairs,
        again.exact,
        again.within_one,
    )


@given(pairs, pairs)
def test_grids_together_are_the_grid_of_all_their_pairs(
    some: list[tuple[Judgement, Judgement]], others: list[tuple[Judgement, Judgement]]
) -> None:
    both = together([grid_of(*some), grid_of(*others)])
    assert both.rows == grid_of(*some, *others).rows


def test_up_is_a_better_grade_by_the_moderator() -> None:
    grid = grid_of((R, G), (R, G), (G, R))
    assert (grid.up.count, grid.down.count) == (2, 1)


def test_coefficients_wait_for_forty_pairs() -> None:
    short = grid_of(*[(G, G), (R, R), (R, G)] * 13)
    assert short.pairs == 39
    assert (short.kappa, short.ac2) == (None, None)
    enough = grid_of(*[(G, G), (R, R), (R, G)] * 13, (G, G))
    assert enough.kappa is not None
    assert enough.ac2 is not None


def test_too_few_pairs_show_counts_only() -> None:
    assert grid_of(*[(G, G)] * 9).exact.text == "9"
    assert grid_of(*[(G, G)] * 10).exact.text == "10 (100%)"
