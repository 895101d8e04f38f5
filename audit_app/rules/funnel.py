"""Whether teams differ from the whole by more than chance: a funnel, never a ranked list.

Source: Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in
Medicine 24 (2005): exact binomial limits about the share of the whole, at 95% and 99.8%; section 4
on over-dispersion. A team is beyond a limit only where chance alone would put so few or so many of
its audits there in less than 2.5%, or 0.1%, of cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from audit_app.rules.intervals import exact_limits
from audit_app.rules.shares import DEFAULT_FLOOR, Share, percent

#: How much of what chance does lies between the limits.
NEAR, FAR = 0.95, 0.998


class Standing(StrEnum):
    """Where a team is against the limits for as many audits as it has."""

    WITHIN = "within"
    ABOVE = "above"
    FAR_ABOVE = "far_above"
    BELOW = "below"
    FAR_BELOW = "far_below"
    TOO_FEW = "too_few"

    @property
    def label(self) -> str:
        return {
            Standing.WITHIN: "Within",
            Standing.ABOVE: "Above 95%",
            Standing.FAR_ABOVE: "Above 99.8%",
            Standing.BELOW: "Below 95%",
            Standing.FAR_BELOW: "Below 99.8%",
            Standing.TOO_FEW: "Too few to compare",
        }[self]

    @property
    def outside(self) -> bool:
        return self not in (Standing.WITHIN, Standing.TOO_FEW)

    @property
    def far(self) -> bool:
        return self in (Standing.FAR_ABOVE, Standing.FAR_BELOW)


@dataclass(frozen=True)
class Limits:
    """The fewest and the most of a team's audits that chance explains, at 95% and at 99.8%."""

    total: int
    near: tuple[int, int]
    far: tuple[int, int]

    @property
    def near_percents(self) -> tuple[Decimal | None, Decimal | None]:
        """As shares of the team's audits, in whole percents."""
        return percent(self.near[0], self.total), percent(self.near[1], self.total)

    @property
    def far_percents(self) -> tuple[Decimal | None, Decimal | None]:
        return percent(self.far[0], self.total), percent(self.far[1], self.total)


@dataclass(frozen=True)
class TeamStanding:
    """A team in the funnel; no limits where it has too few audits to compare."""

    name: str
    share: Share
    limits: Limits | None
    standing: Standing


@dataclass(frozen=True)
class Funnel:
    """Teams about the share of them all, in the order given.

    ``dispersion`` is the mean squared standard score of the teams compared, 1 where only chance is
    at work; ``over_dispersed`` where it is larger than chance would make it once in 20 times.
    """

    whole: Share
    teams: tuple[TeamStanding, ...]
    dispersion: float | None
    over_dispersed: bool

    @property
    def compared(self) -> tuple[TeamStanding, ...]:
        return tuple(each for each in self.teams if each.standing is not Standing.TOO_FEW)

    @property
    def outside(self) -> tuple[TeamStanding, ...]:
        return tuple(each for each in self.teams if each.standing.outside)

    @property
    def outside_by_chance(self) -> int:
        """About how many of the teams compared chance alone may put beyond 95%: one in twenty."""
        return (len(self.compared) + 10) // 20


def funnel(teams: Sequence[tuple[str, int, int]], floor: int = DEFAULT_FLOOR) -> Funnel:
    """Place teams (name, judged so, audits) about the share of all of them together."""
    held = [each for each in teams if each[2]]
    whole = Share(sum(n for _, n, _ in held), sum(total for *_, total in held), floor=floor)
    placed = tuple(_placed(name, Share(n, total, floor=floor), whole) for name, n, total in held)
    compared = [each.share for each in placed if each.limits]
    return Funnel(whole, placed, *_dispersion(whole, compared))


def edges(centre: float, audits: Sequence[int], level: float) -> list[tuple[float, float]]:
    """For each number of audits, a share just under and just over what the limits allow, 0 to 1.

    Smooth, as the tail's chance is interpolated between whole numbers of audits (appendix A.1.1),
    and with every team on the side of it that its limits say.
    """
    tail = (1 - level) / 2
    low = _edge(tail, centre, tuple(audits))
    high = _edge(tail, 1 - centre, tuple(audits))
    return [(below, 1 - above) for below, above in zip(low, high, strict=True)]


@lru_cache(maxsize=256)
def _edge(tail: float, centre: float, audits: tuple[int, ...]) -> list[float]:
    from numpy import asarray, clip  # noqa: PLC0415
    from scipy.stats import binom  # noqa: PLC0415  a second, which a start need not wait for

    of = asarray(audits)
    least = binom.ppf(tail, of, centre)
    reached, before = binom.cdf(least, of, centre), binom.cdf(least - 1, of, centre)
    return [float(e) for e in clip((least - (reached - tail) / (reached - before)) / of, 0, 1)]


def _placed(name: str, share: Share, whole: Share) -> TeamStanding:
    if share.total < max(share.floor, 1):
        return TeamStanding(name, share, None, Standing.TOO_FEW)
    centre = whole.count / whole.total
    near, far = (exact_limits(share.total, centre, level) for level in (NEAR, FAR))
    within = Limits(share.total, near, far)
    return TeamStanding(name, share, within, _stands(share.count, within))


def _stands(count: int, within: Limits) -> Standing:
    if count > within.far[1]:
        return Standing.FAR_ABOVE
    if count > within.near[1]:
        return Standing.ABOVE
    if count < within.far[0]:
        return Standing.FAR_BELOW
    return Standing.BELOW if count < within.near[0] else Standing.WITHIN


def _dispersion(whole: Share, compared: Sequence[Share]) -> tuple[float | None, bool]:
    if len(compared) < 2 or not 0 < whole.count < whole.total:
        return None, False
    centre = whole.count / whole.total
    squares = sum(
        (each.count - centre * each.total) ** 2 / (each.total * centre * (1 - centre))
        for each in compared
    )
    return squares / len(compared), squares > _expected_by_chance(len(compared) - 1)


@lru_cache(maxsize=256)
def _expected_by_chance(degrees: int) -> float:
    """The sum of squares that chance alone goes beyond one time in twenty."""
    from scipy.stats import chi2  # noqa: PLC0415  as above

    return float(chi2.isf(0.05, degrees))
