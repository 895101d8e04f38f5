"""Kappa and AC2: the rule book's values, and what other people's code makes of the same pairs."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from audit_app.rules.agreement_coefficients import ac2, printed, weighted_kappa

FIRST = (4, 3, 3, 2, 2, 3, 1, 2, 3, 3, 2, 4, 3, 2, 1, 3, 2, 2, 3, 3)
SECOND = (3, 3, 2, 2, 2, 3, 1, 1, 3, 2, 2, 4, 3, 2, 2, 3, 2, 3, 3, 3)
#: 36 of 40 the same, and nearly everybody given one grade.
ONE_GRADE = ((0, 1, 0, 0), (1, 36, 1, 0), (0, 1, 0, 0), (0, 0, 0, 0))
EMPTY = ((0,) * 4,) * 4

grids = st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=4, max_size=4)


def grid_of(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    grid = [[0] * 4 for _ in range(4)]
    for one, other in pairs:
        grid[one - 1][other - 1] += 1
    return grid


def pairs_of(grid: list[list[int]]) -> list[tuple[int, int]]:
    return [(i, j) for i, row in enumerate(grid) for j, n in enumerate(row) for _ in range(n)]


def test_the_rule_books_pairs_come_out_as_in_the_rule_book() -> None:
    grid = grid_of(zip(FIRST, SECOND, strict=True))
    kappa, gwet = weighted_kappa(grid), ac2(grid)
    assert kappa is not None
    assert gwet is not None
    assert float(kappa.value) == pytest.approx(0.75104, abs=5e-6)
    assert float(gwet.value) == pytest.approx(0.91285, abs=5e-6)
    # The interval as the R and Python packages irrCAC give it for the same pairs.
    assert (gwet.low, gwet.high) == pytest.approx((0.840937, 0.984771), abs=1e-6)


def test_kappa_is_nothing_where_nearly_all_are_one_grade_and_ac2_is_not() -> None:
    kappa, gwet = weighted_kappa(ONE_GRADE), ac2(ONE_GRADE)
    assert kappa is not None
    assert gwet is not None
    assert kappa.value == 0
    assert float(gwet.value) == pytest.approx(0.98775, abs=5e-6)
    assert (gwet.low, gwet.high) == pytest.approx((0.974686, 1.0), abs=1e-6)


def test_no_width_is_no_interval() -> None:
    """Being sure to the last digit is what no number of audits can bring."""
    kappa = weighted_kappa(ONE_GRADE)
    assert kappa is not None
    assert (kappa.low, kappa.high) == (None, None)
    for of in (weighted_kappa, ac2):
        alike = of(grid_of([(1, 1)] * 20 + [(2, 2)] * 20))
        assert alike is not None
        assert alike.value == 1
        assert (alike.low, alike.high) == (None, None)


def test_there_is_no_coefficient_where_there_is_nothing_to_compare() -> None:
    assert weighted_kappa(EMPTY) is None
    assert ac2(EMPTY) is None
    assert ac2(grid_of([(2, 2)])) is None
    assert weighted_kappa(grid_of([(2, 2)] * 50)) is None
    everybody = ac2(grid_of([(2, 2)] * 50))
    assert everybody is not None
    assert everybody.value == 1


@given(grids)
def test_kappa_is_what_statsmodels_and_scikit_learn_make_of_it(grid: list[list[int]]) -> None:
    kappa = weighted_kappa(grid)
    assume(kappa is not None and kappa.low is not None and kappa.high is not None)
    assert kappa is not None
    theirs = cohens_kappa(np.array(grid), wt="quadratic")
    assert float(kappa.value) == pytest.approx(theirs.kappa, abs=1e-9)
    ends = (max(theirs.kappa_low, -1), min(theirs.kappa_upp, 1))
    assert (kappa.low, kappa.high) == pytest.approx(ends, abs=1e-6)
    first, second = zip(*pairs_of(grid), strict=True)
    score = cohen_kappa_score(first, second, labels=range(4), weights="quadratic")
    assert float(kappa.value) == pytest.approx(score, abs=1e-9)


@given(grids)
def test_ac2_is_what_a_loop_over_the_pairs_makes_of_it(grid: list[list[int]]) -> None:
    pairs = pairs_of(grid)
    assume(len(pairs) > 1)
    gwet = ac2(grid)
    assert gwet is not None
    value, error = _ac2_by_pairs(pairs)
    assert float(gwet.value) == pytest.approx(value, abs=1e-9)
    if gwet.low is None or gwet.high is None:
        assert error == pytest.approx(0, abs=1e-9)
    else:
        reach = stats.t.ppf(0.975, len(pairs) - 1) * error
        ends = (max(value - reach, -1), min(value + reach, 1))
        assert (gwet.low, gwet.high) == pytest.approx(ends, abs=1e-6)


def _ac2_by_pairs(pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """AC2 and its standard error, one pair after another, as Gwet writes them down."""
    n, grades = len(pairs), range(4)
    weight = [[1 - ((i - j) / 3) ** 2 for j in grades] for i in grades]
    scale = sum(map(sum, weight)) / 12
    mean = [sum((i == k) + (j == k) for i, j in pairs) / (2 * n) for k in grades]
    chance = scale * sum(share * (1 - share) for share in mean)
    value = (sum(weight[i][j] for i, j in pairs) / n - chance) / (1 - chance)
    squares = 0.0
    for i, j in pairs:
        own_chance = scale * (1 - mean[i] + 1 - mean[j]) / 2
        own = (weight[i][j] - chance) / (1 - chance)
        own -= 2 * (1 - value) * (own_chance - chance) / (1 - chance)
        squares += (own - value) ** 2
    return value, sqrt(squares / (n * (n - 1)))


@given(grids)
def test_turning_the_scale_round_changes_nothing(grid: list[list[int]]) -> None:
    other_way = [row[::-1] for row in grid[::-1]]
    assert weighted_kappa(grid) == weighted_kappa(other_way)
    one, other = ac2(grid), ac2(other_way)
    assert (one and one.value) == (other and other.value)


def test_coefficients_are_printed_half_up() -> None:
    figures = [printed(each) for each in (0.125, -0.125, 0.375, -0.001, 1)]
    assert [str(each) for each in figures] == ["0.13", "-0.13", "0.38", "0.00", "1.00"]
