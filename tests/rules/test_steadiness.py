"""Steady is claimed only where every part of the way supports it, and the clear steps are named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from audit_app.rules.change import Direction, movement
from audit_app.rules.steadiness import Steadiness, findings, steadily, steadiness
from tests.rules.test_change import PUBLISHED, ROWS, years


def of_hundred(*good: int) -> str:
    return steadily(movement(years(*((0, n, 100 - n, 0) for n in good))))


def test_a_rise_that_has_ended_is_named_and_not_called_steady() -> None:
    assert of_hundred(30, 50, 70, 69, 70, 71) == (
        "Improved, but not steadily: good or better clearly rose from 2019 (Sept – Dec) to 2020 "
        "and from 2020 to 2021, and no step since is clear. "
        "From 2021 to 2024 judgements show no clear trend."
    )


def test_a_rise_that_ended_is_not_steady_though_every_later_year_prints_higher() -> None:
    assert of_hundred(30, 50, 70, 71, 72).startswith("Improved, but not steadily: ")


def test_a_rise_that_began_late_is_not_steady() -> None:
    assert of_hundred(30, 31, 32, 33, 60).startswith("Improved, but not steadily: ")


def test_clear_rises_at_every_step_are_steady() -> None:
    assert of_hundred(20, 40, 60, 80) == (
        "Yes, steadily: good or better clearly rose from 2019 (Sept – Dec) to 2020, "
        "from 2020 to 2021 and from 2021 to 2022."
    )


def test_a_step_that_is_clear_only_over_all_four_judgements_is_part_of_a_steady_rise() -> None:
    assert steadily(movement(years(*PUBLISHED))) == (
        "Yes, steadily: good or better clearly rose from 2020 to 2021, "
        "and all four judgements show a clear trend over the rest."
    )


def test_an_even_rise_too_slow_for_any_one_step_is_steady() -> None:
    assert of_hundred(40, 48, 56, 64) == (
        "Yes, steadily: good or better was higher after every step, though no step from one "
        "period to the next is clear on its own."
    )
    assert of_hundred(40, 50, 49, 60).startswith("Improved, but not steadily: no step")


def test_a_clear_fall_is_named_and_nothing_with_one_is_steady() -> None:
    assert of_hundred(20, 60, 40, 80).startswith(
        "Improved, but not steadily: good or better clearly rose from 2019 (Sept – Dec) to 2020 "
        "and from 2021 to 2022 and clearly fell from 2020 to 2021."
    )
    assert of_hundred(80, 40, 41) == (
        "No, worse: good or better clearly fell from 2019 (Sept – Dec) to 2020, "
        "and the step since is not clear."
    )


@pytest.mark.parametrize(
    ("counts", "answer"),
    [
        (PUBLISHED, Steadiness.STEADY),
        (PUBLISHED[1:], Steadiness.NOT_KNOWN),
        (((0, 50, 50, 0),) * 3, Steadiness.NO_CLEAR_CHANGE),
        (((0, 50, 0, 0),) * 3, Steadiness.NO_CLEAR_CHANGE),
        (((0, 3, 2, 0),) * 3, Steadiness.TOO_FEW),
        ((), Steadiness.TOO_FEW),
    ],
)
def test_the_answer_opens_with_what_can_be_said(
    counts: tuple[tuple[int, ...], ...], answer: Steadiness
) -> None:
    found = movement(years(*counts) if counts else [])
    assert steadiness(found) is answer
    assert steadily(found).startswith(answer.value)


def test_ways_of_counting_share_an_answer_only_where_the_same_steps_are_clear() -> None:
    one, other, same = (
        movement(years(*((0, n, 100 - n, 0) for n in good)))
        for good in ((30, 50, 70, 70), (30, 45, 70, 70), (31, 50, 71, 70))
    )
    assert findings(one) == findings(same)
    assert findings(movement(years((0, 30, 70, 0), (0, 50, 50, 0), (0, 55, 45, 0)))) != findings(
        movement(years((0, 30, 70, 0), (0, 35, 65, 0), (0, 55, 45, 0)))
    )
    assert steadiness(other) is steadiness(one)


@settings(deadline=None)
@given(ROWS)
def test_nothing_is_steady_with_a_clear_fall_or_without_a_trend(
    rows: list[tuple[int, ...]],
) -> None:
    found = movement(years(*rows))
    if steadiness(found) is Steadiness.STEADY:
        assert found.trend is not None
        assert found.trend.direction is Direction.BETTER
        assert Direction.WORSE not in [each.direction for each in found.steps]
    assert steadily(found).endswith(".")
