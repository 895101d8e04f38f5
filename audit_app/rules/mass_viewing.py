"""Whether somebody read more audits, in less time, than their work asks for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class MassViewing:
    """A stretch of time in which every reading was one too many.

    ``first`` and ``last`` are the moments of its first and last reading; ``audits`` is how many
    different ones, or texts on different pages, were read from the one to the other.
    """

    first: datetime
    last: datetime
    audits: int


def _one(audit: str) -> int:
    return 1


def mass_viewings(
    readings: Iterable[tuple[datetime, str]],
    most: int,
    within: timedelta,
    size: Callable[[str], int] = _one,
) -> Iterator[MassViewing]:
    """The stretches in which one person read more than ``most`` different audits ``within`` a time.

    ``readings`` are moments and audits, in the order of time. Two readings exactly that time apart
    are within it. What is kept meanwhile is as much as was read in that time. Where pages of lists
    were read instead of audits, ``size`` is how many texts a page shows.
    """
    window: deque[tuple[datetime, str]] = deque()
    counts: Counter[str] = Counter()
    total = 0
    first = last = None
    seen: set[str] = set()
    for at, audit in readings:
        window.append((at, audit))
        total += 0 if counts[audit] else size(audit)
        counts[audit] += 1
        while at - window[0][0] > within:
            _, gone = window.popleft()
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
                total -= size(gone)
        if total > most:
            if first is None:
                first, seen = window[0][0], set(counts)
            last = at
            seen.add(audit)
        elif first is not None and last is not None:
            yield MassViewing(first, last, sum(map(size, seen)))
            first = last = None
    if first is not None and last is not None:
        yield MassViewing(first, last, sum(map(size, seen)))
