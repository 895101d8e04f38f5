"""How long things took, from how many took how many days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Waits:
    """Whole days waited: how many waits there were, and what half and nine in ten of them took.

    ``median`` is half way between the two in the middle where the number is even. ``nine_in_ten``
    is the fewest days within which at least nine in ten were done. None where there was no wait.
    """

    number: int
    median: Decimal | None
    nine_in_ten: int | None
    longest: int | None


def waits(found: Iterable[tuple[int, int]]) -> Waits:
    """From pairs of days and how many took so long, in any order; days may come several times."""
    counted = sorted((int(days), int(n)) for days, n in found if n)
    number = sum(n for _, n in counted)
    if not number:
        return Waits(0, None, None, None)
    low, high = _at(counted, (number + 1) // 2), _at(counted, number // 2 + 1)
    median = Decimal(low + high) / 2
    whole = median.quantize(Decimal(1)) if median == median.to_integral_value() else median
    return Waits(number, whole, _at(counted, -(-number * 9 // 10)), counted[-1][0])


def _at(counted: list[tuple[int, int]], place: int) -> int:
    """The days of the wait at a place, counted from 1, the shortest first."""
    for days, n in counted:
        place -= n
        if place <= 0:
            return days
    raise ValueError(f"There are not so many waits, by {place}")
