"""The sentences of a summary: what was found, and against what, claiming only what a rule found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audit_app.rules.change import Direction, Step, step
from audit_app.rules.columns import Column
from audit_app.rules.intervals import difference, wilson
from audit_app.rules.shares import Share

CHANCE = "a change this size is unlikely to be chance"
_WENT = {Direction.BETTER: "rose", Direction.WORSE: "fell"}
_CLEARLY = {Direction.BETTER: "clearly up", Direction.WORSE: "clearly down"}


@dataclass(frozen=True)
class Against:
    """One comparison: the period before with the words for it, and the period itself."""

    name: str
    before: Column
    now: Column

    @property
    def step(self) -> Step | None:
        """None where either holds too few audits for a percentage."""
        return step(self.before, self.now)

    @property
    def direction(self) -> Direction:
        return self.step.direction if self.step else Direction.TOO_FEW

    @property
    def claim(self) -> str:
        """What is claimed, in a few words."""
        return _CLEARLY.get(self.direction, self.direction.value)

    @property
    def months(self) -> str:
        """``10 months against 12``; empty where both are as long."""
        before, now = self.before.period, self.now.period
        if before.exact_months == now.exact_months:
            return ""
        return f"{now.months} month{'' if now.exact_months == 1 else 's'} against {before.months}"

    @property
    def shares(self) -> tuple[Share, ...]:
        """Good or better before and now, as one sentence prints both; none that cannot be held
        against each other.
        """
        both = self.before.good_or_better, self.now.good_or_better
        return () if self.direction is Direction.TOO_FEW else alike(*both)

    @property
    def sentence(self) -> str:
        """The comparison on its own, with what both percentages are of."""
        if self.direction is Direction.TOO_FEW:
            return f"{capital(self._too_few)}."
        before, now = self.shares
        was = f"{of_total(before)} in {self.before.period.label}"
        became = f"{of_total(now)} in {self.now.period.label}"
        if self.direction is Direction.NO_CLEAR_CHANGE:
            long = f"; {self.months}" if self.months else ""
            return f"No clear change in good or better against {self.name}: {was}, {became}{long}."
        long = f", {self.months}" if self.months else ""
        return f"Good or better {_WENT[self.direction]} from {was} to {became}{long}; {CHANCE}."

    @property
    def clause(self) -> str:
        """The comparison as a part of a sentence that has said the period's own figure."""
        return self.clause_beside(self.shares)

    def clause_beside(self, shares: Sequence[Share]) -> str:
        """The same in a sentence that holds these shares, and prints all of them alike."""
        if self.direction is Direction.TOO_FEW:
            return self._too_few
        before = alike(self.before.good_or_better, *shares)[0]
        long = f" ({self.months})" if self.months else ""
        was = f"{percent_of(before)} in {self.name}{long}"
        if self.direction is Direction.NO_CLEAR_CHANGE:
            return f"no clear change from {was}"
        return f"{_CLEARLY[self.direction]} from {was}"

    @property
    def _too_few(self) -> str:
        if not self.before.total:
            return f"no audits in {self.name} to compare with"
        if not self.before.percents_shown:
            return f"only {audits(self.before.total)} in {self.name}, too few to compare"
        return f"only {audits(self.now.total)}, too few to compare with {self.name}"


def alike(*shares: Share) -> tuple[Share, ...]:
    """Shares as one sentence prints them: all with the decimals of the one that has fewest."""
    shown = [each.places for each in shares if each.percent is not None]
    return tuple(replace(each, places=min(shown, default=0)) for each in shares)


def found(now: Column, against: Sequence[Against]) -> str:
    """The one sentence on page one: good or better, its number of audits, and the comparisons."""
    if not now.total:
        return "No audit was judged, so there is nothing to compare."
    good = now.good_or_better
    if not now.percents_shown:
        were = "was" if good.count == 1 else "were"
        return (
            f"{good.count:,} of {audits(now.total)} {were} good or better: too few for a "
            "percentage or a comparison."
        )
    every = (good, *(share for each in against for share in each.shares))
    clauses = [each.clause_beside(every) for each in against]
    said = f": {_joined(clauses)}" if clauses else ""
    return f"{alike(*every)[0].percent_text} of {audits(now.total)} were good or better{said}."


def sure(now: Column) -> str:
    """``95% interval 41.7% to 55.1%``; nothing where no percentage is shown."""
    reach = wilson(now.good_or_better) if now.percents_shown else None
    return f"95% interval {reach.text(now.good_or_better.places)}" if reach else ""


def percent_of(share: Share) -> str:
    """``39.3% of 924``; ``3 of 7`` below the floor."""
    return f"{share.percent_text} of {share.total:,}" if share.percent_text else share.out_of


def of_total(share: Share) -> str:
    """``39.3% (363 of 924)``; ``3 of 7`` below the floor."""
    return f"{share.percent_text} ({share.out_of})" if share.percent_text else share.out_of


def of_audits(share: Share) -> str:
    """``161 of 179 audits (90%)``; without a percentage below the floor."""
    percent = f" ({share.percent_text})" if share.percent_text else ""
    return f"{share.count:,} of {audits(share.total)}{percent}"


def inadequate_against(against: Against) -> str:
    """How many audits were Inadequate, and whether clearly more or fewer than before."""
    before, now = against.before.cells[-1], against.now.cells[-1]
    many = of_audits(now) if now.count else f"None of {audits(now.total)}"
    said = f"{many} {'was' if now.count < 2 else 'were'} judged Inadequate"
    if not before.total:
        return f"{said}."
    long = f" ({against.months})" if against.months else ""
    return f"{said}; {before.text_of} in {against.name}{_told(before, now)}{long}."


def _told(before: Share, now: Share) -> str:
    """Whether the difference between two shares is clear, where either can be told."""
    apart = difference(before, now)
    if apart is None or before.percent is None or now.percent is None:
        return ""
    if not apart.leaves_out_zero or before.percent == now.percent:
        return ", no clear change"
    return f", a clear {'rise' if apart.low > 0 else 'fall'}"


def number(n: int, one: str, many: str = "") -> str:
    """``1 action``, ``1,204 actions``."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def audits(n: int) -> str:
    return number(n, "audit")


def capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def uncapital(said: str) -> str:
    """As the sentence goes on after a colon."""
    return said[:1].lower() + said[1:]


def _joined(clauses: Sequence[str]) -> str:
    """Two comparisons as one sentence, which says “no clear change” once for both."""
    same = "no clear change from "
    if len(clauses) == 2 and all(each.startswith(same) for each in clauses):
        return f"{clauses[0]} or from {clauses[1].removeprefix(same)}"
    return ", and ".join(clauses)
