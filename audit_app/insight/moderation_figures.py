"""Moderated audits as grids of both judgements: by how they came to be moderated, and by period."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from audit_app.insight.asking import Spell
from audit_app.models import Chosen
from audit_app.rules.moderation_grid import ModerationGrid, together
from audit_app.rules.moderation_words import Moderated
from audit_app.rules.periods import Period
from audit_app.rules.waits import Waits, waits
from audit_app.tallying.counted import Counted
from audit_app.tallying.pairs import moderation_pairs, moderation_waits
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter

#: How audits were chosen to be moderated, in words that follow “audits”.
WHICH = {
    Chosen.RANDOM: "chosen at random",
    Chosen.TARGETED: "chosen for a reason",
    Chosen.NOT_KNOWN: "chosen in a way that nobody recorded",
}


@dataclass(frozen=True)
class Way:
    """How audits came to be moderated: with the auditor's grade hidden or not, and why these."""

    blind: bool
    chosen: Chosen

    @property
    def label(self) -> str:
        return f"{'Blind' if self.blind else 'Open'}, {WHICH[self.chosen]}"

    @property
    def title(self) -> str:
        """What its figures are: only who did not see the other's grade can be said to agree."""
        seen = "Agreement (blind moderation)" if self.blind else "Revision (open moderation)"
        return f"{seen}, audits {WHICH[self.chosen]}"

    @property
    def key(self) -> str:
        """As an address carries it: ``blind-random``."""
        return f"{'blind' if self.blind else 'open'}-{self.chosen.value.replace('_', '-')}"

    def only(self, found: Counted) -> Counted:
        """Of counts of moderated audits, those that were moderated so."""
        return found.where("blind", (self.blind,)).where("chosen", (self.chosen,))


#: Blind before open, as it says more; random before what was chosen for a reason.
WAYS = tuple(Way(blind, chosen) for blind in (True, False) for chosen in Chosen)


#: How many audits were moderated after so many days.
Days = Counter[int]


@dataclass(frozen=True, eq=False)
class Moderations:
    """What is known of one way, over the periods asked for; periods without audits are left out.

    One is only ever the same as itself, so that what is made of it can be kept beside it.
    """

    way: Way
    periods: Sequence[tuple[Period, ModerationGrid, Days]]

    @cached_property
    def grids(self) -> list[tuple[Period, ModerationGrid]]:
        return [(period, grid) for period, grid, _ in self.periods]

    @cached_property
    def all(self) -> ModerationGrid:
        """Every period together."""
        floor = self.periods[0][1].floor
        return together((grid for _, grid, _ in self.periods), floor)

    @cached_property
    def waits(self) -> Waits:
        """How long the moderation of all of them took."""
        return waits(pair for _, _, days in self.periods for pair in days.items())

    @cached_property
    def said(self) -> Moderated:
        return Moderated(WHICH[self.way.chosen], self.way.blind, self.grids)


def moderations(
    of: AuditFilter, spell: Spell, floor: int, auditor: int | None = None
) -> tuple[Moderations, ...]:
    """Every way in which audits were moderated, with what became of them; none where none were.

    ``auditor`` narrows to the audits of one auditor, by row number.
    """
    if not spell.periods:
        return ()
    pairs = moderation_pairs(of, spell, [Split.MONTH], auditor)
    days = moderation_waits(of, spell, [Split.MONTH], auditor)
    by = ("blind", "chosen", "month", "n")
    return _every_way(
        tuple(pairs.rows(*by, "audited", "moderated")), tuple(days.rows(*by, "days")), spell, floor
    )


# Kept by all that was counted: the same counts are the same object, worked out once.
@lru_cache(maxsize=64)
def _every_way(
    counted_pairs: _Rows, counted_days: _Rows, spell: Spell, floor: int
) -> tuple[Moderations, ...]:
    pairs, days = _apart(counted_pairs), _apart(counted_days)
    found = (Moderations(way, list(_of_way(way, pairs, days, spell, floor))) for way in WAYS)
    return tuple(each for each in found if each.periods)


#: Blind or not, how chosen, the month, how many, and then what was found.
_Rows = tuple[tuple[Any, ...], ...]
#: What was counted of one way in one month.
_Apart = Mapping[tuple[bool, Chosen, int], Counter[Any]]


def _apart(rows: _Rows) -> _Apart:
    apart: dict[tuple[bool, Chosen, int], Counter[Any]] = defaultdict(Counter)
    for blind, chosen, month, n, *key in rows:
        apart[bool(blind), chosen, month][key[0] if len(key) == 1 else tuple(key)] += n
    return apart


def _of_way(
    way: Way, pairs: _Apart, days: _Apart, spell: Spell, floor: int
) -> Iterator[tuple[Period, ModerationGrid, Days]]:
    for period in spell.periods:
        counts = _within(pairs, way, period)
        if counts:
            yield period, ModerationGrid(counts, floor), _within(days, way, period)


def _within(apart: _Apart, way: Way, period: Period) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for month in period.month_keys():
        found.update(apart.get((way.blind, way.chosen, month), {}))
    return found


def added(found: Counted, *by: str) -> Counter[Any]:
    """What was counted, by the values of one column, or of several together."""
    keys = found[by[0]] if len(by) == 1 else found.rows(*by)
    counts: Counter[Any] = Counter()
    for key, n in zip(keys, found["n"], strict=True):
        counts[key] += n
    return counts
