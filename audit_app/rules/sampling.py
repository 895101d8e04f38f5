"""Which audits are moderated: every one that should be, and a random share that can be replayed.

Each audit draws its own number from the cycle's seed and its reference, neither of which anybody
chooses after the other is known. So whether one audit is drawn depends on no other audit, raising
the share only adds audits, and anybody who holds the seed comes to the same sample again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from audit_app.rules.judgements import Judgement

#: Numbers are drawn from 0 up to, and not including, this.
NUMBERS = 1_000_000
_PER_PERCENT = NUMBERS // 100


class DrawnBecause(StrEnum):
    """Why an audit is moderated."""

    INADEQUATE = "inadequate"
    OUTSTANDING = "outstanding"
    RANDOM = "random"
    CALLED_IN = "called_in"

    @property
    def label(self) -> str:
        return {
            DrawnBecause.INADEQUATE: "Judged Inadequate",
            DrawnBecause.OUTSTANDING: "Judged Outstanding",
            DrawnBecause.RANDOM: "Drawn at random",
            DrawnBecause.CALLED_IN: "Called in",
        }[self]


#: Why an audit that was called in is moderated in the open, as pages and the record say it.
OPEN_AS_COUNTED = (
    "Its judgement already stands in figures, published ones perhaps, so it cannot be judged blind."
)


def moderated_blind(asked: bool, because: DrawnBecause) -> bool:
    """Whether the auditor's judgement is kept from the moderator, where blindness is ``asked`` for.

    Only of an audit that is drawn as it is submitted. One that is called in was counted before, and
    figures leave out what waits blind: what a published figure has more than today's would tell
    its judgement.
    """
    return asked and because is not DrawnBecause.CALLED_IN


@dataclass(frozen=True)
class Sampling:
    """What a moderation cycle asks for; ``random_percent`` is of the audits not chosen before."""

    every_inadequate: bool
    every_outstanding: bool
    random_percent: int
    seed: str


def number_drawn(seed: str, reference: str) -> int:
    """The number an audit draws: 0 to 999,999, the same for the same seed and reference."""
    digest = sha256(f"{seed}:{reference}".encode()).hexdigest()
    return int(digest, 16) % NUMBERS


def why_chosen(
    sampling: Sampling, reference: str, judgement: Judgement | None
) -> DrawnBecause | None:
    """Why an audit judged like this is moderated; None when it is not.

    ``judgement`` is the overall one; under a thread set without it, the weakest thread's.
    """
    if judgement is Judgement.INADEQUATE and sampling.every_inadequate:
        return DrawnBecause.INADEQUATE
    if judgement is Judgement.OUTSTANDING and sampling.every_outstanding:
        return DrawnBecause.OUTSTANDING
    if number_drawn(sampling.seed, reference) < sampling.random_percent * _PER_PERCENT:
        return DrawnBecause.RANDOM
    return None
