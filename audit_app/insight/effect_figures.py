"""Counting what was judged before and after an alert, in the services that it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from sqlalchemy import select

from audit_app.alerts.audience import audience_of
from audit_app.audits.blindness import anybody
from audit_app.extensions import db
from audit_app.insight.asking import Spell
from audit_app.insight.counting import Split, counts
from audit_app.insight.queries import Choices
from audit_app.models import Alert, Team
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alert_effect import Around, Spans, around, beside_random
from audit_app.rules.alert_evidence import OVERALL, OVERALL_LABEL
from audit_app.rules.audits import Selection
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.shares import Share
from audit_app.tallying.counted import Counted
from audit_app.web.filters import AuditFilter


@dataclass(frozen=True)
class Effect:
    """What was counted: each thread on both sides, and how the audits were chosen.

    ``services`` are the row numbers of those the alert is for, empty for the whole authority.
    ``at_random`` are the judged audits of each side that were; ``waiting`` is how many of these
    months wait for a blind moderation: they are in no figure, whoever looks.
    """

    spans: Spans
    services: frozenset[int]
    threads: tuple[Around, ...]
    at_random: tuple[Share, Share]
    waiting: int

    @property
    def audits(self) -> int:
        return sum(each.total for each in self.at_random)


def services_of(audience: Audience, of_team: dict[int, int]) -> frozenset[int]:
    """The services that an alert is for; none where that is the whole authority.

    ``of_team`` gives each team's service. Of roles that make up no team, such as heads of service,
    no service is told, so theirs is the whole authority too.
    """
    if audience.is_for_every_team:
        return frozenset()
    teams = (of_team[team] for team in audience.teams if team in of_team)
    return frozenset((*audience.services, *teams))


def count_effect(alert: Alert, seen: Spans, choices: Choices, floor: int) -> Effect:
    """Count both sides of an alert's issue, the same for whoever looks."""
    audience = audience_of(alert)
    teams = select(Team.id, Team.service_id).where(Team.id.in_(audience.teams))
    services = services_of(audience, {row.id: row.service_id for row in db.session.execute(teams)})
    counting = _Counting(seen, services)
    names = {
        code: name
        for code, name in {**choices["thread"], OVERALL: OVERALL_LABEL}.items()
        if code in alert.evidence_threads or code == OVERALL
    }
    own = frozenset(alert.evidence_threads)
    every, alone = (
        replace(counting, selection=way).threads(names, own, floor)
        for way in (None, Selection.RANDOM)
    )
    threads = beside_random(every, alone)
    return Effect(seen, services, threads, counting.at_random(floor), counting.waiting())


@dataclass(frozen=True)
class _Counting:
    seen: Spans
    services: frozenset[int]
    selection: Selection | None = None

    def threads(self, names: Mapping[str, str], own: Set[str], floor: int) -> tuple[Around, ...]:
        """Each thread on both sides, and overall; ``own`` are those that the alert rests on."""
        overall, by_thread = self.counted(), self.counted(Split.THREAD).apart("thread")
        every, nothing = {OVERALL: overall, **by_thread}, overall.where("month", ())
        return around(
            [
                (name, *self.good_or_better(every.get(code, nothing), floor), code in own)
                for code, name in names.items()
            ]
        )

    def counted(self, *by: Split, waiting: bool = False) -> Counted:
        """Counts by month and what else is asked for, in the services that the alert is for."""
        place = [Split.SERVICE] if self.services else []
        viewer = None if waiting else anybody()
        of = AuditFilter(selection=self.selection)
        found = counts(of, Spell(self.seen.months), [Split.MONTH, *place, *by], viewer)
        return found.where("service", self.services) if self.services else found

    def good_or_better(self, found: Counted, floor: int) -> tuple[Share, Share]:
        before, after = (_judged(found, keys) for keys in self._sides())
        return _good(before, floor), _good(after, floor)

    def at_random(self, floor: int) -> tuple[Share, Share]:
        found = self.counted(Split.SELECTION)
        before, after = (_random(found, keys, floor) for keys in self._sides())
        return before, after

    def waiting(self) -> int:
        """How many audits wait for a blind moderation, so that nobody is told of them."""
        every, told = self.counted(waiting=True), self.counted()
        return sum(self._both(every)) - sum(self._both(told))

    def _both(self, found: Counted) -> Iterator[int]:
        months = frozenset().union(*self._sides())
        return (n for month, n in found.rows("month", "n") if month in months)

    def _sides(self) -> Iterator[Set[int]]:
        for side in (self.seen.before, self.seen.after):
            yield {key for month in side for key in month.month_keys()}


def _judged(found: Counted, months: Set[int]) -> Counter[Judgement]:
    judged: Counter[Judgement] = Counter()
    for month, word, n in found.rows("month", "judgement", "n"):
        if month in months:
            judged[word] += n
    return judged


def _good(judged: Counter[Judgement], floor: int) -> Share:
    good = sum(judged[word] for word in SCALE if word.good_or_better)
    return Share(good, sum(judged[word] for word in SCALE), floor=floor)


def _random(found: Counted, months: Set[int], floor: int) -> Share:
    rows: Sequence[tuple[Selection | None, int]] = [
        (way, n)
        for month, way, word, n in found.rows("month", "selection", "judgement", "n")
        if month in months and word in SCALE
    ]
    chosen = sum(n for way, n in rows if way is Selection.RANDOM)
    return Share(chosen, sum(n for _, n in rows), floor=floor)
