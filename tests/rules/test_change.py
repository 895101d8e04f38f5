"""What may be said of periods beside each other: only what a rule found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import erfc, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.rules.change import Direction, Trend, movement, step, trend
from audit_app.rules.columns import Column
from audit_app.rules.periods import PeriodKind, split

PUBLISHED = ((4, 99, 142, 41), (16, 347, 479, 82), (30, 383, 393, 47))
ROWS = st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=2, max_size=6)


def years(*counts: tuple[int, ...], floor: int = 10) -> list[Column]:
    periods = split(PeriodKind.CALENDAR_YEAR, date(2019, 9, 1), date(2018 + len(counts), 12, 31))
    return [Column(period, each, 0, floor, 0) for period, each in zip(periods, counts, strict=True)]


def test_the_trend_gives_the_reference_values_where_a_chi_square_would_see_nothing() -> None:
    found = trend([(3, 10, 20, 7), (5, 14, 16, 5), (8, 16, 12, 4)])
    assert found is not None
    assert (round(found.z, 5), round(found.p, 6)) == (-2.39181, 0.016766)
    assert found.direction is Direction.BETTER
    assert found.p_text == "0.017"


@settings(deadline=None)
@given(ROWS)
def test_the_trend_is_what_a_plain_loop_over_audits_finds(rows: list[tuple[int, ...]]) -> None:
    found, slow = trend(rows), by_loop(rows)
    assert (found is None) == (slow is None)
    if found is not None and slow is not None:
        assert (found.z, found.p) == pytest.approx(slow, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(ROWS)
def test_turning_time_round_turns_the_direction_round(rows: list[tuple[int, ...]]) -> None:
    forwards, backwards = trend(rows), trend(rows[::-1])
    if forwards is not None and backwards is not None:
        assert forwards.z == pytest.approx(-backwards.z, abs=1e-9)
        assert forwards.p == pytest.approx(backwards.p)


@pytest.mark.parametrize(
    "rows",
    [[], [(1, 2, 3, 4)], [(1, 2, 3, 4), (0, 0, 0, 0)], [(0, 9, 0, 0), (0, 12, 0, 0)]],
)
def test_where_nothing_can_move_there_is_no_trend(rows: list[tuple[int, ...]]) -> None:
    assert trend(rows) is None


def test_the_published_years_rose_and_the_sentence_says_by_what() -> None:
    found = movement(years(*PUBLISHED))
    assert found.direction is Direction.BETTER
    assert found.sentences == (
        (
            "Good or better rose from 39.3% in 2020 to 48.4% in 2021; "
            "a change this size is unlikely to be chance."
        ),
        (
            "Over the 3 periods from 2019 (Sept – Dec) to 2021 judgements got better (good or "
            "better went from 36.0% to 48.4%); a trend this strong is unlikely to be chance."
        ),
    )


def test_good_or_better_is_not_named_where_it_went_another_way_than_the_whole_scale() -> None:
    found = movement(years((0, 50, 10, 40), (5, 45, 30, 20), (20, 28, 50, 2)))
    assert found.trend is not None
    assert found.trend.direction is Direction.BETTER
    assert found.sentences[1] == (
        "Over the 3 periods from 2019 (Sept – Dec) to 2021 judgements got better; "
        "a trend this strong is unlikely to be chance."
    )


def test_a_fall_is_called_a_fall() -> None:
    found = movement(years(*PUBLISHED[::-1]))
    assert found.sentence == ("No clear change in good or better: 39.3% in 2020, 36.0% in 2021.")
    assert found.direction is Direction.WORSE
    fell = movement(years((0, 60, 40, 0), (0, 30, 70, 0)))
    assert fell.direction is Direction.WORSE
    assert fell.sentence == (
        "Good or better fell from 60.0% in 2019 (Sept – Dec) to 30.0% in 2020; "
        "a change this size is unlikely to be chance."
    )
    assert len(fell.sentences) == 1


def test_no_clear_change_is_an_answer() -> None:
    found = movement(years((1, 10, 10, 1), (2, 10, 10, 1), (1, 10, 10, 1)))
    assert found.direction is Direction.NO_CLEAR_CHANGE
    assert not found.clear
    assert found.sentences == (
        "No clear change in good or better: 52% in 2020, 50% in 2021.",
        "Over the 3 periods from 2019 (Sept – Dec) to 2021 judgements show no clear trend.",
    )


def test_a_slow_rise_is_seen_over_all_periods_where_no_one_step_shows_it() -> None:
    found = movement(years((2, 16, 20, 2), (2, 18, 18, 2), (2, 20, 16, 2), (4, 24, 11, 1)))
    assert found.step is not None
    assert found.step.direction is Direction.NO_CLEAR_CHANGE
    assert found.direction is Direction.BETTER
    assert found.sentences[1].startswith("Over the 4 periods from 2019 (Sept – Dec) to 2022")


def test_periods_of_few_audits_are_passed_over_by_name_and_not_compared() -> None:
    found = movement(years((0, 60, 40, 0), (0, 3, 2, 0), (0, 30, 70, 0), (0, 1, 0, 0)))
    assert found.sentence.startswith(
        "Good or better fell from 60.0% in 2019 (Sept – Dec) to 30.0% in 2021"
    )


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([(0, 0, 0, 0)], "No period holds audits, so no two can be compared."),
        ([(0, 50, 0, 0)], "Only one period holds audits, so no two can be compared."),
        (
            [(0, 50, 0, 0), (0, 0, 3, 0)],
            "Fewer than two periods hold at least 10 audits, so no two can be compared.",
        ),
    ],
)
def test_too_few_to_compare_claims_nothing(counts: list[tuple[int, ...]], sentence: str) -> None:
    found = movement(years(*counts))
    assert found.sentence == sentence
    assert found.step is None
    assert movement([]).direction is Direction.TOO_FEW


def test_many_small_periods_can_still_show_a_trend_and_no_step() -> None:
    found = movement(years((0, 0, 9, 0), (0, 3, 6, 0), (0, 6, 3, 0), (0, 9, 0, 0)))
    assert found.step is None
    assert found.direction is Direction.BETTER
    assert (
        found.sentences[0]
        == "Fewer than two periods hold at least 10 audits, so no two can be compared."
    )


def test_a_difference_too_small_to_print_is_no_change_however_many_audits_say_so() -> None:
    many = 10**9
    before, after = years((0, many, many, 0), (0, many + 10**5, many - 10**5, 0))
    found = step(before, after)
    assert found is not None
    assert found.interval.leaves_out_zero
    assert found.direction is Direction.NO_CLEAR_CHANGE


@settings(deadline=None)
@given(ROWS)
def test_words_of_change_stand_only_where_a_rule_fired(rows: list[tuple[int, ...]]) -> None:
    found = movement(years(*rows))
    said = " ".join(found.sentences)
    claimed = any(word in said for word in ("rose", "fell", "got better", "got worse"))
    fired = [
        each
        for each in (found.step, found.trend if "Over the" in said else None)
        if each is not None and each.direction in (Direction.BETTER, Direction.WORSE)
    ]
    assert claimed == bool(fired)


def test_a_tiny_p_is_not_printed_as_nothing() -> None:
    assert Trend(-9.0, 1e-15).p_text == "less than 0.001"


def by_loop(rows: Sequence[Sequence[int]]) -> tuple[float, float] | None:
    """Every audit as a point: the correlation of period and grade, as the test defines it."""
    points = [
        (period, grade)
        for period, row in enumerate(rows)
        for grade, count in enumerate(row)
        for _ in range(count)
    ]
    if len({x for x, _ in points}) < 2 or len({y for _, y in points}) < 2:
        return None
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    across = sum((x - mean_x) * (y - mean_y) for x, y in points)
    spread_x = sum((x - mean_x) ** 2 for x, _ in points)
    spread_y = sum((y - mean_y) ** 2 for _, y in points)
    z = across / sqrt(spread_x * spread_y / (n - 1))
    return z, erfc(abs(z) / sqrt(2))
