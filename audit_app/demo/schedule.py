"""When made-up audits happened, and with what final judgement."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from audit_app.rules.judgements import SCALE, Judgement

AUGUST, DECEMBER = 8, 12


@dataclass(frozen=True)
class Published:
    """One column of the table in the practice report: whole months and counts in scale order."""

    first: date
    last: date
    counts: tuple[int, int, int, int]


PUBLISHED: tuple[Published, ...] = (
    Published(date(2019, 9, 1), date(2019, 12, 31), (4, 99, 142, 41)),
    Published(date(2020, 1, 1), date(2020, 12, 31), (16, 347, 479, 82)),
    Published(date(2021, 1, 1), date(2021, 10, 31), (30, 383, 393, 47)),
)
AFTER = date(2021, 11, 1)

#: Spring 2020: offices closed, and audits nearly stopped for a while.
_SLOW_MONTHS = {(2020, 3): 0.7, (2020, 4): 0.25, (2020, 5): 0.5}
_FEWEST, _MOST = 80, 95


@dataclass(frozen=True)
class Day:
    """One audit to be made: its date and its final overall judgement."""

    on: date
    final: Judgement


def days(rng: Random, last: date) -> Iterator[Day]:
    """Every audit from September 2019 to the day ``last``, in time order."""
    for column in PUBLISHED:
        yield from _published(rng, column)
    month, number = AFTER, 0
    while month <= last:
        yield from _later(rng, month, number)
        month, number = _next_month(month), number + 1


def weekdays(first: date, last: date) -> list[date]:
    """Days on which people audit: not at weekends, not between Christmas and the new year."""
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        day
        for day in every
        if day.weekday() < 5 and not (day.month == DECEMBER and day.day > 23)
        and not (day.month == 1 and day.day < 3)
    ]  # fmt: skip


def friday_at_latest(day: date) -> date:
    """The day itself, or the Friday before a Saturday or Sunday."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _published(rng: Random, column: Published) -> Iterator[Day]:
    """The column's judgements on its days, better ones a little later than worse ones."""
    judgements = [
        word for word, count in zip(SCALE, column.counts, strict=True) for _ in range(count)
    ]
    judgements.sort(key=lambda word: rng.random() + 0.12 * word.good_or_better)
    dates = sorted(_dates(rng, column, len(judgements)))
    return (Day(on, final) for on, final in zip(dates, judgements, strict=True))


def _dates(rng: Random, column: Published, count: int) -> list[date]:
    every = weekdays(column.first, column.last)
    return rng.choices(every, weights=[_weight(day) for day in every], k=count)


def _weight(day: date) -> float:
    return _SLOW_MONTHS.get((day.year, day.month), 0.0 if day.month == AUGUST else 1.0)


def _later(rng: Random, month: date, number: int) -> Iterator[Day]:
    if month.month == AUGUST:
        return
    count = rng.randint(_FEWEST, _MOST) - (5 if month.month == DECEMBER else 0)
    dates = sorted(rng.choices(weekdays(month, month_end(month)), k=max(count, _FEWEST)))
    weights = _chances(number)
    for on in dates:
        yield Day(on, rng.choices(SCALE, weights=weights)[0])


def _chances(number: int) -> tuple[float, float, float, float]:
    """How likely each judgement is, so many months after October 2021.

    Practice gets better, slowly and not evenly: about three years in there is a hard winter.
    """
    gain = 1 - math.exp(-number / 36)
    setback = 0.06 * math.exp(-(((number - 37) / 3.5) ** 2))
    better = 0.485 + 0.13 * gain - setback
    outstanding = 0.036 + 0.022 * gain
    inadequate = 0.056 - 0.02 * gain + setback / 4
    return outstanding, better - outstanding, 1 - better - inadequate, inadequate


def _next_month(month: date) -> date:
    return month_end(month) + timedelta(days=1)
