"""Good or better over time, as the chart that its numbers of audits can carry.

Months are a control chart, which starts again with its own mean and limits at each recorded change
of the golden threads and at nothing else. Where half or more of the months with audits hold fewer
than the floor, quarters are a run chart instead. A month or quarter under the floor has no point:
the points on either side of it are then neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from audit_app.rules.columns import Column
from audit_app.rules.control_chart import FEWEST, Limits, Rule, Signal, limits, signals
from audit_app.rules.periods import PeriodKind
from audit_app.rules.run_chart import RunChart, RunRule, run_chart


@dataclass(frozen=True)
class Change:
    """A recorded change to what is judged: the day a thread set came into force, and its name."""

    on: date
    name: str


@dataclass(frozen=True)
class Episode:
    """Points that fired one rule, from ``first`` to ``last``, and how that is said in a sentence.

    ``upwards`` is None where the rule has no direction.
    """

    words: str
    upwards: bool | None
    first: Column
    last: Column

    @property
    def when(self) -> str:
        if self.first == self.last:
            return self.first.period.label
        return f"{self.first.period.label} to {self.last.period.label}"

    def covers(self, column: Column) -> bool:
        return self.first.period.first <= column.period.first <= self.last.period.first


@dataclass(frozen=True)
class Stretch:
    """The columns between two recorded changes. ``since`` is the change it begins with, if any."""

    columns: tuple[Column, ...]
    since: Change | None
    limits: Limits | None
    run: RunChart | None
    episodes: tuple[Episode, ...]

    @property
    def points(self) -> tuple[Column, ...]:
        return with_points(self.columns)

    @property
    def centre(self) -> Fraction | None:
        """The mean of a control chart, the median of a run chart, in percent."""
        if self.limits:
            return self.limits.mean
        return self.run.median if self.run else None

    def said_of(self, column: Column) -> tuple[Episode, ...]:
        """Every rule that this column's point is part of."""
        if not column.percents_shown:
            return ()
        return tuple(episode for episode in self.episodes if episode.covers(column))


@dataclass(frozen=True)
class Series:
    """One place's good or better over time."""

    kind: PeriodKind
    stretches: tuple[Stretch, ...]

    @property
    def monthly(self) -> bool:
        return self.kind is PeriodKind.MONTH

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for stretch in self.stretches for column in stretch.columns)

    @property
    def points(self) -> tuple[Column, ...]:
        return with_points(self.columns)

    @property
    def gaps(self) -> int:
        return len(self.columns) - len(self.points)

    @property
    def episodes(self) -> tuple[Episode, ...]:
        return tuple(each for stretch in self.stretches for each in stretch.episodes)

    @property
    def latest(self) -> Stretch:
        return self.stretches[-1]


