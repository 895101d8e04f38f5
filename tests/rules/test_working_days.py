"""Deadlines are counted in working days of England."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.working_days import is_working_day, working_days_after

days = st.dates(min_value=date(2019, 1, 1), max_value=date(2035, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),  # Monday to Tuesday
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # Saturday to Monday
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # past Christmas and its substitute day
        (date(2026, 4, 2), 5, date(2026, 4, 13)),  # past Good Friday and Easter Monday
        (date(2026, 11, 20), 5, date(2026, 11, 27)),
    ],
)
def test_weekends_and_bank_holidays_do_not_count(start: date, count: int, end: date) -> None:
    assert working_days_after(start, count) == end


@given(start=days, count=st.integers(1, 20))
def test_a_deadline_is_a_working_day_with_so_many_working_days_up_to_it(
    start: date, count: int
) -> None:
    end = working_days_after(start, count)
    passed = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert is_working_day(end)
    assert sum(map(is_working_day, passed)) == count
