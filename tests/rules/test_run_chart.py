"""Run charts, against the published table of runs and every order of a few points."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, groupby

import pytest

from audit_app.rules.run_chart import chance_of_runs, run_chart


def found(*values: float) -> list[tuple[str, int, int, bool | None]]:
    chart = run_chart([Fraction(value) for value in values])
    assert chart is not None
    return [(each.rule.name, each.first, each.last, each.upwards) for each in chart.signals]


def test_no_point_makes_no_chart() -> None:
    assert run_chart([]) is None


def test_the_line_is_the_median() -> None:
    chart = run_chart([Fraction(each) for each in (3, 9, 4, 100)])

    assert chart is not None
    assert chart.median == Fraction(13, 2)


def test_six_on_one_side_are_a_shift_and_five_are_not() -> None:
    assert ("SHIFT", 0, 5, False) in found(1, 3, 2, 3, 1, 2, 9, 8, 9, 7, 9, 8)
    assert found(1, 3, 2, 3, 1, 9, 8, 9, 7, 9) == [("FEW_RUNS", 0, 9, None)]


def test_a_point_on_the_median_neither_counts_nor_breaks_a_shift() -> None:
    on_it = found(1, 2, 1, 5, 2, 1, 2, 9, 8, 9, 8, 9, 8)

    assert ("SHIFT", 0, 6, False) in on_it
    assert ("SHIFT", 7, 12, True) in on_it


def test_five_rising_are_a_trend_and_four_are_not() -> None:
    assert ("TREND", 1, 5, True) in found(5, 1, 2, 3, 4, 6, 5)
    assert found(5, 1, 2, 3, 4, 1, 5) == []


def test_a_point_equal_to_the_one_before_neither_counts_nor_breaks_a_trend() -> None:
    assert ("TREND", 1, 6, True) in found(5, 1, 2, 3, 3, 4, 6, 5)
    assert found(5, 1, 2, 2, 3, 4, 1, 5) == []


def test_changing_side_at_every_point_is_more_than_chance_explains() -> None:
    assert found(*[1, 9] * 5) == [("MANY_RUNS", 0, 9, None)]


@pytest.mark.parametrize(
    ("each_side", "few", "many"),
    # Swed and Eisenhart's table at 2.5% on each side: so few, or so many, are more than chance.
    [(5, 2, 10), (6, 3, 11), (7, 3, 13), (8, 4, 14), (9, 5, 15), (10, 6, 16), (12, 7, 19)],
)
def test_runs_agree_with_the_published_table(each_side: int, few: int, many: int) -> None:
    chances = {
        runs: chance_of_runs(runs, each_side, each_side) for runs in range(2, 2 * each_side + 1)
    }
    unlikely = Fraction(25, 1000)

    assert sum(chances.values()) == 1
    assert max(r for r in chances if _upto(chances, r) <= unlikely) == few
    assert min(r for r in chances if 1 - _upto(chances, r - 1) <= unlikely) == many


@pytest.mark.parametrize(("above", "below"), [(1, 4), (3, 3), (5, 4), (6, 2)])
def test_the_chance_of_runs_is_their_part_of_every_order(above: int, below: int) -> None:
    orders = [
        [place in high for place in range(above + below)]
        for high in map(set, combinations(range(above + below), above))
    ]
    for runs in range(2, above + below + 1):
        so_many = sum(1 for order in orders if len(list(groupby(order))) == runs)
        assert chance_of_runs(runs, above, below) == Fraction(so_many, len(orders))


def _upto(chances: dict[int, Fraction], runs: int) -> Fraction:
    return sum((chance for each, chance in chances.items() if each <= runs), Fraction(0))
