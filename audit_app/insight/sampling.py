"""How the audits of a table came to be chosen, which decides what their figures speak for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit_app.insight.asking import Spell
from audit_app.insight.counting import Split, counts
from audit_app.models import User
from audit_app.rules.audits import Selection
from audit_app.rules.change import Step
from audit_app.rules.columns import Column
from audit_app.rules.intervals import difference
from audit_app.rules.judgements import SCALE
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.tallying.counted import Counted
from audit_app.web.filters import AuditFilter


@dataclass(frozen=True)
class Sampling:
    """For each period in time order, how many of its judged audits were chosen at random.

    ``not_known`` counts audits for which nobody recorded how they were chosen.
    """

    shares: tuple[Share, ...] = ()
    not_known: int = 0

    @property
    def overall(self) -> Share:
        return Share(sum(each.count for each in self.shares), sum(s.total for s in self.shares))

    def notes(self, columns: Sequence[Column], step: Step | None) -> tuple[str, ...]:
        """What to beware of: mostly that not every case had the same chance of being audited."""
        every = (self._not_at_random, self._changed(columns, step), self._unrecorded)
        return tuple(note for note in every if note)

    @property
    def _not_at_random(self) -> str:
        of = self.overall
        if of.count == of.total:
            return ""
        return (
            f"{of.count:,} of the {of.total:,} audits judged were chosen at random. Intervals and "
            "tests treat every audit as if it had been: count only those chosen at random to see "
            "whether the answer holds."
        )

    @property
    def _unrecorded(self) -> str:
        if not self.not_known:
            return ""
        return f"How the case was chosen was not recorded for {self.not_known:,} of these audits."

    def _changed(self, columns: Sequence[Column], step: Step | None) -> str:
        """That the audits of the two compared periods were chosen differently."""
        if step is None or not self.shares:
            return ""
        by_period = {c.period: each for c, each in zip(columns, self.shares, strict=True)}
        before, after = by_period[step.before.period], by_period[step.after.period]
        apart = difference(before, after)
        if apart is None or not apart.leaves_out_zero or before.percent == after.percent:
            return ""
        return (
            f"The share chosen at random went from {before.percent_text} in "
            f"{step.before.period.label} to {after.percent_text} in {step.after.period.label}. "
            "A change in which cases are audited can look like a change in practice."
        )


def sampling(
    of: AuditFilter, spell: Spell, columns: Sequence[Column], viewer: User | None
) -> Sampling:
    """How the judged audits of each period were chosen; nothing where all were chosen in one way
    because the filter says so.
    """
    if of.selection is not None or not columns:
        return Sampling()
    found = _by_month(counts(of, spell, [Split.MONTH, Split.SELECTION], viewer))
    by_period = [_added(found, column.period) for column in columns]
    shares = (
        Share(each[Selection.RANDOM], each.total(), floor=column.floor)
        for column, each in zip(columns, by_period, strict=True)
    )
    return Sampling(tuple(shares), sum(each[None] for each in by_period))


def sampling_together(of: AuditFilter, spell: Spell, viewer: User | None) -> Sampling:
    """How the judged audits of all the periods were chosen, for figures that compare none."""
    if of.selection is not None or not spell.periods:
        return Sampling()
    found = _by_month(counts(of, spell, [Split.MONTH, Split.SELECTION], viewer))
    ways = sum((_added(found, period) for period in spell.periods), _Ways())
    return Sampling((Share(ways[Selection.RANDOM], ways.total()),), ways[None])


#: How many audits were chosen in which way; None where nobody recorded it.
_Ways = Counter[Selection | None]


def _by_month(found: Counted) -> Mapping[int, _Ways]:
    months: dict[int, _Ways] = defaultdict(Counter)
    for month, way, judgement, n in found:
        if judgement in SCALE:
            months[month][way] += n
    return months


def _added(found: Mapping[int, _Ways], period: Period) -> _Ways:
    ways: _Ways = Counter()
    for key in period.month_keys():
        ways.update(found.get(key, {}))
    return ways
