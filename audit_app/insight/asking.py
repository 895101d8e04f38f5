"""What a table is asked for, and the days that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from audit_app.rules.dates import YEARS
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import Period, PeriodKind, last_ended, split, whole
from audit_app.rules.same_months import same_months
from audit_app.web.filters import AuditFilter, Recorded
from audit_app.web.pages import day

#: How many periods are shown where no dates are asked for: the latest ones.
LATEST = {
    PeriodKind.CALENDAR_YEAR: 10,
    PeriodKind.FINANCIAL_YEAR: 10,
    PeriodKind.QUARTER: 8,
    PeriodKind.MONTH: 12,
}
#: Ten years of months: more than anybody reads, and a bound on what one address can cost.
MOST_PERIODS = 120


class Unanswerable(ValueError):
    """The days asked for make no table; the message says why.

    ``field`` is what is wrong as the address names it: ``from``, ``to`` or ``same_months``.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Held:
    """The days of the first and the last recorded audit."""

    first: date
    last: date

    @property
    def month_start(self) -> date:
        """The first day of the first audit's month."""
        return self.first.replace(day=1)

    def reach(self, today: date) -> date:
        """The last day of the last audit's month, or today while that month still runs."""
        return max(self.last, min(_month_end(self.last), today))


@dataclass(frozen=True)
class Spell:
    """The periods of a table, in time order; none where no day is covered.

    They leave no gaps but where years are cut to the months all of them have. ``shortened`` says
    that only the latest of the periods held are shown.
    """

    periods: tuple[Period, ...]
    shortened: bool = False

    @property
    def first(self) -> date:
        return self.periods[0].first

    @property
    def last(self) -> date:
        return self.periods[-1].last

    @property
    def has_gaps(self) -> bool:
        """Whether there are days between its periods that it does not cover."""
        pairs = zip(self.periods, self.periods[1:], strict=False)
        return any((after.first - before.last).days > 1 for before, after in pairs)

    @property
    def words(self) -> str:
        """The days covered: ``1 January 2020 to 31 October 2021``."""
        if not self.has_gaps:
            return f"{day(self.first)} to {day(self.last)}"
        one, *_, other = (whole(each.kind, each.first).label for each in self.periods)
        first, last = self.periods[-1].first, self.last
        days = f"{first.day} {first:%B} to {last.day} {last:%B}"
        return f"{days} of each year from {one} to {other}"

    @property
    def cuts_first_month(self) -> bool:
        return self.first.day != 1

    @property
    def cuts_last_month(self) -> bool:
        return self.last != _month_end(self.last)


@dataclass(frozen=True)
class Question:
    """How time is cut up, and which audits are counted."""

    by: PeriodKind = PeriodKind.CALENDAR_YEAR
    of: AuditFilter = field(default_factory=AuditFilter)
    #: Whether each year is cut to the months all of them have.
    same_months: bool = False
    #: Whether a period that still runs is left out where no last day is asked for.
    ended: bool = False

    def by_args(self) -> dict[str, str]:
        """How time is cut, as an address carries it."""
        by = {} if self.by is PeriodKind.CALENDAR_YEAR else {"by": self.by.value}
        return by | ({"same_months": "yes"} if self.same_months else {})

    def as_args(self) -> dict[str, str]:
        """The whole question as an address carries it."""
        return self.by_args() | self.of.as_args()

    def audits_behind(self, period: Period, judgement: Judgement | None = None) -> dict[str, str]:
        """The address arguments of the list of audits that one count was made of."""
        return self.of.as_args(
            first=period.first, last=period.last, judgement=judgement, recorded=Recorded.ONLY
        )

    def spell(self, held: Held | None, today: date) -> Spell:
        """The periods to show: those asked for; else all that is held, or the latest of it.

        None begins before the month of the first recorded audit.

        Raises:
            Unanswerable: when the days are the wrong way round, a year is none people audit in,
                there would be too many periods, or years have no month in common, or periods
                that are to be cut to the same months are no years.
        """
        self._check_days()
        first, last = self.of.first, self.of.last
        if held is not None:
            first, last = first or held.month_start, last or self._reach(held, today)
        if first is None or last is None or last < first:
            return Spell(())
        periods = _since_records(split(self.by, first, last), held)
        if self.of.first is None and self.of.last is None:
            latest = periods[-LATEST[self.by] :]
            return Spell(self._cut(latest), shortened=len(latest) < len(periods))
        if (many := len(split(self.by, first, last))) > MOST_PERIODS:
            raise Unanswerable("from" if self.of.first else "to", _too_many(many))
        return Spell(self._cut(periods))

    def _reach(self, held: Held, today: date) -> date:
        """The last day where none is asked for."""
        reach = held.reach(today)
        return min(reach, last_ended(self.by, today)) if self.ended else reach

    def _cut(self, periods: tuple[Period, ...]) -> tuple[Period, ...]:
        if not self.same_months:
            return periods
        if self.by.months < 12:
            raise Unanswerable("same_months", "Choose years as columns, or all months")
        cut = same_months(periods)
        if not cut:
            raise Unanswerable("same_months", _NONE_IN_COMMON)
        return cut

    def _check_days(self) -> None:
        if self.of.first and self.of.last and self.of.last < self.of.first:
            raise Unanswerable("to", "The last day must be the same as or after the first day")
        for name, typed in (("from", self.of.first), ("to", self.of.last)):
            if typed is not None and not YEARS[0] <= typed.year <= YEARS[1]:
                raise Unanswerable(name, f"The year must be from {YEARS[0]} to {YEARS[1]}")


def _since_records(periods: tuple[Period, ...], held: Held | None) -> tuple[Period, ...]:
    """The periods without the months before records began: nobody knows what was audited then."""
    if held is None:
        return periods
    start = held.month_start
    return tuple(
        replace(each, first=max(each.first, start)) for each in periods if each.last >= start
    )


def this_and_last_quarter(today: date) -> Spell:
    """The financial quarter before this one, and this one up to today."""
    return Spell(split(PeriodKind.QUARTER, today - timedelta(days=200), today)[-2:])


_NONE_IN_COMMON = (
    "These years have no whole month in common. Give dates that leave out a part of a year, "
    "or choose all months"
)


def _too_many(periods: int) -> str:
    return (
        f"These dates make {periods:,} columns and the most is {MOST_PERIODS}. "
        "Give dates nearer together, or choose longer periods"
    )


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
