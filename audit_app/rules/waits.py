"""How long something took, from counts of days: the middle, and what nine in ten were within."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil


@dataclass(frozen=True)
class Waits:
    """How many took so many days, by the number of days."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def median(self) -> Decimal | None:
        """The middle one; halfway between the middle two of an even number. None of nothing."""
        if not self.total:
            return None
        low, high = self._of_rank((self.total + 1) // 2), self._of_rank(self.total // 2 + 1)
        return Decimal(low + high) / 2 if (low + high) % 2 else Decimal((low + high) // 2)

    @property
    def nine_in_ten(self) -> int | None:
        """The fewest days that at least nine in ten took no longer than; None of nothing."""
        return self._of_rank(ceil(Decimal(self.total) * 9 / 10)) if self.total else None

    def _of_rank(self, rank: int) -> int:
        """The days of the one at a place, counting from one, quickest first."""
        for days in sorted(self.counts):
            rank -= self.counts[days]
            if rank <= 0:
                return days
        raise ValueError("There are not so many")
