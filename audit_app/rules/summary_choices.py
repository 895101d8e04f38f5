"""The periods a summary can be started for, from the first record to today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from audit_app.rules.summary_periods import SummaryKind, SummaryPeriod, quarter_of

NOT_ENDED = "Not ended yet"

_GROUPS = {
    "Quarters": SummaryKind.QUARTER,
    "Years to date": SummaryKind.YEAR_TO_DATE,
    "Financial years": SummaryKind.FINANCIAL_YEAR,
    "Calendar years": SummaryKind.CALENDAR_YEAR,
}


def periods_to_choose(first: date, today: date) -> dict[str, list[SummaryPeriod]]:
    """Every period that holds a day from the first record on, the newest first, by kind.

    Those that have not ended stand in a group of their own at the end.
    """
    every = {name: list(_newest_first(kind, first, today)) for name, kind in _GROUPS.items()}
    groups = {name: [p for p in periods if p.ended(today)] for name, periods in every.items()}
    groups[NOT_ENDED] = [p for periods in every.values() for p in periods if not p.ended(today)]
    return {name: periods for name, periods in groups.items() if periods}


def _newest_first(kind: SummaryKind, first: date, today: date) -> Iterator[SummaryPeriod]:
    period = _around(kind, today)
    while period.last >= first:
        # The first quarter and the whole year are offered as what they are, not as years to date.
        if kind is not SummaryKind.YEAR_TO_DATE or period.quarter in (2, 3):
            yield period
        period = _just_before(period)


def _around(kind: SummaryKind, day: date) -> SummaryPeriod:
    """The period of a kind that a day lies in."""
    quarter = quarter_of(day)
    if kind is SummaryKind.CALENDAR_YEAR:
        return SummaryPeriod(kind, day.year)
    if kind is SummaryKind.FINANCIAL_YEAR:
        return SummaryPeriod(kind, quarter.year)
    return SummaryPeriod(kind, quarter.year, quarter.quarter)


def _just_before(period: SummaryPeriod) -> SummaryPeriod:
    if period.kind is SummaryKind.YEAR_TO_DATE and period.quarter > 1:
        return SummaryPeriod(period.kind, period.year, period.quarter - 1)
    if period.kind is SummaryKind.YEAR_TO_DATE:
        return SummaryPeriod(period.kind, period.year - 1, 4)
    return period.before
