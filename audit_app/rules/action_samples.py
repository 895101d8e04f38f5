"""Which closed actions are looked at again: a random share that can be replayed.

Each action closed in the days asked for draws a number from the sample's seed and its reference,
and the lowest numbers are chosen. Nobody chooses the seed, and it is made after the actions were
closed; so whoever closed one could not know that it would be looked at again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from audit_app.rules.sampling import number_drawn


@dataclass(frozen=True)
class Draw:
    """One closed action as the sample draws it."""

    reference: str
    number: int
    chosen: bool


def size(candidates: int, percent: int) -> int:
    """How many of so many are chosen: the share, rounded up to a whole action."""
    return -(-candidates * percent // 100)


def draw(seed: str, references: Collection[str], percent: int) -> list[Draw]:
    """Draw a share of these actions, the lowest number first; ties go by reference."""
    numbers = sorted((number_drawn(seed, each), each) for each in references)
    chosen = size(len(numbers), percent)
    return [Draw(ref, number, place < chosen) for place, (number, ref) in enumerate(numbers)]
