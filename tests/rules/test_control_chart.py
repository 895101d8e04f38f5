"""Control charts, against limits worked by hand and rules written again as plain loops."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from audit_app.rules.control_chart import Limits, Rule, Signal, limits, signals

#: Twelve points; their moving ranges are 4, 6, 2, 5, 3, 1, 4, 2, 3, 5, 1 and add up to 36.
WORKED = [40, 44, 38, 40, 45, 42, 43, 39, 41, 44, 39, 40]


def fractions(*values: float) -> list[Fraction]:
    return [Fraction(value) for value in values]


def fired(values: list[Fraction], within: Limits | None) -> list[set[tuple[str, bool]]]:
    assert within is not None
    return [{(each.rule.name, each.upwards) for each in found} for found in signals(values, within)]


def test_limits_are_the_mean_and_2_66_mean_moving_ranges() -> None:
    found = limits(fractions(*WORKED))

    assert found is not None
    assert found.mean == Fraction(495, 12)
    assert found.moving_range == Fraction(36, 11)
    # 41.25 ± 2.66 × 3.2727
    assert round(float(found.upper), 4) == 49.9555
    assert round(float(found.lower), 4) == 32.5445
    assert not found.trial


@pytest.mark.parametrize(("points", "trial"), [(7, True), (11, True), (12, False)])
def test_limits_are_on_trial_under_twelve_points(points: int, trial: bool) -> None:
    found = limits(fractions(*WORKED)[:points])

    assert found is not None
    assert found.trial is trial


def test_six_points_make_no_limits() -> None:
    assert limits(fractions(*WORKED)[:6]) is None


#: A chart with its mean at 50 and its limits at 40 and 60.
FIFTY = Limits(Fraction(50), Fraction(1000, 266), 20)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([50, 60, 50], [set(), set(), set()]),
        ([50, 60.01, 50], [set(), {("OUTSIDE", True)}, set()]),
        ([50, 39.99, 50], [set(), {("OUTSIDE", False)}, set()]),
        ([57, 50, 57], [{("OUTER_THIRD", True)}, set(), {("OUTER_THIRD", True)}]),
        ([57, 49, 51, 57], [set()] * 4),
        ([57, 43, 50], [set()] * 3),
        ([43, 43], [set()] * 2),
        ([51, 52, 51, 52, 51, 52, 51], [{("RUN", True)}] * 7),
        ([51, 52, 51, 50, 51, 52, 51], [set()] * 7),
        ([51, 52, 51, 52, 51, 52], [set()] * 6),
        ([47, 48, 49, 50, 51, 52, 53], [{("TREND", True)}] * 7),
        ([53, 52, 51, 50, 49, 48, 47], [{("TREND", False)}] * 7),
        ([47, 48, 49, 49, 50, 51, 52, 53], [set()] * 8),
    ],
)
def test_each_rule_fires_on_its_own_points_and_on_no_other(
    values: list[float], expected: list[set[tuple[str, bool]]]
) -> None:
    assert fired(fractions(*values), FIFTY) == expected


def test_a_point_as_far_as_two_thirds_is_not_beyond_them() -> None:
    two_thirds = Fraction(50) + Fraction(20, 3)

    assert fired([two_thirds] * 3, FIFTY) == [set()] * 3
    assert fired([two_thirds + Fraction(1, 1000)] * 3, FIFTY) == [{("OUTER_THIRD", True)}] * 3


def test_points_that_are_all_the_same_signal_nothing() -> None:
    values = fractions(*[48] * 15)

    assert fired(values, limits(values)) == [set()] * 15


@pytest.mark.parametrize("seed", range(60))
def test_any_series_signals_what_a_plain_loop_finds(seed: int) -> None:
    draw = Random(seed)  # noqa: S311  a test repeats itself
    # Counts out of few, so that points on lines and rows of equal points do come up.
    values = [
        Fraction(draw.randint(0, 10) + place // 4, 20) for place in range(draw.randint(7, 40))
    ]
    within = limits(values)

    assert within is not None
    assert signals(values, within) == _by_hand(values)


def _by_hand(values: list[Fraction]) -> tuple[frozenset[Signal], ...]:
    mean = sum(values, Fraction(0)) / len(values)
    moved = Fraction(0)
    for place in range(1, len(values)):
        moved += abs(values[place] - values[place - 1])
    width = moved / (len(values) - 1) * 266 / 100
    return tuple(_at(values, place, mean, width) for place in range(len(values)))


def _at(values: list[Fraction], place: int, mean: Fraction, width: Fraction) -> frozenset[Signal]:
    found = _in_seven(values, place, mean)
    if values[place] > mean + width:
        found.add(Signal(Rule.OUTSIDE, True))
    if values[place] < mean - width:
        found.add(Signal(Rule.OUTSIDE, False))
    for first in range(max(place - 2, 0), min(place + 1, len(values) - 2)):
        three = values[first : first + 3]
        high, low = mean + width * 2 / 3, mean - width * 2 / 3
        if values[place] > high and sum(each > high for each in three) >= 2:
            found.add(Signal(Rule.OUTER_THIRD, True))
        if values[place] < low and sum(each < low for each in three) >= 2:
            found.add(Signal(Rule.OUTER_THIRD, False))
    return frozenset(found)


def _in_seven(values: list[Fraction], place: int, mean: Fraction) -> set[Signal]:
    found = set()
    for first in range(max(place - 6, 0), min(place + 1, len(values) - 6)):
        seven = values[first : first + 7]
        for upwards in (True, False):
            if all((each > mean) if upwards else (each < mean) for each in seven):
                found.add(Signal(Rule.RUN, upwards))
            if seven == sorted(set(seven), reverse=not upwards):
                found.add(Signal(Rule.TREND, upwards))
    return found
