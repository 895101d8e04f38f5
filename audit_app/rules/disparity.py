"""Whether places differ more than chance would make them, and which of them stand apart.

The question is put once for each measure, of all places together: a chi-square test of homogeneity
(Pearson 1900). Where an expected number is under 5 its approximation fails (Cochran 1954), so the
audits are dealt out to the places at random many times, each place keeping how many it had, and the
test statistic is compared with those of the deals (Agresti, Categorical Data Analysis, 3rd edition,
section 16.6). Only where the answer is clear is each place compared with all others together
(Fisher's exact test). Whoever asks several questions at once finds something by chance, so every
answer allows for the number of questions (Holm 1979).

Only places with audits enough for a percentage are compared, so that what is tested is what is
printed; how many are too small is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import numpy as np

from audit_app.rules.shares import DEFAULT_FLOOR, Share
from audit_app.rules.thread_comparison import holm

#: An answer is clear where chance alone would give it less often than this.
CLEAR_BELOW = 0.05
#: Under this expected number the chi-square approximation is not used.
LEAST_EXPECTED = 5
DEALS = 9_999
#: Fixed, so that the same counts always give the same answer.
_SEED = 2022


class Method(StrEnum):
    CHI_SQUARE = "chi_square"
    DEALT = "dealt"
    NONE = "none"

    @property
    def label(self) -> str:
        return {
            Method.CHI_SQUARE: "Chi-square test",
            Method.DEALT: "Permutation test, as some numbers are small",
            Method.NONE: "Not tested",
        }[self]


@dataclass(frozen=True)
class Place:
    """How many of one place's audits were judged so, of how many."""

    name: str
    count: int
    total: int


@dataclass(frozen=True)
class Apart:
    """A place that differs from all the others together. ``p`` allows for the number of places."""

    name: str
    more: bool
    p: float


