"""Run charts: what a short series does about its own median.

For figures too few for a control chart. The rules of R. J. Perla, L. P. Provost and S. K. Murray,
“The run chart: a simple analytical tool for learning from variation in healthcare processes”,
2011: six or more in a row on one side of the median (points on it neither count nor break a row),
five or more in a row rising or falling (a point equal to the one before it neither counts nor
breaks a row), and more or fewer changes of side than chance explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import groupby, pairwise
from math import comb
from statistics import median

#: Points in a row on one side of the median that are a shift.
SHIFT = 6
#: Points in a row that are a trend.
TREND = 5
#: With fewer points off the median no number of runs is unlikely.
FEWEST = 10
#: How unlikely too few runs must be, and too many.
_TAIL = Fraction(25, 1000)


class RunRule(Enum):
    """What chance does not explain in a run chart."""

    SHIFT = "six or more in a row on one side of the median"
    TREND = "five or more in a row rising or falling"
    FEW_RUNS = "fewer changes of side than chance explains"
    MANY_RUNS = "more changes of side than chance explains"


@dataclass(frozen=True)
class RunSignal:
    """A rule that fired on the points from ``first`` to ``last``, counted from 0.

    ``upwards`` is None for rules about the number of runs, which are about the whole chart.
    """

    rule: RunRule
    first: int
    last: int
    upwards: bool | None = None


@dataclass(frozen=True)
class RunChart:
    median: Fraction
    signals: tuple[RunSignal, ...]


def run_chart(values: Sequence[Fraction]) -> RunChart | None:
    """Apply every rule to points in time order; None where there is no point."""
    if not values:
        return None
    middle = Fraction(median(values))
    found = (*_shifts(values, middle), *_trends(values), *_runs(values, middle))
    return RunChart(middle, found)


def _shifts(values: Sequence[Fraction], middle: Fraction) -> Iterator[RunSignal]:
    off = [(place, value > middle) for place, value in enumerate(values) if value != middle]
    for above, group in groupby(off, key=lambda each: each[1]):
        places = [place for place, _ in group]
        if len(places) >= SHIFT:
            yield RunSignal(RunRule.SHIFT, places[0], places[-1], above)


def _trends(values: Sequence[Fraction]) -> Iterator[RunSignal]:
    steps = [(at, b > a) for at, (a, b) in enumerate(pairwise(values)) if a != b]
    for rising, group in groupby(steps, key=lambda each: each[1]):
        places = [place for place, _ in group]
        # A step joins two points, so a row of points is one longer than its steps.
        if len(places) + 1 >= TREND:
            yield RunSignal(RunRule.TREND, places[0], places[-1] + 1, rising)


def _runs(values: Sequence[Fraction], middle: Fraction) -> Iterator[RunSignal]:
    sides = [value > middle for value in values if value != middle]
    above, below = sides.count(True), sides.count(False)
    if above + below < FEWEST or not above or not below:
        return
    runs = sum(1 for _ in groupby(sides))
    few = sum((chance_of_runs(each, above, below) for each in range(2, runs + 1)), Fraction(0))
    many = 1 - few + chance_of_runs(runs, above, below)
    whole = (0, len(values) - 1)
    if few <= _TAIL:
        yield RunSignal(RunRule.FEW_RUNS, *whole)
    if many <= _TAIL:
        yield RunSignal(RunRule.MANY_RUNS, *whole)


def chance_of_runs(runs: int, above: int, below: int) -> Fraction:
    """How likely so many runs are when points above and below fall in any order, exactly.

    Source: A. Wald and J. Wolfowitz, “On a test whether two samples are from the same
    population”, 1940; F. S. Swed and C. Eisenhart's tables are made from it.
    """
    half, odd = divmod(runs, 2)
    if odd:
        ways = comb(above - 1, half) * comb(below - 1, half - 1)
        ways += comb(above - 1, half - 1) * comb(below - 1, half)
    else:
        ways = 2 * comb(above - 1, half - 1) * comb(below - 1, half - 1)
    return Fraction(ways, comb(above + below, above))
