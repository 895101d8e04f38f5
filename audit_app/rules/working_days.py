"""Working days in England, for deadlines: not at weekends, not on bank holidays."""

from __future__ import annotations

from datetime import date, timedelta

from holidays import country_holidays


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in country_holidays("GB", subdiv="ENG", years=day.year)


def working_days_after(day: date, count: int) -> date:
    """The working day that lies ``count`` working days after ``day``, which itself does not count.

    Whatever starts at a weekend has until as many working days after it as one that starts on the
    Friday before.
    """
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
