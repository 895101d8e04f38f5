"""Counting judgements by place: a grouped question for each kind of place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from dateutil.relativedelta import relativedelta

from audit_app.insight import queries
from audit_app.insight.asking import Spell
from audit_app.insight.counting import Split, counts, held
from audit_app.insight.reading import Asked
from audit_app.insight.sampling import Sampling, sampling_together
from audit_app.rules.columns import DECIMAL_FROM
from audit_app.rules.disparity import Disparity, Place, disparities
from audit_app.rules.funnel import Funnel, funnel
from audit_app.rules.intervals import Interval, wilson
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import PeriodKind, split
from audit_app.rules.shares import Share

#: How many months are shown where no days are asked for, the last that holds an audit among them.
LATEST_MONTHS = 12

#: What is compared between places, with the judgements it is made of.
MEASURES = {
    "Outstanding": (Judgement.OUTSTANDING,),
    "Good or better": tuple(word for word in SCALE if word.good_or_better),
}


@dataclass(frozen=True)
class Judged:
    """What was judged in one place, or in all of them where it has no ``number``.

    ``counts`` are in scale order; ``number`` is the place's row.
    """

    name: str
    number: int | None
    counts: tuple[int, ...]
    floor: int

    @cached_property
    def total(self) -> int:
        return sum(self.counts)

    def share(self, *words: Judgement) -> Share:
        count = sum(n for word, n in zip(SCALE, self.counts, strict=True) if word in words)
        return Share(count, self.total, int(self.total >= DECIMAL_FROM), self.floor)

    def interval(self, *words: Judgement) -> Interval | None:
        """How sure the share is; None where the share is not shown."""
        shown = self.share(*words)
        return None if shown.percent is None else wilson(shown)


@dataclass(frozen=True)
class Kind:
    """One kind of place: those with audits in the order of their names, and all of them."""

    split: Split
    places: tuple[Judged, ...]
    #: Those in use or known by name in which nothing was judged in these days.
    without: tuple[str, ...]

    @property
    def plural(self) -> str:
        return {Split.SERVICE: "services", Split.LOCALITY: "localities", Split.TEAM: "teams"}[
            self.split
        ]

    def whole(self, floor: int) -> Judged:
        every = [each.counts for each in self.places]
        sums = tuple(sum(each) for each in zip(*every, strict=True)) or (0,) * len(SCALE)
        return Judged(f"All {self.plural}", None, sums, floor)


@dataclass(frozen=True)
class Places:
    """Every figure of the page."""

    asked: Asked
    services: Kind
    localities: Kind
    teams: Kind
    sampling: Sampling

    @property
    def any(self) -> bool:
        return any(kind.places for kind in (self.services, self.localities, self.teams))

    @property
    def compared(self) -> tuple[Kind, ...]:
        """The kinds that can be compared: not one that the filter narrows to a single place."""
        of = self.asked.question.of
        narrowed = {Split.SERVICE: of.service, Split.LOCALITY: of.locality}
        kinds = (self.services, self.localities)
        return tuple(kind for kind in kinds if narrowed[kind.split] is None)

    @cached_property
    def answers(self) -> Mapping[tuple[Split, str], Disparity]:
        """Whether each measure differs between the places of a kind, all asked at once."""
        keys = {f"{k.split} {measure}": (k, measure) for k in self.compared for measure in MEASURES}
        asked = {key: _places(kind, measure) for key, (kind, measure) in keys.items()}
        found = disparities(asked, self.asked.floor)
        return {(kind.split, m): found[key] for key, (kind, m) in keys.items()}

    @cached_property
    def funnel(self) -> Funnel:
        words = MEASURES["Good or better"]
        teams = [(each.name, each.share(*words).count, each.total) for each in self.teams.places]
        return funnel(teams, self.asked.floor)


def _places(kind: Kind, measure: str) -> list[Place]:
    return [
        Place(each.name, each.share(*MEASURES[measure]).count, each.total) for each in kind.places
    ]


def latest_unless_dated(asked: Asked) -> Asked:
    """The question about the latest months, where it names no days."""
    of, today = asked.question.of, date.today()
    reach = held()
    if of.first or of.last or reach is None:
        return asked
    last = reach.reach(today)
    first = max(reach.month_start, last.replace(day=1) - relativedelta(months=LATEST_MONTHS - 1))
    spell = Spell(split(PeriodKind.CALENDAR_YEAR, first, last), shortened=first > reach.month_start)
    return replace(asked, spell=spell, left_out=queries.hidden(of, spell, asked.viewer))


def count_places(asked: Asked) -> Places:
    """Count the judgements of a question by each kind of place, and how its cases were chosen."""
    services, localities, teams = (
        _kind(asked, each) for each in (Split.SERVICE, Split.LOCALITY, Split.TEAM)
    )
    sampled = sampling_together(asked.question.of, asked.spell, asked.viewer)
    return Places(asked, services, localities, teams, sampled)


def _kind(asked: Asked, by: Split) -> Kind:
    found = counts(asked.question.of, asked.spell, [by], asked.viewer)
    n: Counter[tuple[int, Judgement]] = Counter()
    for number, word, counted in found:
        n[number, word] += counted
    judged = [
        Judged(name, number, tuple(n[number, word] for word in SCALE), asked.floor)
        for number, name in asked.choices[by.value].items()
    ]
    return Kind(
        by,
        tuple(each for each in judged if each.total),
        tuple(each.name for each in judged if not each.total),
    )
