"""A series of months or quarters: where it is cut, what it says, and what it does not claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from audit_app.rules.columns import Column
from audit_app.rules.over_time import Change, Series, series, too_small_for_months
from audit_app.rules.over_time_words import headline, level, others, printed
from audit_app.rules.periods import PeriodKind, split

#: Good or better of twenty audits in each of sixteen months.
STEADY = [9, 11, 10, 12, 9, 10, 11, 9, 12, 10, 9, 11, 10, 12, 9, 10]
APRIL = Change(date(2020, 4, 1), "2020")


def columns(
    good: Iterable[int | None], total: int = 20, kind: PeriodKind = PeriodKind.MONTH
) -> list[Column]:
    """A column from January 2019 on for each figure; None is a period with nine audits."""
    periods = split(kind, date(2019, 1, 1), date(2029, 12, 31))
    return [
        Column(period, (0, 9, 0, 0) if n is None else (0, n, total - n, 0), 0, 10, 0)
        for n, period in zip(good, periods, strict=False)
    ]


def said(of: Series) -> list[tuple[str, str]]:
    return [(episode.words, episode.when) for episode in of.episodes]


def test_a_steady_series_claims_no_change_and_says_what_chance_does() -> None:
    found = series(columns(STEADY), [])

    assert said(found) == []
    assert headline(found) == "No clear change: every month lies within what chance explains."
    # Mean 51.25%, mean moving range 27 audits of 20 over 15 steps: 9 points; 2.66 times is 23.94.
    assert level(found) == (
        "From month to month chance moves it between 27.3% and 75.2%, around 51.3%."
    )
    assert others(found) == ""


def test_a_series_starts_again_at_a_recorded_change_and_at_nothing_else() -> None:
    found = series(columns([*STEADY[:15], *(each + 7 for each in STEADY)]), [APRIL])

    assert [len(stretch.columns) for stretch in found.stretches] == [15, 16]
    assert found.stretches[1].since == APRIL
    assert [printed(stretch.centre or Fraction(0)) for stretch in found.stretches] == [
        printed(Fraction(100 * sum(STEADY[:15]), 15 * 20)),
        printed(Fraction(100 * (sum(STEADY) + 7 * 16), 16 * 20)),
    ]
    # The step at the change is no signal: each stretch has its own limits.
    assert said(found) == []
    # Without the change the same figures are one series, and the step is told.
    assert [len(s.columns) for s in series(columns([*STEADY] * 2), []).stretches] == [32]


def test_a_step_that_nothing_explains_is_told_with_its_months() -> None:
    found = series(columns([*STEADY, *(each + 6 for each in STEADY[:9])]), [])

    assert ("above the mean for 9 months in a row", "May 2020 to January 2021") in said(found)
    assert headline(found).startswith("More than chance: good or better was ")
    assert "January 2021" in headline(found)


def test_an_old_signal_is_told_as_old() -> None:
    found = series(columns([10] * 9 + [20] + [10, 11] * 8), [])

    assert "October 2019" in headline(found)
    assert headline(found).endswith("No signal since then.")


def test_two_rises_with_a_fall_between_are_two_signals() -> None:
    rise = [3, 4, 5, 6, 7, 8, 9]
    found = series(columns([*rise, *rise]), [])

    assert [each for each in said(found) if each[0].startswith("rising")] == [
        ("rising for 7 months in a row", "January 2019 to July 2019"),
        ("rising for 7 months in a row", "August 2019 to February 2020"),
    ]


def test_months_under_the_floor_are_gaps_between_neighbours() -> None:
    with_gaps = [each for figure in STEADY for each in (figure, None)][:-1]
    found = series(columns(with_gaps), [])
    without = series(columns(STEADY), [])

    assert found.gaps == 15
    assert found.latest.limits == without.latest.limits


@pytest.mark.parametrize(
    ("good", "small"), [([5, None], True), ([5, 5, None], False), ([None, None, 5], True)]
)
def test_quarters_are_shown_where_half_of_the_months_are_too_small(
    good: list[int | None], small: bool
) -> None:
    assert too_small_for_months(columns(good)) is small


def test_months_without_any_audit_do_not_make_the_others_small() -> None:
    empty = [replace(column, counts=(0, 0, 0, 0)) for column in columns([None] * 9)]

    assert not too_small_for_months([*empty, *columns([5])])


def test_a_month_without_a_point_is_not_counted_among_those_in_a_row() -> None:
    good: list[int | None] = [14, 15, 16, 14, 15, 16, 8, 7, 8, None, 7, 8, 7, 8, 15, 14, 15, 16]
    with_gaps = [*good[:12], None, *good[12:]]

    told = (
        "below the mean for 7 points in a row (October 2019 has none)",
        "July 2019 to February 2020",
    )
    assert told in said(series(columns(good), []))
    words = [each for each, _ in said(series(columns(with_gaps), []))]
    assert "below the mean for 7 points in a row (2 months between have none)" in words


def test_quarters_are_a_run_chart_around_their_median() -> None:
    good = [4, 5, 4, 6, 5, 4, 12, 11, 13, 12, 11, 14]
    found = series(columns(good, kind=PeriodKind.QUARTER), [])

    assert found.latest.limits is None
    assert level(found) == "Half of the quarters are above 42.5%."
    assert ("above the median for 6 quarters in a row") in [words for words, _ in said(found)]


def test_too_few_points_claim_nothing() -> None:
    found = series(columns([2, 19, 2, 19, 2, 19]), [])

    assert headline(found) == (
        "Too few points to tell a change from chance: there are 6, and at least 7 are needed."
    )
    assert level(found) == ""


def test_too_few_points_since_a_change_claim_nothing_of_before_it() -> None:
    found = series(columns([*STEADY[:9], 20, *STEADY[:5], 10, 12]), [APRIL])

    assert headline(found) == (
        "Too few points to tell a change from chance: there are 2 since April 2020, when a new "
        "set of threads began, and at least 7 are needed."
    )
    assert others(found) == "1 signal is in the table."


def test_no_month_with_enough_audits_is_said() -> None:
    assert headline(series(columns([None] * 20), [])) == (
        "Too few audits for a chart: no month holds 10 audits."
    )


def test_limits_are_on_trial_under_twelve_points() -> None:
    trial = "These are trial limits, made from fewer than 12 points."

    assert level(series(columns(STEADY[:11]), [])).endswith(trial)
    assert trial not in level(series(columns(STEADY[:12]), []))


def test_limits_of_percentages_are_printed_within_0_and_100() -> None:
    found = series(columns([0, 20] * 8), [])

    assert level(found).startswith("From month to month chance moves it between 0.0% and 100.0%")
