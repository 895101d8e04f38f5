"""How far apart people are who judged the same practice: pairs of judgements, and a spread.

Grades are compared on the scale only. Whoever found not enough evidence gave no grade, so such a
judgement is told apart and never counted as near to or far from another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from audit_app.rules.judgements import SCALE, Judgement, steps_better

_NUMBERS = ("no", "one", "two", "three")
_ALL = {1: "The one person", 2: "Both"}


@dataclass(frozen=True)
class Agreement:
    """Of so many pairs of grades, how many are the same and how many at most one grade apart."""

    pairs: int
    exact: int
    within_one: int

    @property
    def exact_words(self) -> str:
        return self._of(self.exact)

    @property
    def within_one_words(self) -> str:
        return self._of(self.within_one)

    def _of(self, count: int) -> str:
        """``7 of 10``; a dash where nothing can be compared."""
        return f"{count:,} of {self.pairs:,}" if self.pairs else "–"


def agreement(pairs: Iterable[tuple[Judgement, Judgement]]) -> Agreement:
    """Compare the grades of each pair, such as an auditor's and a moderator's.

    A pair in which either found not enough evidence is left out.
    """
    apart = [
        abs(steps_better(one, other)) for one, other in pairs if one.on_scale and other.on_scale
    ]
    return Agreement(len(apart), apart.count(0), sum(steps <= 1 for steps in apart))


@dataclass(frozen=True)
class Spread:
    """What several people judged of one thing, in any order."""

    judgements: tuple[Judgement, ...]

    @property
    def agreement(self) -> Agreement:
        """Every two people compared with each other."""
        return agreement(combinations(self.judgements, 2))

    @property
    def grades_apart(self) -> int:
        """How many grades lie between the best and the worst given; 0 where there are not two."""
        places = [SCALE.index(each) for each in self.judgements if each.on_scale]
        return max(places) - min(places) if places else 0

    @property
    def words(self) -> str:
        """``4 of 5 said Good; one grade apart at most``."""
        if not self.judgements:
            return "Nobody judged"
        counts = Counter(self.judgements)
        parts = [_most(counts), *_the_rest(counts)]
        if self.grades_apart:
            steps = self.grades_apart
            parts.append(f"{_NUMBERS[steps]} {'grade' if steps == 1 else 'grades'} apart at most")
        return "; ".join(parts)


def _most(counts: Counter[Judgement]) -> str:
    """What most people said; where no judgement leads, all that were given."""
    people, most = counts.total(), max(counts.values())
    leading = [word for word, count in counts.items() if count == most]
    if most == people:
        return f"{_ALL.get(people, f'All {people}')} said {_said(leading[0])}"
    if len(leading) == 1:
        return f"{most} of {people} said {_said(leading[0])}"
    given = [f"{counts[word]} said {_said(word)}" for word in Judgement if counts[word]]
    return f"{', '.join(given[:-1])} and {given[-1]}"


def _the_rest(counts: Counter[Judgement]) -> list[str]:
    """Those who gave no grade, where most people gave one."""
    word = Judgement.NOT_ENOUGH_EVIDENCE
    most = max(counts.values())
    led = sum(count == most for count in counts.values()) == 1
    return [f"{counts[word]} said {_said(word)}"] if 0 < counts[word] < most and led else []


def _said(word: Judgement) -> str:
    """A word of the scale within a sentence; only grades keep their capital."""
    return word.label if word.on_scale else word.label.lower()
