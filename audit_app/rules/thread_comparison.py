"""The golden threads beside each other: which moved, and which is clearly weakest.

Threads of one audit rise and fall together, so their audits are never added up. Two threads are
compared as if they were judged on different audits, which makes the interval of their difference
too wide rather than too narrow: what is called clear then is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from audit_app.rules.change import UNLIKELY, Direction, Step, Trend, movement, step
from audit_app.rules.columns import Column
from audit_app.rules.intervals import difference
from audit_app.rules.shares import Share, least_printed


@dataclass(frozen=True)
class Tested:
    """How likely a difference is by chance: ``alone``, and ``allowing`` for the other threads."""

    alone: float
    allowing: float

    @property
    def clear(self) -> bool:
        return self.allowing < UNLIKELY


@dataclass(frozen=True)
class ThreadMoved:
    """One thread over the periods: its last step between the two compared, and its trend.

    Each is called better or worse only where it stays unlikely when allowing for the other
    threads having been tested too.
    """

    name: str
    columns: tuple[Column, ...]
    step: Step | None
    trend: Trend | None
    of_step: Tested | None = None
    of_trend: Tested | None = None

    @property
    def lately(self) -> Direction:
        if self.step is None or self.of_step is None:
            return Direction.TOO_FEW
        return self.step.direction if self.of_step.clear else Direction.NO_CLEAR_CHANGE

    @property
    def over_all(self) -> Direction:
        if self.trend is None or self.of_trend is None:
            return Direction.TOO_FEW
        return self.trend.direction if self.of_trend.clear else Direction.NO_CLEAR_CHANGE

    @property
    def only_one(self) -> bool:
        """Whether no more than one period holds audits, so that there is no other to compare."""
        return sum(1 for column in self.columns if column.total) == 1

    @property
    def sentence(self) -> str:
        """What may be said of the last step."""
        if self.only_one:
            return "Only one period holds audits, so no two can be compared."
        if self.step is None:
            return "Too few audits to tell a change."
        if self.lately is self.step.direction:
            return self.step.sentence
        before, after = self.step.shares
        was = f"{before.percent_text} in {self.step.before.period.label}"
        became = f"{after.percent_text} in {self.step.after.period.label}"
        return f"No clear change in good or better: {was}, {became}."


def compared(overall: Sequence[Column]) -> tuple[int, int] | None:
    """The places of the last two periods with audits enough for percentages; None without two."""
    enough = [place for place, column in enumerate(overall) if column.percents_shown]
    return (enough[-2], enough[-1]) if len(enough) > 1 else None


def moved(
    threads: Mapping[str, Sequence[Column]], pair: tuple[int, int] | None
) -> tuple[ThreadMoved, ...]:
    """How each thread moved between two of its columns, and over all of them."""
    alone = [
        ThreadMoved(
            name,
            tuple(columns),
            step(columns[pair[0]], columns[pair[1]]) if pair else None,
            movement(columns).trend,
        )
        for name, columns in threads.items()
    ]
    steps = _tested([chance(*each.step.shares) if each.step else None for each in alone])
    trends = _tested([each.trend.p if each.trend else None for each in alone])
    return tuple(
        replace(each, of_step=of_step, of_trend=of_trend)
        for each, of_step, of_trend in zip(alone, steps, trends, strict=True)
    )


def _tested(ps: Sequence[float | None]) -> list[Tested | None]:
    """Each test with what is left of it when all of them are allowed for."""
    allowed = iter(holm([p for p in ps if p is not None]))
    return [None if p is None else Tested(p, next(allowed)) for p in ps]


def chance(before: Share, after: Share) -> float:
    """How likely two shares differ so by chance, two-sided: the test of a 2×2 table by its z."""
    good, total = before.count + after.count, before.total + after.total
    if good in (0, total):
        return 1.0
    return _z_test(before.count, before.total, after.count, after.total)


@lru_cache(maxsize=1024)
def _z_test(good: int, total: int, good_after: int, total_after: int) -> float:
    from statsmodels.stats.proportion import proportions_ztest  # noqa: PLC0415

    _, p = proportions_ztest([good, good_after], [total, total_after])
    return float(p)


def said_of(directions: Mapping[str, Direction]) -> str:
    """Which threads got better or worse, and how many show no clear change."""
    by = {way: [n for n, each in directions.items() if each is way] for way in Direction}
    parts = [
        f"{listed(by[way])} got {way.value}"
        for way in (Direction.BETTER, Direction.WORSE)
        if by[way]
    ]
    rest = len(by[Direction.NO_CLEAR_CHANGE])
    only = next(iter(directions.values()), Direction.TOO_FEW)
    if len(directions) > 1 and len(by[only]) == len(directions) and parts:
        return f"every thread got {only.value}"
    if not parts:
        return "no clear change in any thread" if rest else "too few audits to compare any thread"
    if rest:
        parts.append(f"no clear change in {'the other' if rest == 1 else f'the other {rest}'}")
    return "; ".join(parts)


def holm(ps: Sequence[float]) -> list[float]:
    """Probabilities that allow for several tests having been made, in the order given.

    Source: S. Holm, “A simple sequentially rejective multiple test procedure”, 1979.
    """
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    found, least = [0.0] * len(ps), 0.0
    for rank, place in enumerate(order):
        least = max(least, min((len(ps) - rank) * ps[place], 1.0))
        found[place] = least
    return found


def clearly_weakest(shares: Mapping[str, Share]) -> str | None:
    """The name whose good or better is clearly below every other's; None where none is.

    Clear is where the interval of its difference from each of the others leaves out none. Names
    with too few audits for a percentage are not compared.
    """
    enough = {name: each for name, each in shares.items() if each.percent is not None}
    if len(enough) < 2:
        return None
    lowest = min(enough, key=lambda name: enough[name].exact or 0)
    others = (each for name, each in enough.items() if name != lowest)
    return lowest if all(_below(enough[lowest], other) for other in others) else None


def comparable(shares: Mapping[str, Share]) -> bool:
    """Whether at least two have audits enough for percentages."""
    return sum(1 for each in shares.values() if each.percent is not None) > 1


def weakest_said(shares: Mapping[str, Share], period: str) -> str:
    """Which thread was clearly the weakest in a period, in a sentence."""
    if not comparable(shares):
        return f"Too few audits in {period} to say which thread is weakest."
    name = clearly_weakest(shares)
    if name is None:
        return f"In {period} no thread is clearly weaker than all the others."
    good = f"{shares[name].percent_text} good or better"
    return f"In {period} {name} is the weakest thread: {good}, clearly below every other."


def points_apart(one: Share, other: Share) -> Decimal | None:
    """How many points ``other`` is above ``one``, to one decimal; None below the floor."""
    if one.percent is None or other.percent is None:
        return None
    apart = (other.exact or 0) - (one.exact or 0)
    exact = Decimal(apart.numerator) / Decimal(apart.denominator)
    # Adding 0 turns a rounded “-0” into 0.
    return exact.quantize(least_printed(1), ROUND_HALF_UP) + 0


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them."""
    *firsts, last = names
    return f"{', '.join(firsts)} and {last}" if firsts else last


def _below(one: Share, other: Share) -> bool:
    apart = difference(one, other)
    return apart is not None and apart.low > 0
