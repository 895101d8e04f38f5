"""Whether practice really changed: what may be said of periods beside each other.

Two rules, and a sentence claims a change only where one of them fired:

- the *step*: the share that is good or better in the last two periods that hold enough audits; it
  fires where the 95% interval of the difference leaves out no difference;
- the *trend*: all four judgements over all periods, by the linear-by-linear test for ordered
  tables; it fires below 5%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from audit_app.rules.columns import Column
from audit_app.rules.intervals import Interval, difference
from audit_app.rules.shares import DEFAULT_FLOOR, Share

#: A trend this unlikely to be chance is called one.
UNLIKELY = 0.05


class Direction(Enum):
    BETTER = "better"
    WORSE = "worse"
    NO_CLEAR_CHANGE = "no clear change"
    TOO_FEW = "too few to compare"


@dataclass(frozen=True)
class Trend:
    """The linear-by-linear test of periods in time order against the scale, best first.

    ``z`` is below 0 where later judgements are better. ``p`` is two-sided.
    """

    z: float
    p: float

    @property
    def direction(self) -> Direction:
        if self.p >= UNLIKELY:
            return Direction.NO_CLEAR_CHANGE
        return Direction.BETTER if self.z < 0 else Direction.WORSE

    @property
    def p_text(self) -> str:
        return "less than 0.001" if self.p < 0.001 else f"{self.p:.3f}"


def trend(rows: Sequence[Sequence[int]]) -> Trend | None:
    """Test whether judgements moved along the scale over the periods.

    Each row is one period's counts in scale order, in time order. None where there are not two
    periods and two judgements with audits in them: then nothing can move.

    Source: A. Agresti, “Categorical data analysis”, the linear-by-linear association test, with
    equal steps between grades and between periods.
    """
    if sum(map(any, rows)) < 2 or sum(map(any, zip(*rows, strict=True))) < 2:
        return None
    return _linear_by_linear(tuple(map(tuple, rows)))


@lru_cache(maxsize=1024)
def _linear_by_linear(rows: tuple[tuple[int, ...], ...]) -> Trend:
    import numpy as np  # noqa: PLC0415
    from statsmodels.stats.contingency_tables import Table  # noqa: PLC0415

    # Left to itself the library adds a half to every cell of a table that has an empty one.
    found = Table(np.array(rows), shift_zeros=False).test_ordinal_association()
    return Trend(float(found.zscore), float(found.pvalue))


@dataclass(frozen=True)
class Step:
    """Good or better in two periods, and how far apart they may be: ``interval``, in parts of 1."""

    before: Column
    after: Column
    interval: Interval

    @property
    def shares(self) -> tuple[Share, Share]:
        return self.before.good_or_better, self.after.good_or_better

    @property
    def direction(self) -> Direction:
        before, after = self.shares
        # What is printed as the same is called the same, however many audits there are.
        if not self.interval.leaves_out_zero or before.percent == after.percent:
            return Direction.NO_CLEAR_CHANGE
        return Direction.BETTER if self.interval.low > 0 else Direction.WORSE

    @property
    def sentence(self) -> str:
        (before, after), way = self.shares, self.direction
        was = f"{before.percent_text} in {self.before.period.label}"
        became = f"{after.percent_text} in {self.after.period.label}"
        if way is Direction.NO_CLEAR_CHANGE:
            return f"No clear change in good or better: {was}, {became}."
        went = "rose" if way is Direction.BETTER else "fell"
        return (
            f"Good or better {went} from {was} to {became}; "
            "a change this size is unlikely to be chance."
        )


def step(before: Column, after: Column) -> Step | None:
    """Compare two periods; None where either holds too few audits for a percentage."""
    interval = difference(before.good_or_better, after.good_or_better)
    if interval is None or not (before.percents_shown and after.percents_shown):
        return None
    return Step(before, after, interval)


@dataclass(frozen=True)
class Movement:
    """What may be said of periods in time order: the last step, and the trend over all of them."""

    columns: tuple[Column, ...]
    #: From each period that holds enough audits to the next that does.
    steps: tuple[Step, ...]
    trend: Trend | None

    @property
    def step(self) -> Step | None:
        """The last one."""
        return self.steps[-1] if self.steps else None

    @property
    def direction(self) -> Direction:
        """Of the last step; where that shows nothing, of the trend."""
        if self.step is None and self.trend is None:
            return Direction.TOO_FEW
        found = [each.direction for each in (self.step, self.trend) if each is not None]
        clear = [each for each in found if each is not Direction.NO_CLEAR_CHANGE]
        return clear[0] if clear else Direction.NO_CLEAR_CHANGE

    @property
    def clear(self) -> bool:
        """Whether a rule fired."""
        return self.direction in (Direction.BETTER, Direction.WORSE)

    @property
    def sentence(self) -> str:
        """One plain sentence, which claims a change only where the last step is clear."""
        if self.step is None:
            return f"{self._too_few}, so no two can be compared."
        return self.step.sentence

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentence, and what is to be said of the trend over more than two periods."""
        return (self.sentence, *([self._over_all] if self._over_all else []))

    @property
    def _too_few(self) -> str:
        held = [column for column in self.columns if column.total]
        if len(held) < 2:
            return "Only one period holds audits" if held else "No period holds audits"
        return f"Fewer than two periods hold at least {self.columns[0].floor} audits"

    @property
    def _over_all(self) -> str:
        held = [column for column in self.columns if column.total]
        if self.trend is None or (self.step is not None and len(held) < 3):
            return ""
        first, last = held[0], held[-1]
        span = f"Over the {len(held)} periods from {first.period.label} to {last.period.label}"
        way = self.trend.direction
        if way is Direction.NO_CLEAR_CHANGE:
            return f"{span} judgements show no clear trend."
        return (
            f"{span} judgements got {way.value}{_ends(first, last, way)}; "
            "a trend this strong is unlikely to be chance."
        )


def movement(columns: Sequence[Column]) -> Movement:
    """Apply both rules to periods in time order.

    Periods with fewer audits than their floor are passed over for the step, and counted in the
    trend, which needs twice the floor in all.
    """
    enough = [column for column in columns if column.percents_shown]
    steps = (step(before, after) for before, after in pairwise(enough))
    floor = columns[0].floor if columns else DEFAULT_FLOOR
    audits = sum(column.total for column in columns)
    over_all = trend([column.counts for column in columns]) if audits >= 2 * floor else None
    return Movement(tuple(columns), tuple(each for each in steps if each), over_all)


def _ends(first: Column, last: Column, way: Direction) -> str:
    """Good or better at both ends, where it went the way that all four judgements went."""
    before, after = first.good_or_better, last.good_or_better
    rose = (after.percent or 0) - (before.percent or 0)
    if not before.percent_text or not after.percent_text or not rose:
        return ""
    if (rose > 0) is not (way is Direction.BETTER):
        return ""
    return f" (good or better went from {before.percent_text} to {after.percent_text})"
