"""What moderation did to auditors' grades: a grid of both, and what follows from it.

A pair is what an auditor and a moderator judged of one practice. Whoever found not enough evidence
gave no grade, so such pairs are counted apart and are in no denominator. Moderators who saw the
auditor's grade may have kept it for that reason, so what they did is called revision; only those
who judged blind agree or disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from audit_app.rules.agreement_coefficients import LEAST_PAIRS, Coefficient, ac2, weighted_kappa
from audit_app.rules.judgements import SCALE, Judgement, steps_better
from audit_app.rules.shares import DEFAULT_FLOOR, Share

#: What an auditor judged and what a moderator judged of the same.
Pair = tuple[Judgement, Judgement]

_STEPS = {(one, other): steps_better(other, one) for one in SCALE for other in SCALE}
# Exact fractions, so slow, and the same for the same grid.
_kappa_of, _ac2_of = (lru_cache(maxsize=1024)(each) for each in (weighted_kappa, ac2))


@dataclass(frozen=True)
class ModerationGrid:
    """How many practices were judged so by the auditor and so by the moderator.

    ``floor`` is the number of pairs below which no percentage is shown.
    """

    counts: Mapping[Pair, int] = field(default_factory=dict)
    floor: int = DEFAULT_FLOOR

    def cell(self, audited: Judgement, moderated: Judgement) -> int:
        return self.counts.get((audited, moderated), 0)

    @cached_property
    def rows(self) -> tuple[tuple[int, ...], ...]:
        """By the auditor's grade and then the moderator's, best first."""
        return tuple(tuple(self.cell(one, other) for other in SCALE) for one in SCALE)

    @cached_property
    def pairs(self) -> int:
        """How many were given a grade by both."""
        return sum(map(sum, self.rows))

    @cached_property
    def graded(self) -> tuple[Judgement, ...]:
        """The grades that auditors gave any of them, best first."""
        return tuple(one for one, row in zip(SCALE, self.rows, strict=True) if any(row))

    @property
    def without_grade(self) -> int:
        """How many have too little evidence for a grade, by either of the two."""
        return sum(self.counts.values()) - self.pairs

    def _moved(self, moves: Iterable[int]) -> Share:
        """Those whose moderator's grade is so many better than the auditor's."""
        wanted = set(moves)
        found = sum(self.cell(*pair) for pair, steps in _STEPS.items() if steps in wanted)
        return Share(found, self.pairs, floor=self.floor)

    @cached_property
    def exact(self) -> Share:
        return self._moved([0])

    @cached_property
    def within_one(self) -> Share:
        return self._moved([-1, 0, 1])

    @cached_property
    def up(self) -> Share:
        """Those that the moderator judged better."""
        return self._moved([1, 2, 3])

    @cached_property
    def down(self) -> Share:
        """Those that the moderator judged worse."""
        return self._moved([-1, -2, -3])

    @cached_property
    def changed(self) -> Share:
        return self._moved([-3, -2, -1, 1, 2, 3])

    @cached_property
    def kappa(self) -> Coefficient | None:
        """Quadratic weighted kappa; None under :data:`LEAST_PAIRS` or where it has no value."""
        return _kappa_of(self.rows) if self.pairs >= LEAST_PAIRS else None

    @cached_property
    def ac2(self) -> Coefficient | None:
        """Gwet's AC2; None under :data:`LEAST_PAIRS`."""
        return _ac2_of(self.rows) if self.pairs >= LEAST_PAIRS else None


def together(grids: Iterable[ModerationGrid], floor: int = DEFAULT_FLOOR) -> ModerationGrid:
    """Several grids as one, such as those of all periods."""
    counts: dict[Pair, int] = {}
    for grid in grids:
        for pair, n in grid.counts.items():
            counts[pair] = counts.get(pair, 0) + n
    return ModerationGrid(counts, floor)
