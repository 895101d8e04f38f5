"""Intervals: the reference values, an independent library, and sums done by hand."""

from __future__ import annotations

from decimal import Decimal
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from audit_app.rules.intervals import Interval, difference, exact_limits, wilson
from audit_app.rules.shares import Share

Z = float(norm.ppf(0.975))
SHARES = st.integers(1, 2000).flatmap(
    lambda total: st.builds(Share, st.integers(0, total), st.just(total))
)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 10, 0.0000, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (7, 12, 0.3195, 0.8067),
        (41, 60, 0.5577, 0.7869),
    ],
)
def test_wilson_gives_the_reference_values(count: int, total: int, low: float, high: float) -> None:
    found = wilson(Share(count, total))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(SHARES)
def test_wilson_is_what_another_library_and_its_own_formula_say(share: Share) -> None:
    found = wilson(share)
    other = binomtest(share.count, share.total).proportion_ci(method="wilson")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=1e-12)
    assert (found.low, found.high) == pytest.approx(by_hand(share), abs=1e-12)
    assert 0 <= found.low <= share.count / share.total + 1e-12
    assert share.count / share.total - 1e-12 <= found.high <= 1


@given(SHARES, SHARES)
def test_the_interval_of_a_difference_is_made_of_the_two_wilson_intervals(
    before: Share, after: Share
) -> None:
    found = difference(before, after)
    assert found is not None
    (low1, high1), (low2, high2) = by_hand(after), by_hand(before)
    one, two = after.count / after.total, before.count / before.total
    low = one - two - sqrt((one - low1) ** 2 + (high2 - two) ** 2)
    high = one - two + sqrt((high1 - one) ** 2 + (two - low2) ** 2)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_the_published_years_differ_by_more_than_chance_and_the_first_two_do_not() -> None:
    years = [Share(103, 286), Share(363, 924), Share(413, 853)]
    first, last = difference(years[0], years[1]), difference(years[1], years[2])
    assert first is not None
    assert last is not None
    assert not first.leaves_out_zero
    assert last.leaves_out_zero
    assert last.percents(1) == (Decimal("4.5"), Decimal("13.7"))


@given(st.integers(1, 80), st.floats(0, 1), st.sampled_from([0.95, 0.998]))
def test_outside_the_exact_limits_lies_no_more_than_chance_is_allowed(
    total: int, centre: float, level: float
) -> None:
    low, high = exact_limits(total, centre, level)
    chances = [comb(total, n) * centre**n * (1 - centre) ** (total - n) for n in range(total + 1)]
    tail = (1 - level) / 2 + 1e-9
    assert 0 <= low <= high <= total
    assert sum(chances[:low]) <= tail
    assert sum(chances[high + 1 :]) <= tail
    # One step further in, and more than that would lie outside.
    assert low == high or sum(chances[: low + 1]) >= tail - 2e-9
    assert low == high or sum(chances[high:]) >= tail - 2e-9


@pytest.mark.parametrize(
    ("total", "usual", "wide"),
    [(8, (2, 7), (1, 8)), (20, (8, 16), (5, 18)), (40, (18, 30), (14, 33))],
)
def test_funnel_limits_around_six_in_ten(
    total: int, usual: tuple[int, int], wide: tuple[int, int]
) -> None:
    assert exact_limits(total, 0.6) == usual
    assert exact_limits(total, 0.6, 0.998) == wide


def test_nothing_counted_has_no_interval() -> None:
    assert wilson(Share(0, 0)) is None
    assert difference(Share(0, 0), Share(5, 10)) is None
    assert difference(Share(5, 10), Share(0, 0)) is None


def test_ends_are_printed_half_up_and_never_as_minus_nothing() -> None:
    assert Interval(-0.0004, 0.125).percents() == (Decimal(0), Decimal(13))
    assert Interval(-0.0004, 0.125).text() == "0% to 13%"
    assert Interval(0.3424, 0.4493).text(1) == "34.2% to 44.9%"


def by_hand(share: Share) -> tuple[float, float]:
    """The formula as the health service prints it."""
    n, good = share.total, share.count
    spread = Z * sqrt(Z**2 + 4 * good * (1 - good / n))
    return (2 * good + Z**2 - spread) / (2 * (n + Z**2)), (
        (2 * good + Z**2 + spread) / (2 * (n + Z**2))
    )
