"""Who audits which of the drawn cases: as many as can be given, spread fairly, picked by nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from audit_app.rules.drawing import tie_break

#: Costs are whole numbers in steps so far apart that no sum of a smaller kind reaches a larger one.
_TIES = 1_000
_FILL = 10_000


@dataclass(frozen=True)
class Seat:
    """An auditor, the reference that decides ties, and how many more audits they have room for."""

    id: int
    reference: str
    room: int


@dataclass(frozen=True)
class ToGive:
    """A drawn case, and the auditors who have no stake in it."""

    reference: str
    auditors: frozenset[int]


def spread(seed: str, cases: Sequence[ToGive], seats: Sequence[Seat]) -> Mapping[str, int | None]:
    """Give each case to an auditor, or to nobody where none is left.

    Never to somebody with a stake in it, and to nobody beyond their room. As many cases as
    possible are given; then each auditor has as even a part of their own room filled as can be;
    where that leaves a choice, a digest of the seed, the case and the auditor makes it.

    Returns:
        By case reference the auditor's row number, or None.
    """
    cases = sorted(cases, key=lambda each: _digest(seed, each.reference))
    places = _places(sorted(seats, key=lambda each: _digest(seed, each.reference)), len(cases))
    given: dict[str, int | None] = {case.reference: None for case in cases}
    if not cases or not places:
        return given
    costs, never = _costs(seed, cases, places)
    for row, column in zip(*linear_sum_assignment(costs), strict=True):
        if costs[row, column] < never:
            given[cases[row].reference] = places[column][0].id
    return given


def _places(seats: Sequence[Seat], cases: int) -> list[tuple[Seat, int]]:
    """Each auditor once for every audit they have room for, with how full it makes them.

    Filling a room of three costs 1, 3 and 5 sixths: the sum over everybody is least when all are
    as evenly filled as can be.
    """
    return [
        (seat, round(_FILL * (2 * nth + 1) / (2 * seat.room)))
        for seat in seats
        for nth in range(min(seat.room, cases))
    ]


def _costs(
    seed: str, cases: Sequence[ToGive], places: Sequence[tuple[Seat, int]]
) -> tuple[NDArray[np.float64], float]:
    """What each case costs at each place, and from what cost on it can never be given so."""
    step = len(cases) * _TIES + 1
    never = float(step * (len(cases) * _FILL + 1))
    auditors = list(dict.fromkeys(seat for seat, _ in places))
    column = {seat.id: number for number, seat in enumerate(auditors)}
    at = np.array([column[seat.id] for seat, _ in places])
    fill = np.array([full * step for _, full in places], dtype=np.float64)
    ties = np.array([[_tie(seed, case, seat) for seat in auditors] for case in cases])
    may = np.array([[seat.id in case.auditors for seat in auditors] for case in cases])
    return np.where(may[:, at], ties[:, at] + fill, never), never


def _tie(seed: str, case: ToGive, seat: Seat) -> int:
    return tie_break(seed, case.reference, seat.reference) % _TIES


def _digest(seed: str, reference: str) -> str:
    return sha256(f"{seed}:{reference}".encode()).hexdigest()
