"""Whoever is away for half of the working days or more is given no audits."""

from __future__ import annotations

from datetime import date

import pytest

from audit_app.rules.absences import away_too_long

MONDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 6)
NEXT_FRIDAY = date(2026, 11, 13)


def november(day: int) -> date:
    return date(2026, 11, day)


@pytest.mark.parametrize(
    ("absences", "too_long"),
    [
        ([], False),
        ([(november(2), november(5))], False),
        ([(november(2), november(6))], True),
        # At a weekend nobody is missed.
        ([(november(4), november(8))], False),
        ([(november(2), november(3)), (november(9), november(11))], True),
        # The same day told twice is one day.
        ([(november(2), november(4)), (november(3), november(5))], False),
        ([(date(2026, 10, 1), november(3)), (november(12), date(2026, 12, 31))], False),
        ([(date(2026, 10, 1), date(2026, 12, 31))], True),
        ([(date(2026, 10, 1), november(1)), (november(14), date(2026, 12, 31))], False),
    ],
)
def test_half_of_the_working_days_is_too_long(
    absences: list[tuple[date, date]], too_long: bool
) -> None:
    assert away_too_long(absences, MONDAY, NEXT_FRIDAY) is too_long


def test_a_bank_holiday_is_no_working_day() -> None:
    """Three working days from Christmas Eve to the 30th: the 24th, the 29th and the 30th."""
    eve, last = date(2026, 12, 24), date(2026, 12, 30)
    assert away_too_long([(date(2026, 12, 29), last)], eve, last)
    assert not away_too_long([(eve, date(2026, 12, 28))], eve, last)


def test_what_is_overdue_is_given_to_nobody_who_is_away_today() -> None:
    assert away_too_long([(FRIDAY, FRIDAY)], FRIDAY, MONDAY)
    assert not away_too_long([(MONDAY, MONDAY)], FRIDAY, MONDAY)


def test_where_there_is_no_working_day_nobody_is_missed() -> None:
    saturday = november(7)
    assert not away_too_long([(saturday, saturday)], saturday, saturday)
