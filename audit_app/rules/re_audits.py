"""What moved between an audit and its re-audit: overall, and thread by thread.

Threads are told apart by their code, so an audit can be compared with one that was made under an
earlier thread set. A thread that only one of the two judged, or found too little evidence for,
cannot be compared, and neither better nor worse is said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from audit_app.rules.judgements import Judgement, steps_better


class Moved(StrEnum):
    """Where a judgement went from one audit of a case to the next."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    NOT_COMPARABLE = "not_comparable"

    @property
    def label(self) -> str:
        return {
            Moved.BETTER: "Better",
            Moved.SAME: "The same",
            Moved.WORSE: "Worse",
            Moved.NOT_COMPARABLE: "Cannot be compared",
        }[self]

    @property
    def compared(self) -> bool:
        """Whether both audits judged it, so that it counts in a share."""
        return self is not Moved.NOT_COMPARABLE


@dataclass(frozen=True)
class JudgedThread:
    """One thread as one audit judged it; no judgement where the audit made none."""

    code: str
    name: str
    judgement: Judgement | None


@dataclass(frozen=True)
class Judged:
    """What one audit judged: the reported judgements, the threads in their set's order."""

    overall: Judgement | None
    threads: Sequence[JudgedThread]


@dataclass(frozen=True)
class ThenAndNow:
    """One judgement then and now; None where there was none."""

    then: Judgement | None
    now: Judgement | None

    @property
    def moved(self) -> Moved:
        return moved(self.then, self.now)


@dataclass(frozen=True)
class ThreadThenAndNow(ThenAndNow):
    """A thread's judgement then and now. ``name`` is as the later audit's thread set words it."""

    code: str
    name: str


@dataclass(frozen=True)
class Movement:
    """What moved from an audit to its re-audit.

    ``threads`` are those of the re-audit in its order, then those only the earlier audit had.
    """

    overall: ThenAndNow
    threads: Sequence[ThreadThenAndNow]

    def count(self, which: Moved) -> int:
        """How many threads moved so."""
        return sum(each.moved is which for each in self.threads)


def moved(then: Judgement | None, now: Judgement | None) -> Moved:
    """Where a judgement went; not to be compared unless both are on the scale."""
    if then is None or now is None or not (then.on_scale and now.on_scale):
        return Moved.NOT_COMPARABLE
    steps = steps_better(now, then)
    if steps == 0:
        return Moved.SAME
    return Moved.BETTER if steps > 0 else Moved.WORSE


def movement(then: Judged, now: Judged) -> Movement:
    """What moved between two audits of one case, the earlier first."""
    before = {each.code: each.judgement for each in then.threads}
    after = {each.code: each.judgement for each in now.threads}
    gone = [each for each in then.threads if each.code not in after]
    return Movement(
        overall=ThenAndNow(then.overall, now.overall),
        threads=[
            ThreadThenAndNow(before.get(each.code), after.get(each.code), each.code, each.name)
            for each in (*now.threads, *gone)
        ],
    )