@dataclass(frozen=True)
class Disparity:
    """Whether one measure differs between places, in the places' own order.

    ``p`` is None where there is nothing to test. ``adjusted`` is ``p`` allowing for the number of
    questions asked at once; ``apart`` is empty unless the answer is clear.
    """

    places: tuple[Place, ...]
    method: Method
    statistic: float | None = None
    p: float | None = None
    adjusted: float | None = None
    apart: tuple[Apart, ...] = ()
    floor: int = DEFAULT_FLOOR

    @property
    def clear(self) -> bool:
        return self.adjusted is not None and self.adjusted < CLEAR_BELOW

    @property
    def held(self) -> int:
        """How many places have audits, enough or not."""
        return sum(1 for each in self.places if each.total)

    @property
    def compared(self) -> tuple[Place, ...]:
        """The places with audits enough to be compared."""
        return _enough(self.places, self.floor)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The shares that are printed, lowest first: those of the places compared."""
        shares = (Share(each.count, each.total, floor=self.floor) for each in self.compared)
        return tuple(sorted(shares, key=lambda share: share.exact or 0))

    def spread(self, with_totals: bool = False) -> str:
        """``from 2% to 11%``, naming no place; nothing where fewer than two shares are printed.

        ``with_totals`` says how many audits each of the two rests on, by which whoever knows the
        totals can tell which place it is: for inside only.
        """
        if len(self.shares) < 2:
            return ""
        one, other = self.shares[0], self.shares[-1]
        if with_totals:
            low, high = (f"{each.percent_text} of {each.total:,}" for each in (one, other))
            return f"from {low} to {high}"
        low, high = one.percent_text, other.percent_text
        return f"{low} in each" if low == high else f"from {low} to {high}"

    def sentence(self, measure: str, kinds: str, with_totals: bool = False) -> str:
        """The answer in words; ``measure`` such as Outstanding, ``kinds`` such as services."""
        if self.held < 2:
            return f"{measure} cannot be compared: fewer than two {kinds} have audits."
        return self._answer(measure, kinds, self.spread(with_totals)) + self._too_small(kinds)

    def _answer(self, measure: str, kinds: str, spread: str) -> str:
        if self.p is None:
            return self._nothing_to_test(measure, kinds)
        said = f" ({spread})" if spread else ""
        if not self.clear:
            return (
                f"No clear difference in {measure} between {kinds}{said}: "
                "chance alone could put them this far apart."
            )
        differs = f"{measure} differs between {kinds}{said}; "
        return " ".join((f"{differs}a difference this size is unlikely to be chance.", *self._who))

    def _nothing_to_test(self, measure: str, kinds: str) -> str:
        if len(self.compared) < 2:
            return f"Too few audits to compare {measure} between {kinds}."
        said = "Every" if self.compared[0].count else "No"
        if len(self.compared) == self.held:
            return f"{said} audit was judged {measure}, so there is no difference between {kinds}."
        where = f"in the {kinds} that are compared"
        return f"{said} audit {where} was judged {measure}, so there is no difference between them."

    def _too_small(self, kinds: str) -> str:
        small = self.held - len(self.compared)
        if not small:
            return ""
        few = f"{small} of {self.held} {kinds} {'is' if small == 1 else 'are'}"
        return f" {few} too small to compare (fewer than {self.floor} audits)."

    @property
    def _who(self) -> tuple[str, ...]:
        more = [each.name for each in self.apart if each.more]
        less = [each.name for each in self.apart if not each.more]
        if not self.apart:
            return ("No single one stands clearly apart from the others.",)
        parts = [("more", more), ("less", less)]
        said = " and ".join(f"{how} common in {_listed(names)}" for how, names in parts if names)
        return (f"It is {said} than elsewhere.",)


def disparities(
    asked: Mapping[str, Sequence[Place]], floor: int = DEFAULT_FLOOR
) -> dict[str, Disparity]:
    """The answer to each of several questions asked at once, by their keys."""
    found = {key: _tested(tuple(places), floor) for key, places in asked.items()}
    tested = [key for key, each in found.items() if each.p is not None]
    adjusted = holm([found[key].p or 0.0 for key in tested])
    for key, p in zip(tested, adjusted, strict=True):
        answer = replace(found[key], adjusted=p)
        found[key] = replace(answer, apart=_apart(answer) if answer.clear else ())
    return found


def _enough(places: Sequence[Place], floor: int) -> tuple[Place, ...]:
    return tuple(each for each in places if each.total >= max(floor, 1))


@lru_cache(maxsize=256)
def _tested(places: tuple[Place, ...], floor: int) -> Disparity:
    enough = _enough(places, floor)
    counts = np.array([each.count for each in enough])
    totals = np.array([each.total for each in enough])
    if len(enough) < 2 or not 0 < counts.sum() < totals.sum():
        return Disparity(places, Method.NONE, floor=floor)
    statistic = float(_statistic(counts, totals)[0])
    share = counts.sum() / totals.sum()
    if min(share, 1 - share) * totals.min() >= LEAST_EXPECTED:
        method, p = Method.CHI_SQUARE, _chance_of(statistic, len(enough) - 1)
    else:
        method, p = Method.DEALT, _dealt(statistic, counts, totals)
    return Disparity(places, method, statistic, p, floor=floor)


def _statistic(counts: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Pearson's chi-square of each row of counts (judged so, by place) against equal shares."""
    rows = np.atleast_2d(counts)
    share = rows.sum(axis=1, keepdims=True) / totals.sum()
    expected = share * totals
    squares: np.ndarray = ((rows - expected) ** 2 / (expected * (1 - share))).sum(axis=1)
    return squares


def _chance_of(statistic: float, degrees: int) -> float:
    from scipy.stats import chi2  # noqa: PLC0415  a second, which a start need not wait for

    return float(chi2.sf(statistic, degrees))


def _dealt(statistic: float, counts: np.ndarray, totals: np.ndarray) -> float:
    """How often a random deal is as far from equal shares; the one that happened counts as one."""
    deals = np.random.default_rng(_SEED).multivariate_hypergeometric(
        totals, int(counts.sum()), size=DEALS
    )
    as_far = _statistic(deals, totals) >= statistic * (1 - 1e-9)
    return float((as_far.sum() + 1) / (DEALS + 1))


@lru_cache(maxsize=256)
def _apart(answer: Disparity) -> tuple[Apart, ...]:
    """The places that differ from all others compared."""
    from scipy.stats import fisher_exact  # noqa: PLC0415  as above

    enough = answer.compared
    count, total = (sum(getattr(e, part) for e in enough) for part in ("count", "total"))
    ps = []
    for each in enough:
        table = _against_others(each, count, total)
        ps.append(float(fisher_exact(table).pvalue))
    return tuple(
        Apart(each.name, each.count * total > count * each.total, p)
        for each, p in zip(enough, holm(ps), strict=True)
        if p < CLEAR_BELOW
    )


def _against_others(place: Place, count: int, total: int) -> list[list[int]]:
    """Two by two: the place and all others; judged so, and not."""
    others = count - place.count
    return [[place.count, place.total - place.count], [others, total - place.total - others]]


def _listed(names: Sequence[str]) -> str:
    *firsts, last = names
    return f"{', '.join(firsts)} and {last}" if firsts else last
