"""How far two people agree beyond chance: quadratic weighted kappa, and Gwet's AC2.

Both weigh how far apart two grades are by its square, so that two grades count four times one.
Kappa falls towards 0 where nearly everybody is given one grade, however well people agree; AC2
does not. So they stand together, after the grid itself.

Sources: Cohen (1968), Weighted kappa; its standard error: Fleiss, Cohen and Everitt (1969), Large
sample standard errors of kappa and weighted kappa. AC2 and its standard error: Gwet (2014),
Handbook of inter-rater reliability, 4th edition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import sqrt

#: Under this many pairs a coefficient says more than the pairs do.
LEAST_PAIRS = 40
#: How many standard errors either side hold 95% of a normal distribution.
_NORMAL_95 = 1.959963984540054

#: Pairs by the first person's grade and then the second's, each in the scale's order.
Grid = Sequence[Sequence[int]]
_Exact = list[list[Fraction]]


@dataclass(frozen=True)
class Coefficient:
    """1 is full agreement, 0 is what chance would bring; ``low`` and ``high`` hold it with 95%.

    They are None where the pairs leave the formula no width, as where all agree: no width would
    read as being sure.
    """

    value: Fraction
    low: float | None
    high: float | None


def printed(figure: Fraction | float) -> Decimal:
    """A coefficient to two decimals, half up."""
    of = Fraction(figure)
    exact = Decimal(of.numerator) / Decimal(of.denominator)
    # Adding nothing turns a minus 0.00 into 0.00.
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP) + Decimal("0.00")


def weighted_kappa(grid: Grid) -> Coefficient | None:
    """Quadratic weighted kappa; None without pairs, or where both gave one and the same grade."""
    shares = _shares(grid)
    weights = _weights(len(grid))
    first, second = _margins(shares)
    agreed = _total(weights, shares)
    by_chance = _total(weights, [[one * other for other in second] for one in first])
    if not shares or by_chance == 1:
        return None
    value = (agreed - by_chance) / (1 - by_chance)
    wide = _kappa_variance(shares, weights, agreed, by_chance)
    return _with_interval(value, wide / sum(map(sum, grid)), _NORMAL_95)


def _kappa_variance(
    shares: _Exact, weights: _Exact, agreed: Fraction, by_chance: Fraction
) -> Fraction:
    """The variance of kappa, times the number of pairs."""
    first, second = _margins(shares)
    of_first = [sum(w * p for w, p in zip(row, second, strict=True)) for row in weights]
    of_second = [sum(w * p for w, p in zip(row, first, strict=True)) for row in weights]
    spread = sum(
        share * (weight * (1 - by_chance) - (of_first[i] + of_second[j]) * (1 - agreed)) ** 2
        for i, (row, line) in enumerate(zip(shares, weights, strict=True))
        for j, (share, weight) in enumerate(zip(row, line, strict=True))
    )
    less = (agreed * by_chance - 2 * by_chance + agreed) ** 2
    return (spread - less) / (1 - by_chance) ** 4


def ac2(grid: Grid) -> Coefficient | None:
    """Gwet's AC2 with quadratic weights; None without two pairs.

    ``pa = Σ(w·p)``, ``pe = Σw / (q(q−1)) · Σπ(1−π)``, ``AC2 = (pa−pe)/(1−pe)``, where π is the mean
    of the two people's shares of a grade.
    """
    pairs = sum(map(sum, grid))
    if pairs < 2:
        return None
    shares, weights = _shares(grid), _weights(len(grid))
    means = [(one + other) / 2 for one, other in zip(*_margins(shares), strict=True)]
    scale = Fraction(sum(map(sum, weights))) / (len(grid) * (len(grid) - 1))
    agreed = _total(weights, shares)
    by_chance = scale * sum(mean * (1 - mean) for mean in means)
    value = (agreed - by_chance) / (1 - by_chance)

    def of_pair(i: int, j: int) -> Fraction:
        chance = scale * ((1 - means[i]) + (1 - means[j])) / 2
        own = (weights[i][j] - by_chance) / (1 - by_chance)
        return own - 2 * (1 - value) * (chance - by_chance) / (1 - by_chance)

    spread = sum(
        n * (of_pair(i, j) - value) ** 2
        for i, row in enumerate(grid)
        for j, n in enumerate(row)
        if n
    )
    return _with_interval(value, Fraction(spread) / (pairs * (pairs - 1)), _student_95(pairs - 1))


def _with_interval(value: Fraction, variance: Fraction, errors: float) -> Coefficient:
    """Neither end can be beyond full agreement, or full disagreement."""
    if variance <= 0:
        return Coefficient(value, None, None)
    reach = errors * sqrt(variance)
    return Coefficient(value, max(float(value) - reach, -1.0), min(float(value) + reach, 1.0))


def _student_95(freedom: int) -> float:
    """How many standard errors either side hold 95% of Student's distribution."""
    from scipy.special import stdtrit  # noqa: PLC0415  only a page of agreement waits for it

    return float(stdtrit(freedom, 0.975))


def _shares(grid: Grid) -> _Exact:
    """Each cell's share of all pairs; nothing where there are none."""
    pairs = sum(map(sum, grid))
    return [[Fraction(n, pairs) for n in row] for row in grid] if pairs else []


def _margins(shares: _Exact) -> tuple[list[Fraction], list[Fraction]]:
    """The first person's share of each grade, and the second's."""
    first = [sum(row, Fraction(0)) for row in shares]
    second = [sum(column, Fraction(0)) for column in zip(*shares, strict=True)]
    return first, second


def _weights(grades: int) -> _Exact:
    """1 for the same grade, less by the square of how far apart two are, 0 for the two ends."""
    widest = grades - 1
    return [
        [1 - Fraction((one - other) ** 2, widest**2) for other in range(grades)]
        for one in range(grades)
    ]


def _total(weights: _Exact, shares: _Exact) -> Fraction:
    """Every share times its weight, added up."""
    return sum(
        (
            w * p
            for line, row in zip(weights, shares, strict=False)
            for w, p in zip(line, row, strict=True)
        ),
        Fraction(0),
    )
