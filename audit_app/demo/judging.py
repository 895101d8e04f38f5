"""How made-up audits were judged: from the final judgement back to the auditor's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from audit_app.rules.judgements import SCALE, Judgement, steps_better

O, G, R, I = SCALE  # noqa: E741

#: For each final judgement, how often the auditor's own was another one.
_WAS_BEFORE: dict[Judgement, dict[Judgement, float]] = {
    O: {G: 0.08},
    G: {O: 0.015, R: 0.010},
    R: {G: 0.020, I: 0.006},
    I: {R: 0.10},
}
#: Of the audits judged Good or Requires Improvement to be Good, the share moderated at random.
RANDOM_PERCENT = 13

#: How many grades a thread lies from the overall judgement, and how often.
_STEPS = (-1, 0, 1, 2)
_HOW_OFTEN = (0.17, 0.62, 0.19, 0.02)
#: What sets threads apart: (at the start, after five years); above 0 is worse.
_LEAN: dict[str, tuple[float, float]] = {
    "chronology": (0.16, 0.15),
    "plan": (0.06, 0.0),
    "voice": (0.06, -0.10),
    "assessment": (0.08, 0.02),
    "oversight": (0.12, 0.07),
    "engagement": (-0.04, -0.14),
}
_NO_EVIDENCE = {"oversight": 0.05, "chronology": 0.035}
_NO_EVIDENCE_ELSEWHERE = 0.015


@dataclass
class Judged:
    """One audit's judgements: the auditor's, and the final ones where moderation changed them."""

    overall: Judgement
    final: Judgement
    moderated: bool
    threads: dict[str, Judgement] = field(default_factory=dict)
    changed_threads: dict[str, Judgement] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return self.overall is not self.final

    def weakest(self) -> str:
        """The code of the thread judged least well: of several the last, so not the strongest."""
        return max(reversed(self._on_scale()), key=lambda code: SCALE.index(self.threads[code]))

    def strongest(self) -> str:
        """The code of the thread judged best: of several the first."""
        return min(self._on_scale(), key=lambda code: SCALE.index(self.threads[code]))

    def _on_scale(self) -> list[str]:
        return [code for code, judgement in self.threads.items() if judgement.on_scale]


def judge(rng: Random, final: Judgement, codes: list[str], years: float) -> Judged:
    """Judgements that end in ``final``, so many years after September 2019."""
    overall = _audited(rng, final)
    chosen = overall in (O, I) or overall is not final or rng.random() * 100 < RANDOM_PERCENT
    judged = Judged(overall, final, moderated=chosen)
    judged.threads = _threads(rng, overall, codes, years)
    if chosen:
        judged.changed_threads = _moderated_threads(rng, judged)
    return judged


def _audited(rng: Random, final: Judgement) -> Judgement:
    others = _WAS_BEFORE[final]
    same = 1 - sum(others.values())
    return rng.choices([final, *others], weights=[same, *others.values()])[0]


def _threads(
    rng: Random, overall: Judgement, codes: list[str], years: float
) -> dict[str, Judgement]:
    """Each thread near the overall judgement, and at least a third of them the same."""
    while True:
        threads = {code: _thread(rng, overall, code, years) for code in codes}
        if sum(each is overall for each in threads.values()) * 3 >= len(codes):
            return threads


def _thread(rng: Random, overall: Judgement, code: str, years: float) -> Judgement:
    if rng.random() < _NO_EVIDENCE.get(code, _NO_EVIDENCE_ELSEWHERE):
        return Judgement.NOT_ENOUGH_EVIDENCE
    first, last = _LEAN.get(code, (0.0, 0.0))
    lean = first + (last - first) * min(years / 5, 1.0)
    better, same, worse, far_worse = _HOW_OFTEN
    weights = (max(better - lean, 0.03), same, max(worse + lean, 0.03), far_worse)
    step = rng.choices(_STEPS, weights=weights)[0]
    return SCALE[min(max(SCALE.index(overall) + step, 0), len(SCALE) - 1)]


def _moderated_threads(rng: Random, judged: Judged) -> dict[str, Judgement]:
    """The threads a moderator judged otherwise, the way the overall judgement moved if it did."""
    step = steps_better(judged.overall, judged.final) or rng.choice((-1, 1, 1))
    most = rng.choice((1, 2, 3)) if judged.changed else int(rng.random() < 0.12)
    movable = [code for code, each in judged.threads.items() if _can_move(each, step)]
    return {
        code: SCALE[SCALE.index(judged.threads[code]) + step]
        for code in rng.sample(movable, min(most, len(movable)))
    }


def _can_move(judgement: Judgement, step: int) -> bool:
    return judgement.on_scale and 0 <= SCALE.index(judgement) + step < len(SCALE)
