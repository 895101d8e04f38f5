"""XmR control charts: what a series of figures does by chance, and where it does more than that.

The rules of NHS England's Making Data Count, as its own spreadsheet applies them:

- limits are the mean plus and minus 2.66 times the mean moving range, of all points (none is left
  out as an outlier);
- a point *outside* the limits is a signal; so are *seven in a row on one side* of the mean, *seven
  in a row rising or falling*, and *two of three in the outer third* on one side, which is more
  than two thirds of the way from the mean to a limit.

Figures are exact fractions, so that a point on a line is never taken for one beyond it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import pairwise

#: From the mean moving range to three times the usual spread: 3 / 1.128, as the source rounds it.
TO_LIMIT = Fraction(266, 100)
#: Points in a row that make a run or a trend.
IN_A_ROW = 7
#: With fewer points than this the limits are still moving: they are called trial limits.
FIRM_FROM = 12
#: With fewer points than the shortest run there is nothing that limits could be tried on.
FEWEST = IN_A_ROW


class Rule(Enum):
    """What makes a point a signal."""

    OUTSIDE = "outside the limits"
    RUN = "seven or more in a row on one side of the mean"
    TREND = "seven or more in a row rising or falling"
    OUTER_THIRD = "two of three near one limit"


@dataclass(frozen=True)
class Signal:
    """A rule that fired, upwards (above the mean, or rising) or downwards."""

    rule: Rule
    upwards: bool


@dataclass(frozen=True)
class Limits:
    """What chance allows: unclipped, so limits of percentages may lie beyond 0 and 100."""

    mean: Fraction
    moving_range: Fraction
    points: int

    @property
    def upper(self) -> Fraction:
        return self.mean + TO_LIMIT * self.moving_range

    @property
    def lower(self) -> Fraction:
        return self.mean - TO_LIMIT * self.moving_range

    @property
    def trial(self) -> bool:
        return self.points < FIRM_FROM


def limits(values: Sequence[Fraction]) -> Limits | None:
    """The limits that these points make; None where they are too few."""
    if len(values) < FEWEST:
        return None
    steps = [abs(after - before) for before, after in pairwise(values)]
    mean = sum(values, Fraction(0)) / len(values)
    return Limits(mean, sum(steps, Fraction(0)) / len(steps), len(values))


def signals(values: Sequence[Fraction], within: Limits) -> tuple[frozenset[Signal], ...]:
    """The rules that each point is part of, in the order of the points."""
    found: list[set[Signal]] = [set() for _ in values]
    for upwards in (True, False):
        # Downwards is upwards of the chart turned over, so that each rule is written once.
        sign = 1 if upwards else -1
        turned = [sign * (value - within.mean) for value in values]
        limit = TO_LIMIT * within.moving_range
        for rule, places in _fired(turned, limit):
            for place in places:
                found[place].add(Signal(rule, upwards))
    return tuple(map(frozenset, found))


def _fired(turned: Sequence[Fraction], limit: Fraction) -> Iterator[tuple[Rule, list[int]]]:
    """Each rule that fires upwards, with the places of its points; distances are from the mean."""
    yield Rule.OUTSIDE, [place for place, value in enumerate(turned) if value > limit]
    above = [value > 0 for value in turned]
    rises = [before < after for before, after in pairwise(turned)]
    for first in range(len(turned) - IN_A_ROW + 1):
        places = list(range(first, first + IN_A_ROW))
        if all(above[first : first + IN_A_ROW]):
            yield Rule.RUN, places
        if all(rises[first : first + IN_A_ROW - 1]):
            yield Rule.TREND, places
    two_thirds = limit * 2 / 3
    outer = [value > two_thirds for value in turned]
    for first in range(len(turned) - 2):
        near = [place for place in range(first, first + 3) if outer[place]]
        if len(near) > 1:
            yield Rule.OUTER_THIRD, near
