"""Dates as people type them in one box."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.dates import read_day


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_both_ways_of_writing_a_day_are_read(day: date) -> None:
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day.day}/{day.month}/{day.year}") == day


@pytest.mark.parametrize("text", ["31/02/2026", "2026-13-01", "5 May", "", "1/2/26", "٣/٤/٢٠٢٦x"])
def test_anything_else_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        read_day(text)


@given(st.dates().filter(lambda day: not 1990 <= day.year <= 2100))
def test_a_day_that_nobody_works_in_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="The year must be from 1990 to 2100"):
        read_day(day.isoformat())


@given(st.text().filter(lambda text: "/" not in text and "-" not in text))
def test_no_other_text_breaks_it(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        read_day(text)
