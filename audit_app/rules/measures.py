"""What can be measured of a group of audits, each made from counts in one way."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from audit_app.rules.columns import DECIMAL_FROM
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.shares import Share

#: How many audits, or actions, came out how: by a judgement, or by an outcome of an action.
Counted = Mapping[str, int]


class Outcome(StrEnum):
    """What became of an action."""

    OPEN = "open"
    CLOSED = "closed"
    HELPED = "helped"


class Measure(StrEnum):
    GOOD_OR_BETTER = "good_or_better"
    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    AUDITS = "audits"
    ACTIONS = "actions"
    ACTIONS_CLOSED = "actions_closed"
    ACTIONS_HELPED = "actions_helped"

    @property
    def label(self) -> str:
        return _LABELS.get(self) or Judgement(self.value).label

    @property
    def of_actions(self) -> bool:
        """Whether actions are counted rather than audits."""
        return self in _OF_ACTIONS

    @property
    def unit(self) -> str:
        """What is counted, as in “286 audits”."""
        return "actions" if self.of_actions else "audits"

    @property
    def judgement(self) -> Judgement | None:
        """The one judgement that is counted, where it is one."""
        return Judgement(self.value) if self.value in list(Judgement) else None

    @property
    def is_share(self) -> bool:
        """Whether it is a share of what was counted, and no number alone."""
        return self not in _NUMBERS

    def figure(self, counted: Counted, floor: int) -> Share | int:
        """The measure of one group, from its counts; percentages only from ``floor`` on.

        Judgements are shares of the audits judged on the scale. Actions are closed out of those
        raised, and made a difference out of those closed.
        """
        if self is Measure.NOT_ENOUGH_EVIDENCE:
            return counted.get(Judgement.NOT_ENOUGH_EVIDENCE, 0)
        if self.of_actions:
            return self._of_actions(counted, floor)
        total = sum(counted.get(word, 0) for word in SCALE)
        if self is Measure.AUDITS:
            return total
        if self is Measure.GOOD_OR_BETTER:
            good = sum(counted.get(word, 0) for word in SCALE if word.good_or_better)
            return Share(good, total, int(total >= DECIMAL_FROM), floor)
        return Share(counted.get(self.value, 0), total, floor=floor)

    def _of_actions(self, counted: Counted, floor: int) -> Share | int:
        helped = counted.get(Outcome.HELPED, 0)
        closed = counted.get(Outcome.CLOSED, 0) + helped
        raised = counted.get(Outcome.OPEN, 0) + closed
        if self is Measure.ACTIONS_HELPED:
            return Share(helped, closed, floor=floor)
        return Share(closed, raised, floor=floor) if self is Measure.ACTIONS_CLOSED else raised


_LABELS = {
    Measure.GOOD_OR_BETTER: "Good or better",
    Measure.AUDITS: "Number of audits",
    Measure.ACTIONS: "Number of actions raised",
    Measure.ACTIONS_CLOSED: "Actions closed, of those raised",
    Measure.ACTIONS_HELPED: "Actions that made a difference, of those closed",
}
_OF_ACTIONS = frozenset({Measure.ACTIONS, Measure.ACTIONS_CLOSED, Measure.ACTIONS_HELPED})
_NUMBERS = frozenset({Measure.AUDITS, Measure.ACTIONS, Measure.NOT_ENOUGH_EVIDENCE})
