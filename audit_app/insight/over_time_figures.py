"""Counting good or better by month, for one place and for each service, in one grouped question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from audit_app.insight.breaks import Break, breaks_in
from audit_app.insight.counting import Split, counts
from audit_app.insight.reading import Asked
from audit_app.insight.sampling import sampling
from audit_app.rules.columns import Column
from audit_app.rules.distribution import distribution
from audit_app.rules.over_time import Change, Series, series, too_small_for_months
from audit_app.rules.periods import Period, PeriodKind, split
from audit_app.tallying.counted import Counted


@dataclass(frozen=True)
class PlaceOverTime:
    """One place's series; ``service`` is its row number, None for all that is asked for."""

    name: str
    service: int | None
    series: Series


@dataclass(frozen=True)
class OverTime:
    """The series of all that is asked for, and of each service where no service is asked for."""

    asked: Asked
    series: Series
    services: tuple[PlaceOverTime, ...]
    breaks: tuple[Break, ...]
    notes: tuple[str, ...]

    @property
    def any(self) -> bool:
        return any(column.total for column in self.series.columns)

    @property
    def name(self) -> str:
        """What the series is of: the authority, or the service asked for."""
        service = self.asked.question.of.service
        return "All services" if service is None else self.asked.choices["service"][service]


def count_over_time(asked: Asked) -> OverTime:
    """Count the months asked for, which must be at least one."""
    of, spell = asked.question.of, asked.spell
    by = [Split.MONTH] if of.service is not None else [Split.MONTH, Split.SERVICE]
    found = counts(of, spell, by, asked.viewer)
    breaks = breaks_in(spell)
    changes = [Change(each.on, each.name) for each in breaks]
    whole = _series(asked, found, changes)
    services = () if of.service is not None else tuple(_services(asked, found, changes))
    sampled = sampling(of, spell, whole.columns, asked.viewer)
    return OverTime(asked, whole, services, breaks, sampled.notes(whole.columns, None))


def _services(asked: Asked, found: Counted, changes: list[Change]) -> Iterable[PlaceOverTime]:
    own = found.apart("service")
    for number, name in asked.choices["service"].items():
        if number in own:
            yield PlaceOverTime(name, number, _series(asked, own[number], changes))


def _series(asked: Asked, found: Counted, changes: list[Change]) -> Series:
    """By month; by quarter where too many of the months hold too few audits."""
    months = _columns(asked, found, asked.spell.periods)
    if not too_small_for_months(months):
        return series(months, changes)
    quarters = _quarters(asked.spell.first, asked.spell.last)
    return series(_columns(asked, found, quarters), changes)


def _columns(asked: Asked, found: Counted, periods: tuple[Period, ...]) -> tuple[Column, ...]:
    return distribution(found, periods, floor=asked.floor).columns


def _quarters(first: date, last: date) -> tuple[Period, ...]:
    return split(PeriodKind.QUARTER, first, last)
