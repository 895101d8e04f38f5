"""The four-point judgement scale: its order, its words, and what may be typed for it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Judgement(StrEnum):
    """A judgement of practice, or the statement that there was too little evidence for one.

    The stored value is the member's value; people read :attr:`label`.
    """

    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def short_label(self) -> str:
        """The label where space is scarce, as on a chart's axis or a narrow column."""
        return "Requires Improvement" if self is Judgement.REQUIRES_IMPROVEMENT else self.label

    @property
    def on_scale(self) -> bool:
        """Whether this counts in a denominator; "not enough evidence" never does."""
        return self in SCALE

    @property
    def good_or_better(self) -> bool:
        return self in (Judgement.OUTSTANDING, Judgement.GOOD)


_LABELS = {
    Judgement.OUTSTANDING: "Outstanding",
    Judgement.GOOD: "Good",
    Judgement.REQUIRES_IMPROVEMENT: "Requires Improvement to be Good",
    Judgement.INADEQUATE: "Inadequate",
    Judgement.NOT_ENOUGH_EVIDENCE: "Not enough evidence to judge",
}

#: Best first: the order in which every table, chart and form shows the scale.
SCALE: tuple[Judgement, ...] = (
    Judgement.OUTSTANDING,
    Judgement.GOOD,
    Judgement.REQUIRES_IMPROVEMENT,
    Judgement.INADEQUATE,
)

_WORDS = {
    **{word.label.casefold(): word for word in Judgement},
    **{word.value.casefold(): word for word in Judgement},
    "requires improvement": Judgement.REQUIRES_IMPROVEMENT,
    "ri": Judgement.REQUIRES_IMPROVEMENT,
    "r": Judgement.REQUIRES_IMPROVEMENT,
    "o": Judgement.OUTSTANDING,
    "g": Judgement.GOOD,
    "i": Judgement.INADEQUATE,
}


def read_judgement(text: str) -> Judgement:
    """Read a judgement as people write it: the full word, ``RI``, or ``O G R I``, in any case.

    Raises:
        ValueError: when the text is not a word of the scale; the message names the words that are.
    """
    word = _WORDS.get(" ".join(text.split()).casefold())
    if word is None:
        raise ValueError(
            f"“{text}” is not a judgement. Use Outstanding, Good, "
            "Requires Improvement to be Good (or RI), or Inadequate"
        )
    return word


def steps_better(one: Judgement, other: Judgement) -> int:
    """How many grades ``one`` is better than ``other``; negative when it is worse."""
    return SCALE.index(other) - SCALE.index(one)


def weakest(judgements: Iterable[Judgement]) -> Judgement | None:
    """The worst judgement on the scale among those given, or None when none is on the scale."""
    graded = [judgement for judgement in judgements if judgement.on_scale]
    return max(graded, key=SCALE.index, default=None)
