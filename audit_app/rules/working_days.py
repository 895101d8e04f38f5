"""Working days in England, for deadlines: not at weekends, not on bank holidays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

from holidays import country_holidays


@cache
def _bank_holidays(year: int) -> Collection[date]:
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """The working day that lies ``count`` working days after ``day``, which itself does not count.

    Whatever starts at a weekend has until as many working days after it as one that starts on the
    Friday before.
    """
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days come after ``first``, up to ``last`` itself."""
    days = (last - first).days
    return sum(is_working_day(first + timedelta(days=number)) for number in range(1, days + 1))
