"""The periods a summary is about, their codes, and the periods it is compared with.

A code stands in commands and file names: ``2021-22-Q2`` is a quarter (Q1 is April to June),
``2021-22-Q2-to-date`` the financial year up to its end, ``2021-22`` a financial year and ``2021`` a
calendar year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from audit_app.rules.periods import APRIL, Period, PeriodKind

_CODE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<next>\d{2})(?:-Q(?P<quarter>[1-4])(?P<to_date>-to-date)?)?)?",
    re.IGNORECASE,
)
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


class SummaryKind(StrEnum):
    QUARTER = "quarter"
    YEAR_TO_DATE = "year_to_date"
    FINANCIAL_YEAR = "financial_year"
    CALENDAR_YEAR = "calendar_year"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    SummaryKind.QUARTER: "Quarter",
    SummaryKind.YEAR_TO_DATE: "Year to date",
    SummaryKind.FINANCIAL_YEAR: "Financial year",
    SummaryKind.CALENDAR_YEAR: "Calendar year",
}
_SPLIT = {
    SummaryKind.QUARTER: PeriodKind.QUARTER,
    SummaryKind.YEAR_TO_DATE: PeriodKind.FINANCIAL_YEAR,
    SummaryKind.FINANCIAL_YEAR: PeriodKind.FINANCIAL_YEAR,
    SummaryKind.CALENDAR_YEAR: PeriodKind.CALENDAR_YEAR,
}


@dataclass(frozen=True)
class SummaryPeriod:
    """A quarter, a year, or the part of a financial year up to a quarter's end; days included.

    ``quarter`` is 1 to 4 for a quarter and a year to date, and 0 for a year. ``year`` is the
    calendar year the period's year begins in.

    Raises:
        ValueError: when the quarter does not go with the kind.
    """

    kind: SummaryKind
    year: int
    quarter: int = 0

    def __post_init__(self) -> None:
        has_quarter = self.kind in (SummaryKind.QUARTER, SummaryKind.YEAR_TO_DATE)
        if self.quarter not in (range(1, 5) if has_quarter else (0,)):
            raise ValueError(f"Quarter {self.quarter} does not go with a {self.kind.label}")

    @property
    def code(self) -> str:
        if self.kind is SummaryKind.CALENDAR_YEAR:
            return str(self.year)
        years = f"{self.year}-{(self.year + 1) % 100:02d}"
        quarter = f"-Q{self.quarter}" if self.quarter else ""
        return years + quarter + ("-to-date" if self.kind is SummaryKind.YEAR_TO_DATE else "")

    @property
    def first(self) -> date:
        if self.kind is SummaryKind.CALENDAR_YEAR:
            return date(self.year, 1, 1)
        if self.kind is SummaryKind.QUARTER:
            return _quarter_first(self.year, self.quarter)
        return date(self.year, APRIL, 1)

    @property
    def last(self) -> date:
        if self.kind is SummaryKind.CALENDAR_YEAR:
            return date(self.year, 12, 31)
        return _quarter_first(self.year, (self.quarter or 4) + 1) - timedelta(days=1)

    @property
    def period(self) -> Period:
        """As tables head their columns."""
        return Period(_SPLIT[self.kind], self.first, self.last)

    @property
    def label(self) -> str:
        """In words: ``Q2 2021/22 (Jul – Sept 2021)``, ``2021/22 (Apr – Sept 2021)``, ``2021``."""
        return self.period.label

    @property
    def before(self) -> SummaryPeriod:
        """The one just before: the last quarter, or the year before."""
        if self.kind is SummaryKind.QUARTER and self.quarter > 1:
            return SummaryPeriod(self.kind, self.year, self.quarter - 1)
        if self.kind is SummaryKind.QUARTER:
            return SummaryPeriod(self.kind, self.year - 1, 4)
        return self.year_before

    @property
    def year_before(self) -> SummaryPeriod:
        """The same part of the year before."""
        return SummaryPeriod(self.kind, self.year - 1, self.quarter)

    @property
    def to_date(self) -> SummaryPeriod | None:
        """The financial year up to a quarter's end; None for everything but a quarter."""
        if self.kind is not SummaryKind.QUARTER:
            return None
        return SummaryPeriod(SummaryKind.YEAR_TO_DATE, self.year, self.quarter)

    def ended(self, today: date) -> bool:
        return self.last < today


def read_code(text: str) -> SummaryPeriod:
    """Read ``2021-22-Q2``.

    Raises:
        ValueError: when it is written otherwise, with how to write it.
    """
    match = _CODE.fullmatch(text.strip())
    wrong = ValueError(
        f"“{text}” is no period. Write a quarter as 2021-22-Q2, the year up to its end as "
        "2021-22-Q2-to-date, a financial year as 2021-22, or a calendar year as 2021"
    )
    if match is None or not _FIRST_YEAR <= int(match["year"]) <= _LAST_YEAR:
        raise wrong
    year = int(match["year"])
    if match["next"] is None:
        return SummaryPeriod(SummaryKind.CALENDAR_YEAR, year)
    if int(match["next"]) != (year + 1) % 100:
        raise wrong
    if match["quarter"] is None:
        return SummaryPeriod(SummaryKind.FINANCIAL_YEAR, year)
    kind = SummaryKind.YEAR_TO_DATE if match["to_date"] else SummaryKind.QUARTER
    return SummaryPeriod(kind, year, int(match["quarter"]))


def quarter_of(day: date) -> SummaryPeriod:
    """The quarter a day lies in."""
    months = (day.month - APRIL) % 12
    year = day.year if day.month >= APRIL else day.year - 1
    return SummaryPeriod(SummaryKind.QUARTER, year, months // 3 + 1)


def _quarter_first(year: int, quarter: int) -> date:
    """The first day of a quarter of the financial year; quarter 5 is the next year's first."""
    month = APRIL + 3 * (quarter - 1)
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
