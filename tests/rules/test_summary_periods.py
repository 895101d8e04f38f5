"""The periods a summary can be about, their codes, and what they are held against."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.summary_periods import SummaryKind, SummaryPeriod, quarter_of, read_code

years = st.integers(2000, 2098)
quarters = st.integers(1, 4)
periods = st.one_of(
    st.builds(SummaryPeriod, st.just(SummaryKind.QUARTER), years, quarters),
    st.builds(SummaryPeriod, st.just(SummaryKind.YEAR_TO_DATE), years, quarters),
    st.builds(SummaryPeriod, st.just(SummaryKind.FINANCIAL_YEAR), years),
    st.builds(SummaryPeriod, st.just(SummaryKind.CALENDAR_YEAR), years),
)


@given(periods)
def test_a_code_reads_back_as_its_period(period: SummaryPeriod) -> None:
    assert read_code(period.code) == period
    assert read_code(f" {period.code.lower()} ") == period


@given(periods)
def test_whole_months_lie_between_the_first_day_and_the_last(period: SummaryPeriod) -> None:
    assert period.first.day == 1
    assert (period.last + timedelta(days=1)).day == 1
    months = {
        SummaryKind.QUARTER: 3,
        SummaryKind.YEAR_TO_DATE: 3 * period.quarter,
    }
    assert period.period.exact_months == months.get(period.kind, 12)


@given(periods)
def test_the_year_before_is_as_long_and_a_year_earlier(period: SummaryPeriod) -> None:
    before = period.year_before
    assert (before.first.year, before.first.month) == (period.first.year - 1, period.first.month)
    assert before.period.exact_months == period.period.exact_months
    assert before.kind is period.kind


@given(st.builds(SummaryPeriod, st.just(SummaryKind.QUARTER), years, quarters))
def test_quarters_follow_each_other_without_a_gap(period: SummaryPeriod) -> None:
    assert period.before.last + timedelta(days=1) == period.first
    four_back = period.before.before.before.before
    assert four_back == period.year_before


@given(st.builds(SummaryPeriod, st.just(SummaryKind.QUARTER), years, quarters))
def test_the_year_to_date_begins_in_april_and_ends_with_the_quarter(period: SummaryPeriod) -> None:
    to_date = period.to_date
    assert to_date is not None
    assert (to_date.first.month, to_date.first.year) == (4, period.year)
    assert to_date.last == period.last
    assert to_date.to_date is None


@given(st.dates(date(2000, 4, 1), date(2098, 12, 31)))
def test_every_day_lies_in_the_quarter_it_is_said_to(day: date) -> None:
    found = quarter_of(day)
    assert found.first <= day <= found.last
    assert not found.ended(day)
    assert found.ended(found.last + timedelta(days=1))


@pytest.mark.parametrize(
    ("code", "first", "last", "label"),
    [
        ("2021-22-Q2", date(2021, 7, 1), date(2021, 9, 30), "Q2 2021/22 (Jul – Sept 2021)"),
        ("2021-22-Q4", date(2022, 1, 1), date(2022, 3, 31), "Q4 2021/22 (Jan – Mar 2022)"),
        ("2021-22-Q2-to-date", date(2021, 4, 1), date(2021, 9, 30), "2021/22 (Apr – Sept 2021)"),
        ("2021-22-Q4-to-date", date(2021, 4, 1), date(2022, 3, 31), "2021/22"),
        ("2021-22", date(2021, 4, 1), date(2022, 3, 31), "2021/22"),
        ("2099-00", date(2099, 4, 1), date(2100, 3, 31), "2099/00"),
        ("2021", date(2021, 1, 1), date(2021, 12, 31), "2021"),
    ],
)
def test_codes_stand_for_these_days(code: str, first: date, last: date, label: str) -> None:
    found = read_code(code)
    assert (found.first, found.last, found.label, found.code) == (first, last, label, code)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "Q2", "2021-22-Q5", "2021-22-Q0", "2021-23-Q1", "2021-21", "1999", "21-22-Q1"),
        *("2021-22-", "2100", "9999", "9999-00-Q4"),
    ],
)
def test_what_is_no_period_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(ValueError, match="2021-22-Q2"):
        read_code(typed)


@pytest.mark.parametrize(
    ("kind", "quarter"), [(SummaryKind.QUARTER, 0), (SummaryKind.CALENDAR_YEAR, 2)]
)
def test_a_quarter_goes_only_with_what_has_quarters(kind: SummaryKind, quarter: int) -> None:
    with pytest.raises(ValueError, match="does not go with"):
        SummaryPeriod(kind, 2021, quarter)
