"""Where the boxes of a layered picture stand, so that arrows are short and cross no box."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from tests.architecture.house import Import

GAP = 26
LANE = 14
SWEEPS = 24


@dataclass(eq=False)
class Spot:
    """A box, or a lane between boxes through which a longer arrow passes (it has no name)."""

    name: str
    row: int
    width: int
    x: float = 0.0
    above: list[Spot] = field(default_factory=list)
    below: list[Spot] = field(default_factory=list)


@dataclass
class Arrangement:
    """The rows from top to bottom, each from left to right, and each arrow's way through them."""

    rows: list[list[Spot]]
    ways: dict[Import, list[Spot]]


def arranged(rows: list[list[str]], arrows: set[Import], widths: dict[str, int]) -> Arrangement:
    """Boxes and lanes ordered so that each stands near what it is joined to.

    ``x`` of a spot is the middle of it; the middle of the picture is 0.
    """
    spots = [
        [Spot(name, number, widths[name]) for name in names] for number, names in enumerate(rows)
    ]
    by_name = {spot.name: spot for row in spots for spot in row}
    ways = {(a, b): _way(spots, by_name[a], by_name[b]) for a, b in sorted(arrows)}
    _place(spots)
    best, fewest = [row[:] for row in spots], _crossings(spots)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for row in spots if downwards else reversed(spots):
            row.sort(key=lambda spot: _wished(spot.above if downwards else spot.below, spot.x))
            _place([row])
        if (now := _crossings(spots)) < fewest:
            best, fewest = [row[:] for row in spots], now
    _place(best)
    return Arrangement(best, ways)


def _way(spots: list[list[Spot]], start: Spot, end: Spot) -> list[Spot]:
    lanes = [Spot("", row, LANE) for row in range(start.row + 1, end.row)]
    for lane in lanes:
        spots[lane.row].append(lane)
    way = [start, *lanes, end]
    for upper, lower in pairwise(way):
        upper.below.append(lower)
        lower.above.append(upper)
    return way


def _wished(joined: list[Spot], now: float) -> float:
    return sum(spot.x for spot in joined) / len(joined) if joined else now


def _place(rows: list[list[Spot]]) -> None:
    for row in rows:
        x = -(sum(spot.width for spot in row) + GAP * (len(row) - 1)) / 2
        for spot in row:
            spot.x = x + spot.width / 2
            x += spot.width + GAP


def _crossings(rows: list[list[Spot]]) -> int:
    count = 0
    for row in rows:
        ends = [(spot.x, lower.x) for spot in row for lower in spot.below]
        count += sum(a < c and b > d for a, b in ends for c, d in ends)
    return count
