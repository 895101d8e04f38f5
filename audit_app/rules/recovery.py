"""Could a figure that was kept out of a table be worked out from what was let out?

A table with some rows hidden and their sums shown is a set of equations. Whoever reads it knows
besides that figures are whole numbers, none below 0, that a part is no more than its total, and
which columns add up to which. A hidden figure is safe when tables that agree with all of this
give it several different values (the audit of a suppressed table, as in Hundepool and others,
"Statistical Disclosure Control", 2012, chapter 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf

import numpy as np

#: A hidden figure must be able to be any of this many numbers at least.
LEAST_VALUES = 3
#: Sums are looked for among this many columns of one total at most: every set of them is tried.
_MOST_COLUMNS = 8


@dataclass(frozen=True)
class Measure:
    """One column of counts: a figure for each row, and the column it is a part of, if any.

    ``hidden`` are the figures left out; ``shown`` are those of every other line, totals included.
    """

    hidden: tuple[int, ...]
    shown: tuple[int, ...]
    within: int | None = None

    @property
    def every(self) -> tuple[int, ...]:
        return (*self.hidden, *self.shown)


@dataclass(frozen=True)
class Range:
    """The least and the greatest number that a hidden figure can be."""

    least: int
    greatest: int

    @property
    def safe(self) -> bool:
        """Whether it stays open, or is a true zero, which is no secret."""
        return self.greatest == 0 or self.greatest - self.least + 1 >= LEAST_VALUES


def can_be_worked_out(measures: Sequence[Measure]) -> bool:
    """Whether any hidden figure can be one number only, or nearly."""
    return not all(found.safe for found in ranges(measures))


def ranges(measures: Sequence[Measure]) -> Iterator[Range]:
    """What the hidden figures of each measure can be.

    All that is known of one hidden row is known of every other, so one row stands for them all.

    Raises:
        ArithmeticError: when the solver finds no answer, so that nothing may be published.
    """
    rows = len(measures[0].hidden) if measures else 0
    # No row is hidden that holds no audit.
    lowest = [
        int(each.within is None and all(each.hidden)) for each in measures for _ in range(rows)
    ]
    known = list(_equations(measures, rows))
    for first in range(0, len(lowest), rows or 1):
        yield _range(known, lowest, first)


@dataclass(frozen=True)
class _Equation:
    """Hidden figures, each with a sign, add up to a number from ``least`` to ``greatest``."""

    terms: tuple[tuple[int, int], ...]
    least: float
    greatest: float


def _equations(measures: Sequence[Measure], rows: int) -> Iterator[_Equation]:
    """What is known of the hidden figures, which are numbered measure by measure."""
    for number, measure in enumerate(measures):
        total = sum(measure.hidden)
        yield _Equation(tuple((number * rows + row, 1) for row in range(rows)), total, total)
        if measure.within is not None:
            for row in range(rows):
                terms = ((measure.within * rows + row, 1), (number * rows + row, -1))
                yield _Equation(terms, 0, inf)
    for parts, whole in _sums(measures):
        for row in range(rows):
            added = tuple((part * rows + row, 1) for part in parts)
            yield _Equation((*added, (whole * rows + row, -1)), 0, 0)


def _sums(measures: Sequence[Measure]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Columns that add up to another in every line, as anybody can see who reads the table."""
    for whole, measure in enumerate(measures):
        wholes = {measure.within, whole} - {None}
        inside = [n for n, each in enumerate(measures) if each.within in wholes and n != whole]
        if len(inside) > _MOST_COLUMNS:
            continue
        for size in range(2, len(inside) + 1):
            for parts in combinations(inside, size):
                added = zip(*(measures[part].every for part in parts), strict=True)
                if tuple(sum(each) for each in added) == measure.every:
                    yield parts, whole


def _range(known: Sequence[_Equation], lowest: Sequence[int], place: int) -> Range:
    """What one hidden figure can be, by whole-number linear programming."""
    from scipy.optimize import (  # noqa: PLC0415  a second, which a start need not wait for
        Bounds,
        LinearConstraint,
        milp,
    )

    lines = np.zeros((len(known), len(lowest)))
    for line, equation in zip(lines, known, strict=True):
        for term, sign in equation.terms:
            line[term] += sign
    ends = ([each.least for each in known], [each.greatest for each in known])
    figure = np.zeros(len(lowest))
    figure[place] = 1
    found = [
        milp(
            sign * figure,
            constraints=LinearConstraint(lines, *ends),
            bounds=Bounds(lowest, inf),
            integrality=np.ones(len(lowest)),
        )
        for sign in (1, -1)
    ]
    if not all(each.success for each in found):
        raise ArithmeticError("The check for hidden figures did not end")
    return Range(round(found[0].fun), round(-found[1].fun))
