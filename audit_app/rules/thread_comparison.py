"""The golden threads beside each other: which moved, and which is clearly weakest.

Threads of one audit rise and fall together, so their audits are never added up. Two threads are
compared as if they were judged on different audits, which makes the interval of their difference
too wide rather than too narrow: what is called clear then is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from audit_app.rules.change import Direction, Step, Trend, movement, step
from audit_app.rules.columns import Column
from audit_app.rules.intervals import difference
from audit_app.rules.shares import Share, least_printed

#: Where one in twenty tests of nothing shows something.
_LEVEL = 0.05


@dataclass(frozen=True)
class ThreadMoved:
    """One thread over the periods: its last step between the two compared, and its trend."""

    name: str
    columns: tuple[Column, ...]
    step: Step | None
    trend: Trend | None

    @property
    def lately(self) -> Direction:
        return Direction.TOO_FEW if self.step is None else self.step.direction

    @property
    def over_all(self) -> Direction:
        return Direction.TOO_FEW if self.trend is None else self.trend.direction


def compared(overall: Sequence[Column]) -> tuple[int, int] | None:
    """The places of the last two periods with audits enough for percentages; None without two."""
    enough = [place for place, column in enumerate(overall) if column.percents_shown]
    return (enough[-2], enough[-1]) if len(enough) > 1 else None


def moved(name: str, columns: Sequence[Column], pair: tuple[int, int] | None) -> ThreadMoved:
    """How one thread moved between two of its columns, and over all of them."""
    last = step(columns[pair[0]], columns[pair[1]]) if pair else None
    return ThreadMoved(name, tuple(columns), last, movement(columns).trend)


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


def chance_of_one(tests: int) -> int:
    """How likely it is, in percent, that one of so many tests fires though nothing changed."""
    return round(100 * (1 - (1 - _LEVEL) ** tests))


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
