"""A period's label, length and months all follow from its first and last days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.periods import Period, PeriodKind, month_key, split

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def labels(kind: PeriodKind, first: date, last: date) -> list[str]:
    return [period.label for period in split(kind, first, last)]


def test_the_published_columns_are_two_part_years_round_a_whole_one() -> None:
    periods = split(PeriodKind.CALENDAR_YEAR, date(2019, 9, 1), date(2021, 10, 31))
    assert [period.label for period in periods] == ["2019 (Sept – Dec)", "2020", "2021 (Jan – Oct)"]
    assert [period.months for period in periods] == [4, 12, 10]
    assert [period.is_part for period in periods] == [True, False, True]


def test_financial_years_run_from_april_and_parts_name_their_months_and_year() -> None:
    assert labels(PeriodKind.FINANCIAL_YEAR, date(2019, 9, 1), date(2021, 10, 31)) == [
        "2019/20 (Sept 2019 – Mar 2020)",
        "2020/21",
        "2021/22 (Apr – Oct 2021)",
    ]


def test_quarters_are_numbered_from_april() -> None:
    assert labels(PeriodKind.QUARTER, date(2022, 4, 1), date(2023, 3, 31)) == [
        "Q1 2022/23 (Apr – Jun 2022)",
        "Q2 2022/23 (Jul – Sept 2022)",
        "Q3 2022/23 (Oct – Dec 2022)",
        "Q4 2022/23 (Jan – Mar 2023)",
    ]


def test_months_are_named_in_full() -> None:
    assert labels(PeriodKind.MONTH, date(2021, 2, 1), date(2021, 3, 31)) == [
        "February 2021",
        "March 2021",
    ]


@pytest.mark.parametrize(
    ("kind", "first", "last", "label"),
    [
        (
            PeriodKind.CALENDAR_YEAR,
            date(2019, 9, 15),
            date(2019, 12, 31),
            "2019 (15 Sept – 31 Dec)",
        ),
        (PeriodKind.CALENDAR_YEAR, date(2021, 1, 1), date(2021, 10, 20), "2021 (1 Jan – 20 Oct)"),
        (PeriodKind.CALENDAR_YEAR, date(2021, 10, 5), date(2021, 10, 20), "2021 (5 – 20 Oct)"),
        (PeriodKind.CALENDAR_YEAR, date(2021, 10, 5), date(2021, 10, 5), "2021 (5 Oct)"),
        (
            PeriodKind.FINANCIAL_YEAR,
            date(2021, 10, 15),
            date(2022, 2, 28),
            "2021/22 (15 Oct 2021 – 28 Feb 2022)",
        ),
        (
            PeriodKind.QUARTER,
            date(2022, 4, 10),
            date(2022, 6, 30),
            "Q1 2022/23 (10 Apr – 30 Jun 2022)",
        ),
        (PeriodKind.MONTH, date(2021, 3, 1), date(2021, 3, 15), "1 – 15 March 2021"),
        (PeriodKind.MONTH, date(2021, 3, 15), date(2021, 3, 15), "15 March 2021"),
    ],
)
def test_a_cut_month_says_its_days(kind: PeriodKind, first: date, last: date, label: str) -> None:
    assert Period(kind, first, last).label == label


def test_one_whole_month_of_a_year_is_named_once() -> None:
    assert labels(PeriodKind.CALENDAR_YEAR, date(2019, 12, 1), date(2019, 12, 31)) == ["2019 (Dec)"]
    assert labels(PeriodKind.QUARTER, date(2021, 10, 1), date(2021, 10, 31)) == [
        "Q3 2021/22 (Oct 2021)"
    ]


def test_a_part_month_counts_as_its_share_of_that_months_days() -> None:
    half_of_september = Period(PeriodKind.CALENDAR_YEAR, date(2019, 9, 16), date(2019, 12, 31))
    assert half_of_september.exact_months == Fraction(7, 2)
    assert half_of_september.months == Decimal("3.5")


def test_a_single_day_is_printed_as_some_time_and_not_as_none() -> None:
    day = Period(PeriodKind.MONTH, date(2021, 3, 15), date(2021, 3, 15))
    assert day.exact_months == Fraction(1, 31)
    assert day.months == Decimal("0.1")


def test_a_leap_february_is_one_month() -> None:
    assert Period(PeriodKind.MONTH, date(2020, 2, 1), date(2020, 2, 29)).months == 1
    assert Period(PeriodKind.MONTH, date(2020, 2, 1), date(2020, 2, 28)).is_part


def test_months_are_numbered_as_year_and_month() -> None:
    assert month_key(date(2019, 9, 30)) == 201909
    part = Period(PeriodKind.FINANCIAL_YEAR, date(2019, 11, 5), date(2020, 2, 3))
    assert part.month_keys() == (201911, 201912, 202001, 202002)
    assert [key for key in part.month_keys() if part.cuts_month(key)] == [201911, 202002]


def test_a_month_outside_the_period_is_not_cut_by_it() -> None:
    assert not Period(PeriodKind.MONTH, date(2021, 3, 2), date(2021, 3, 4)).cuts_month(202104)


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before the first"):
        Period(PeriodKind.MONTH, date(2021, 3, 2), date(2021, 3, 1))
    with pytest.raises(ValueError, match="before the first"):
        split(PeriodKind.MONTH, date(2021, 3, 2), date(2021, 3, 1))


def test_a_period_cannot_reach_beyond_one_of_its_kind() -> None:
    with pytest.raises(ValueError, match="more than one financial-year"):
        Period(PeriodKind.FINANCIAL_YEAR, date(2021, 3, 31), date(2021, 4, 1))


def test_the_last_day_of_the_calendar_can_be_split() -> None:
    assert labels(PeriodKind.CALENDAR_YEAR, date(9999, 1, 1), date.max) == ["9999"]


@given(st.sampled_from(PeriodKind), DAYS, st.integers(0, 3000))
def test_a_split_covers_every_day_once(kind: PeriodKind, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    periods = split(kind, first, last)
    covered = [
        period.first + timedelta(days=day)
        for period in periods
        for day in range((period.last - period.first).days + 1)
    ]
    assert covered == [first + timedelta(days=day) for day in range(length + 1)]


@given(st.sampled_from(PeriodKind), DAYS, st.integers(0, 3000))
def test_only_the_ends_of_a_split_can_be_parts(kind: PeriodKind, first: date, length: int) -> None:
    periods = split(kind, first, first + timedelta(days=length))
    assert not any(period.is_part for period in periods[1:-1])
    assert all(period.exact_months == kind.months for period in periods if not period.is_part)
    assert all(period.exact_months < kind.months for period in periods if period.is_part)


@given(st.sampled_from(PeriodKind), DAYS, st.integers(0, 3000))
def test_no_two_periods_of_a_split_have_one_label(
    kind: PeriodKind, first: date, length: int
) -> None:
    periods = split(kind, first, first + timedelta(days=length))
    assert len({period.label for period in periods}) == len(periods)