def with_points(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that hold enough audits for a percentage, and so for a point."""
    return tuple(column for column in columns if column.percents_shown)


def too_small_for_months(months: Sequence[Column]) -> bool:
    """Whether half or more of the months that hold audits hold too few for a point."""
    held = [column for column in months if column.total]
    return 2 * len(with_points(held)) <= len(held)


def series(columns: Sequence[Column], changes: Sequence[Change]) -> Series:
    """Cut months or quarters at the changes that fall among them, and apply each chart's rules.

    Raises:
        ValueError: when there is no column.
    """
    if not columns:
        raise ValueError("A series needs at least one column")
    kind = columns[0].period.kind
    cut = _cut(columns, changes)
    return Series(kind, tuple(_stretch(kind, tuple(part), since) for part, since in cut))


def change_in(column: Column, changes: Sequence[Change]) -> Change | None:
    """The newest change that came into force within the column's days."""
    within = [each for each in changes if column.period.first <= each.on <= column.period.last]
    return max(within, key=lambda each: each.on, default=None)


def _cut(
    columns: Sequence[Column], changes: Sequence[Change]
) -> list[tuple[list[Column], Change | None]]:
    parts: list[tuple[list[Column], Change | None]] = [([columns[0]], None)]
    for column in columns[1:]:
        change = change_in(column, changes)
        if change is None:
            parts[-1][0].append(column)
        else:
            parts.append(([column], change))
    return parts


@lru_cache(maxsize=256)
def _stretch(kind: PeriodKind, columns: tuple[Column, ...], since: Change | None) -> Stretch:
    points = with_points(columns)
    values = [_value(column) for column in points]
    if kind is PeriodKind.MONTH:
        within = limits(values)
        fired = signals(values, within) if within else ()
        return Stretch(columns, since, within, None, tuple(_control(columns, fired)))
    run = run_chart(values) if len(values) >= FEWEST else None
    found = tuple(_runs(columns, run)) if run else ()
    return Stretch(columns, since, None, run, found)


def _value(column: Column) -> Fraction:
    exact = column.good_or_better.exact
    return exact if exact is not None else Fraction(0)


def _control(columns: Sequence[Column], fired: Sequence[frozenset[Signal]]) -> Iterator[Episode]:
    """Points of one rule beside each other, told together; in the order they began."""
    points = with_points(columns)
    values = [_value(column) for column in points]
    found: list[tuple[int, Episode]] = []
    for signal in {signal for each in fired for signal in each}:
        places = [place for place, each in enumerate(fired) if signal in each]
        for first, last in _grouped(places, values, signal):
            row = _row(columns, points[first], points[last])
            words = _control_words(signal, last - first + 1, row)
            found.append((first, Episode(words, signal.upwards, points[first], points[last])))
    yield from (each for _, each in sorted(found, key=lambda item: (item[0], item[1].words)))


def _grouped(
    places: Sequence[int], values: Sequence[Fraction], signal: Signal
) -> list[tuple[int, int]]:
    """The first and last of the places that belong together."""
    groups: list[tuple[int, int]] = []
    for place in places:
        if groups and _together(groups[-1][1], place, values, signal):
            groups[-1] = (groups[-1][0], place)
        else:
            groups.append((place, place))
    return groups


def _together(one: int, other: int, values: Sequence[Fraction], signal: Signal) -> bool:
    if signal.rule is Rule.OUTER_THIRD:
        return other - one <= 2
    # Two rises with a fall between them may follow each other without a month between.
    onwards = values[other] > values[one] if signal.upwards else values[other] < values[one]
    return other - one == 1 and (signal.rule is not Rule.TREND or onwards)


@dataclass(frozen=True)
class _Row:
    """What points in a row are called, and what is said where one between them is missing."""

    units: str
    aside: str = ""


def _row(columns: Sequence[Column], first: Column, last: Column) -> _Row:
    unit = first.period.kind.value
    within = (c for c in columns if first.period.first <= c.period.first <= last.period.first)
    gaps = [column for column in within if not column.percents_shown]
    if not gaps:
        return _Row(f"{unit}s")
    if len(gaps) == 1:
        return _Row("points", f" ({gaps[0].period.label} has none)")
    return _Row("points", f" ({len(gaps)} {unit}s between have none)")


def _control_words(signal: Signal, points: int, row: _Row) -> str:
    side = "above" if signal.upwards else "below"
    limit = "upper" if signal.upwards else "lower"
    in_a_row = f"{points} {row.units} in a row{row.aside}"
    return {
        Rule.OUTSIDE: f"{side} the {limit} limit",
        Rule.RUN: f"{side} the mean for {in_a_row}",
        Rule.TREND: f"{'rising' if signal.upwards else 'falling'} for {in_a_row}",
        Rule.OUTER_THIRD: f"close to the {limit} limit in two of three {row.units}{row.aside}",
    }[signal.rule]


def _runs(columns: Sequence[Column], run: RunChart) -> Iterator[Episode]:
    points = with_points(columns)
    for each in run.signals:
        side = "above" if each.upwards else "below"
        row = _row(columns, points[each.first], points[each.last])
        long = f"{each.last - each.first + 1} {row.units}"
        words = {
            RunRule.SHIFT: f"{side} the median for {long} in a row{row.aside}",
            RunRule.TREND: f"{'rising' if each.upwards else 'falling'} for {long}{row.aside}",
            RunRule.FEW_RUNS: "on one side of the median for longer than chance explains",
            RunRule.MANY_RUNS: "changing sides of the median more often than chance explains",
        }[each.rule]
        yield Episode(words, each.upwards, points[each.first], points[each.last])
