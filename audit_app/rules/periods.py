"""Years, quarters, months and parts of them: their days, their lengths and their labels.

A period keeps its first and last days and everything else is read from those, so a label can
never say one thing and the figures another. Source of the styles: "Periods" in the practice
report's own table, with one style for every part-year.
"""

from __future__ import annotations

from calendar import month_name, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache

#: The first month of the financial year and of its first quarter.
APRIL = 4

_SHORT_MONTHS = (
    "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec",
)  # fmt: skip
_TENTH = Decimal("0.1")


class PeriodKind(StrEnum):
    """How time is cut up; the values are what people type after ``--by``."""

    CALENDAR_YEAR = "calendar-year"
    FINANCIAL_YEAR = "financial-year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """How many months a whole period of this kind has."""
        return {"quarter": 3, "month": 1}.get(self.value, 12)


@dataclass(frozen=True)
class Period:
    """A calendar year, financial year, quarter or month, or a part of one.

    ``first`` and ``last`` are the first and last days and both belong to the period.

    Raises:
        ValueError: when ``last`` is before ``first``, or the days reach beyond one period of
            the kind (31 March and 1 April are never in one financial year).
    """

    kind: PeriodKind
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The last day, {self.last}, is before the first, {self.first}")
        if self.last > _whole_last(self.kind, self.first):
            raise ValueError(f"{self.first} to {self.last} is more than one {self.kind.value}")

    @property
    def from_records(self) -> bool:
        """Whether its figures are counted from audits, so that there is something behind them."""
        return True

    @cached_property
    def is_part(self) -> bool:
        """Whether days are missing at either end, so that totals do not compare."""
        whole = (_whole_first(self.kind, self.first), _whole_last(self.kind, self.first))
        return (self.first, self.last) != whole

    @cached_property
    def label(self) -> str:
        """The period in words: ``2020``, ``2019 (Sept – Dec)``, ``Q1 2022/23 (Apr – Jun 2022)``.

        Whole months are named by their month; where either end falls within a month both ends
        say their day, as in ``2019 (15 Sept – 31 Dec)``.
        """
        if self.kind is PeriodKind.MONTH:
            return self._month_label()
        if self.kind is PeriodKind.CALENDAR_YEAR:
            span = self._span(with_year=False)
            return f"{self.first.year} ({span})" if self.is_part else str(self.first.year)
        if self.kind is PeriodKind.FINANCIAL_YEAR:
            year, span = _financial_year(self.first), self._span(with_year=True)
            return f"{year} ({span})" if self.is_part else year
        return f"Q{_quarter(self.first)} {_financial_year(self.first)} ({self._span(True)})"

    @cached_property
    def exact_months(self) -> Fraction:
        """Months covered, unrounded: a part month counts as its share of that month's days."""
        return sum((self._share(month) for month in _months(self.first, self.last)), Fraction(0))

    @cached_property
    def months(self) -> Decimal:
        """Months covered as printed: whole where months are whole, else to one decimal, half up.

        Never below 0.1, so that a single day does not read as no time at all. Rates divide by
        :attr:`exact_months`.
        """
        exact = self.exact_months
        if exact.denominator == 1:
            return Decimal(exact.numerator)
        decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
        return max(decimal.quantize(_TENTH, ROUND_HALF_UP), _TENTH)

    def month_keys(self) -> tuple[int, ...]:
        """Every month the period touches, as :func:`month_key` numbers, in time order."""
        return self._month_keys

    @cached_property
    def _month_keys(self) -> tuple[int, ...]:
        return tuple(month_key(month) for month in _months(self.first, self.last))

    def cuts_month(self, key: int) -> bool:
        """Whether the period holds some but not all days of the month numbered ``key``."""
        return 0 < self._share(date(key // 100, key % 100, 1)) < 1

    def _share(self, month: date) -> Fraction:
        """The share of the month's days that lie in the period; ``month`` is its first day."""
        first, last = max(self.first, month), min(self.last, _month_last(month))
        return Fraction(max((last - first).days + 1, 0), _month_last(month).day)

    def _whole_months(self) -> bool:
        return self.first.day == 1 and self.last == _month_last(self.last)

    def _span(self, with_year: bool) -> str:
        """First and last month, or first and last day where a month is cut, as ``Apr – Oct``."""
        last = self._end(self.last) + (f" {self.last.year}" if with_year else "")
        if month_key(self.first) == month_key(self.last):
            several_days = self.first != self.last and not self._whole_months()
            return f"{self.first.day} – {last}" if several_days else last
        crosses = with_year and self.first.year != self.last.year
        return self._end(self.first) + (f" {self.first.year}" if crosses else "") + f" – {last}"

    def _end(self, day: date) -> str:
        month = _SHORT_MONTHS[day.month]
        return month if self._whole_months() else f"{day.day} {month}"

    def _month_label(self) -> str:
        label = f"{month_name[self.first.month]} {self.first.year}"
        if not self.is_part:
            return label
        days = f"{self.first.day} – {self.last.day}"
        return f"{self.first.day if self.first == self.last else days} {label}"


@lru_cache(maxsize=256)
def split(kind: PeriodKind, first: date, last: date) -> tuple[Period, ...]:
    """Cut the days ``first`` to ``last`` into periods of one kind, in time order, with no gaps.

    The first and the last period are clipped to the days asked for.

    Raises:
        ValueError: when ``last`` is before ``first``.
    """
    if last < first:
        raise ValueError(f"The last day, {last}, is before the first, {first}")
    return tuple(_pieces(kind, first, last))


def whole(kind: PeriodKind, day: date) -> Period:
    """The whole period of a kind that a day lies in."""
    return Period(kind, _whole_first(kind, day), _whole_last(kind, day))


def last_ended(kind: PeriodKind, today: date) -> date:
    """The last day of the latest period of a kind that is over."""
    return _whole_first(kind, today) - timedelta(days=1)


def month_key(day: date) -> int:
    """The day's month as a number in the form yyyymm: 9 September 2019 is 201909."""
    return day.year * 100 + day.month


def _pieces(kind: PeriodKind, first: date, last: date) -> Iterator[Period]:
    end = min(_whole_last(kind, first), last)
    yield Period(kind, first, end)
    while end < last:
        first = end + timedelta(days=1)
        end = min(_whole_last(kind, first), last)
        yield Period(kind, first, end)


def _whole_first(kind: PeriodKind, day: date) -> date:
    """The first day of the whole period of this kind that holds the day."""
    if kind is PeriodKind.CALENDAR_YEAR:
        return date(day.year, 1, 1)
    months_in = (day.month - APRIL) % kind.months
    return _month_first(day.year, day.month - months_in)


def _whole_last(kind: PeriodKind, day: date) -> date:
    """The last day of the whole period of this kind that holds the day."""
    first = _whole_first(kind, day)
    return _month_last(_month_first(first.year, first.month + kind.months - 1))


def _month_first(year: int, month: int) -> date:
    """The first day of a month whose number may run over the year's ends: 0 is last December."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _month_last(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months(first: date, last: date) -> Iterator[date]:
    """The first day of every month from the one that holds ``first`` to that of ``last``."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _month_first(month.year, month.month + 1)


def _financial_year(day: date) -> str:
    start = _whole_first(PeriodKind.FINANCIAL_YEAR, day).year
    return f"{start}/{(start + 1) % 100:02}"


def _quarter(day: date) -> int:
    return (day.month - APRIL) % 12 // 3 + 1
