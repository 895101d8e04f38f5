"""Whether somebody is away for too long to be given an audit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from audit_app.rules.working_days import is_working_day


def away_too_long(absences: Iterable[tuple[date, date]], start: date, due: date) -> bool:
    """Whether somebody is away on half or more of the working days from a start to a due date.

    Args:
        absences: first and last days, both away; they may overlap.
    """
    days = _working_days(start, max(start, due))
    away = {day for first, last in absences for day in days if first <= day <= last}
    return bool(days) and len(away) * 2 >= len(days)


def _working_days(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]
