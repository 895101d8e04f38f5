"""Totals that were published before records began here: columns that nobody can look behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from audit_app.rules.columns import Column
from audit_app.rules.periods import Period, PeriodKind

PUBLISHED_TOTAL = "published total"
UNTESTED = (
    "A published total is counted in no interval, no test and no sentence about change, and there "
    "are no audits behind it."
)


@dataclass(frozen=True)
class PublishedDays(Period):
    """The days of a published total, in a table of periods of a kind.

    They may reach beyond one period of that kind: they are as they were published.
    """

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The last day, {self.last}, is before the first, {self.first}")

    @property
    def from_records(self) -> bool:
        return False

    @cached_property
    def is_part(self) -> bool:
        """Whether they are other days than a whole period of the kind."""
        within = self._within
        return within is None or within.is_part

    @cached_property
    def label(self) -> str:
        """``2018, published total``; ``Apr 2017 – Mar 2018, published total``."""
        return f"{self.days}, {PUBLISHED_TOTAL}"

    @cached_property
    def days(self) -> str:
        """As a period of the kind is named, or where they reach beyond one, from when to when."""
        return self._within.label if self._within else self._span(with_year=True)

    @cached_property
    def _within(self) -> Period | None:
        try:
            return Period(self.kind, self.first, self.last)
        except ValueError:
            return None


@dataclass(frozen=True)
class PublishedTotal:
    """How many audits of the whole authority got each judgement, best first, as published.

    ``recorded`` says that audits of these days are recorded here: then the records count, and
    this stands in no table.
    """

    first: date
    last: date
    counts: tuple[int, ...]
    source: str
    recorded: bool = False

    def days(self, kind: PeriodKind) -> PublishedDays:
        return PublishedDays(kind, self.first, self.last)

    def column(self, kind: PeriodKind, floor: int) -> Column:
        return Column(self.days(kind), self.counts, 0, floor, 0)


@dataclass(frozen=True)
class PublishedTotals:
    """The published totals that a table of periods of one kind is asked to hold, by their days.

    ``beyond`` are those that hold days outside the days asked for, and so are not shown.
    """

    kind: PeriodKind = PeriodKind.CALENDAR_YEAR
    floor: int = 0
    asked_for: tuple[PublishedTotal, ...] = ()
    beyond: tuple[PublishedTotal, ...] = ()

    @property
    def shown(self) -> tuple[PublishedTotal, ...]:
        return tuple(each for each in self.asked_for if not each.recorded)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return tuple(each.column(self.kind, self.floor) for each in self.shown)

    def among(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """These and the columns of a table, in time order."""
        return tuple(sorted((*self.columns, *columns), key=_days_of))

    @property
    def notes(self) -> tuple[str, ...]:
        """Where each comes from, and why one is not shown."""
        return (*self._said(), *([UNTESTED] if self.shown else []))

    def _said(self) -> Iterator[str]:
        for each in self.shown:
            yield f"{each.days(self.kind).label}: not from records. Source: {_ended(each.source)}"
        for each in self.asked_for:
            if each.recorded:
                yield (
                    f"The {PUBLISHED_TOTAL} for {each.days(self.kind).days} is not shown: audits "
                    f"of those days are recorded here, and records count. Its source: "
                    f"{_ended(each.source)}"
                )
        for each in self.beyond:
            yield (
                f"The {PUBLISHED_TOTAL} for {each.days(self.kind).days} is not shown, as it holds "
                "days outside those asked for."
            )


def published_totals(
    totals: Sequence[PublishedTotal],
    kind: PeriodKind,
    floor: int,
    days: tuple[date | None, date | None],
) -> PublishedTotals:
    """Those that lie in the days asked for, where None has no end, and those that reach over."""
    first, last = days[0] or date.min, days[1] or date.max
    touching = [each for each in totals if each.first <= last and each.last >= first]
    inside = tuple(each for each in touching if first <= each.first and each.last <= last)
    beyond = tuple(each for each in touching if each not in inside and not each.recorded)
    return PublishedTotals(kind, floor, inside, beyond)


def _days_of(column: Column) -> tuple[date, date]:
    return column.period.first, column.period.last


def _ended(source: str) -> str:
    return source if source.endswith(".") else f"{source}."
