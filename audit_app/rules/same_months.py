"""Years cut to the months all of them have, so that like is compared with like."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from audit_app.rules.periods import Period


def same_months(periods: Sequence[Period]) -> tuple[Period, ...]:
    """Each year cut to the whole months that every one of them covers; none where there are none.

    The months are one run, as each year lacks months only at its ends. A single period, and
    periods shorter than a year, stay as they are.
    """
    if len(periods) < 2 or periods[0].kind.months < 12:
        return tuple(periods)
    common = set.intersection(*({key % 100 for key in _whole(period)} for period in periods))
    return tuple(_cut(period, common) for period in periods) if common else ()


def _whole(period: Period) -> list[int]:
    """The months of which the period holds every day."""
    return [key for key in period.month_keys() if not period.cuts_month(key)]


def _cut(period: Period, common: set[int]) -> Period:
    kept = [key for key in _whole(period) if key % 100 in common]
    year, month = divmod(kept[-1], 100)
    first = date(kept[0] // 100, kept[0] % 100, 1)
    return Period(period.kind, first, date(year, month, monthrange(year, month)[1]))
