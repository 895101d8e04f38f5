"""Counting the golden threads: three grouped questions, however many audits there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from audit_app.insight.asking import Question, Spell
from audit_app.insight.counting import Split, counts
from audit_app.insight.reading import Asked
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution, distribution
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.rules.thread_comparison import ThreadMoved, compared, moved
from audit_app.tallying.counted import Counted


@dataclass(frozen=True)
class Judged:
    """What one thread, or the practice overall, was judged in all the days of a table.

    ``counts`` are in scale order; ``code`` is empty for the overall judgement.
    """

    code: str
    name: str
    counts: tuple[int, ...]
    not_enough_evidence: int
    floor: int

    @cached_property
    def total(self) -> int:
        return sum(self.counts)

    @cached_property
    def good_or_better(self) -> Share:
        # One decimal from a hundred on, as everywhere else.
        good = sum(n for word, n in zip(SCALE, self.counts, strict=True) if word.good_or_better)
        return Share(good, self.total, int(self.total >= 100), self.floor)


@dataclass(frozen=True)
class Place:
    """One service, or all of them, with its threads."""

    name: str
    threads: tuple[Judged, ...]
    whole: bool = False


@dataclass(frozen=True)
class Threads:
    """Every figure of the page, and what they are of."""

    question: Question
    spell: Spell
    overall: Distribution
    by_thread: tuple[tuple[str, str, Distribution], ...]
    services: tuple[Place, ...]

    @property
    def periods(self) -> tuple[Period, ...]:
        return self.overall.periods

    @property
    def any(self) -> bool:
        every = (self.overall, *(table for *_, table in self.by_thread))
        return any(c.total or c.not_enough_evidence for table in every for c in table.columns)

    @property
    def with_audits(self) -> int:
        """How many periods hold an audit."""
        return sum(1 for column in self.overall.columns if column.total)

    @cached_property
    def pair(self) -> tuple[int, int] | None:
        """The places of the two periods that are compared."""
        return compared(self.overall.columns)

    @property
    def latest(self) -> int | None:
        """The place of the last period with audits enough for percentages."""
        enough = (n for n, column in enumerate(self.overall.columns) if column.percents_shown)
        return max(enough, default=None)

    @cached_property
    def moved(self) -> tuple[ThreadMoved, ...]:
        return moved({name: table.columns for _, name, table in self.by_thread}, self.pair)

    @cached_property
    def threads(self) -> tuple[Judged, ...]:
        """Each thread over all the periods, in its own order."""
        return tuple(_summed(code, name, table.columns) for code, name, table in self.by_thread)

    @cached_property
    def all_overall(self) -> Judged:
        return _summed("", "Overall judgement", self.overall.columns)


def count_threads(asked: Asked) -> Threads:
    """Count what is asked of every thread that was judged in these days."""
    of, spell, viewer = asked.question.of, asked.spell, asked.viewer
    by_thread = counts(of, spell, [Split.MONTH, Split.THREAD], viewer).apart("thread")
    return Threads(
        asked.question,
        spell,
        _table(asked, counts(of, spell, [Split.MONTH], viewer)),
        tuple(
            (code, name, _table(asked, by_thread[code]))
            for code, name in asked.choices["thread"].items()
            if code in by_thread
        ),
        () if of.service is not None else tuple(_services(asked)),
    )


def _services(asked: Asked) -> list[Place]:
    apart = [Split.SERVICE, Split.THREAD]
    # Days between the periods are counted by nothing else on the page.
    months = [Split.MONTH] if asked.spell.has_gaps else []
    found = counts(asked.question.of, asked.spell, [*months, *apart], asked.viewer)
    if months:
        shown = {key for period in asked.spell.periods for key in period.month_keys()}
        found = found.where("month", shown)
    sums: Counter[tuple[int, str, Judgement]] = Counter()
    for service, thread, word, n in found.rows("service", "thread", "judgement", "n"):
        sums[service, thread, word] += n
    held = {service for service, *_ in sums}
    return [
        Place(name, _judged(asked, number, sums))
        for number, name in asked.choices["service"].items()
        if number in held
    ]


def _judged(
    asked: Asked, service: int, sums: Mapping[tuple[int, str, Judgement], int]
) -> tuple[Judged, ...]:
    """Each thread there is, with what was counted of it in one service."""
    return tuple(
        Judged(
            code,
            name,
            tuple(sums.get((service, code, word), 0) for word in SCALE),
            sums.get((service, code, Judgement.NOT_ENOUGH_EVIDENCE), 0),
            asked.floor,
        )
        for code, name in asked.choices["thread"].items()
    )


def _table(asked: Asked, found: Counted) -> Distribution:
    return distribution(found, asked.spell.periods, floor=asked.floor)


def _summed(code: str, name: str, columns: tuple[Column, ...]) -> Judged:
    sums = tuple(map(sum, zip(*(column.counts for column in columns), strict=True)))
    without = sum(column.not_enough_evidence for column in columns)
    return Judged(code, name, sums, without, columns[0].floor)
