"""Counting how audits were done, by period: a grouped question for each thing counted.

Audits whose judgement the viewer must not learn are left out of everything here: whether an audit
is moderated, and what its actions wait for, follow from how it was judged.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import SQLColumnExpression, func, not_, select, union_all

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.extensions import db
from audit_app.insight.counting import judges_blind
from audit_app.insight.reading import Asked
from audit_app.models import Action, Allocation, Audit
from audit_app.programme.completion_queries import allocated
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.audits import AuditType, FamilyFeedback, Selection, WorkerInvolvement
from audit_app.rules.completion import Completion
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.rules.waits import Waits, waits
from audit_app.tallying.asking import counted
from audit_app.tallying.counted import Counted
from audit_app.tallying.judgements import as_stored
from audit_app.tallying.pairs import moderation_waits
from audit_app.tallying.reach import Months
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter


@dataclass(frozen=True)
class Answers:
    """What one question about the audits of a period was answered; None stands for not at all."""

    period: Period
    counts: Mapping[StrEnum | None, int]
    floor: int

    @property
    def total(self) -> int:
        """All audits, whether the question was answered or not."""
        return sum(self.counts.values())

    def share(self, of: Sequence[StrEnum], known: Sequence[StrEnum]) -> Share:
        """Those answered so, of those whose answer is one of the ``known``."""
        return Share(self.number(*of), self.number(*known), floor=self.floor)

    def number(self, *words: StrEnum | None) -> int:
        return sum(self.counts.get(word, 0) for word in words)


@dataclass(frozen=True)
class Followed:
    """What became of the actions that came out of a period's audits, as things stand today."""

    period: Period
    raised: int
    closed: int
    differences: Mapping[Difference, int]
    floor: int

    @property
    def closed_share(self) -> Share:
        return Share(self.closed, self.raised, floor=self.floor)

    def share(self, difference: Difference) -> Share:
        return Share(self.differences.get(difference, 0), self.closed, floor=self.floor)


@dataclass(frozen=True)
class Practice:
    """Every figure of the page, in time order."""

    asked: Asked
    workers: tuple[Answers, ...]
    families: tuple[Answers, ...]
    types: tuple[Answers, ...]
    selections: tuple[Answers, ...]
    moderated: tuple[tuple[Period, int, Waits], ...]
    actions: tuple[Followed, ...]
    completion: tuple[tuple[Period, Completion], ...]

    @property
    def any(self) -> bool:
        return any(each.total for each in self.workers)


_QUESTIONS: dict[str, SQLColumnExpression[Any]] = {
    "worker": Audit.worker_involvement,
    "family": Audit.family_feedback,
    "type": Audit.audit_type,
    "selection": Audit.selection,
}


def count_practice(asked: Asked, today: date) -> Practice:
    """Count what is asked for; there must be a period."""
    done = _done(asked)
    waited = _by_month(moderation_waits(asked.question.of, asked.spell, [Split.MONTH]), "days")
    workers = _answers(asked, done, "worker", WorkerInvolvement)
    return Practice(
        asked,
        workers=workers,
        families=_answers(asked, done, "family", FamilyFeedback),
        types=_answers(asked, done, "type", AuditType),
        selections=_answers(asked, done, "selection", Selection),
        moderated=tuple(
            (each.period, each.total, waits(_within(waited, each.period).items()))
            for each in workers
        ),
        actions=_actions(asked),
        completion=tuple(_completion(asked, today)),
    )


def _done(asked: Asked) -> Counted:
    """How many audits of each month were done in which way, all four answers together."""
    months = Months.of(asked.question.of, asked.spell)
    questions = (as_stored(column).label(name) for name, column in _QUESTIONS.items())
    apart = [Audit.audit_month.label("month"), *questions]

    def of_every(times: int) -> Any:
        wanted: Any = select(*apart, (times * func.count()).label("n")).group_by(*apart)
        return _of_recorded(wanted, asked, months)

    parts = [of_every(1)]
    if judges_blind(asked.viewer):
        # Taken away again, as to ask it of every audit would read each of them from its row.
        parts.append(of_every(-1).where(judgement_hidden_from(asked.viewer)))
    return counted(union_all(*parts), ["month", *_QUESTIONS, "n"], {})


def _of_recorded(wanted: Any, asked: Asked, months: Months) -> Any:
    of = asked.question.of
    return months.narrow(wanted, of).where(Audit.recorded, months.all(Audit.audit_month))


def _by_month(found: Counted, *names: str) -> Mapping[int, Counter[Any]]:
    """What was counted in each month, by one column or by several together."""
    months: dict[int, Counter[Any]] = defaultdict(Counter)
    for month, n, *key in found.rows("month", "n", *names):
        months[month][key[0] if len(names) == 1 else tuple(key)] += n
    return months


def _within(found: Mapping[int, Counter[Any]], period: Period) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for month in period.month_keys():
        counts.update(found.get(month, {}))
    return counts


def _answers(asked: Asked, done: Counted, name: str, words: type[StrEnum]) -> tuple[Answers, ...]:
    by_answer = _by_month(done, name)
    return tuple(
        Answers(period, _named(_within(by_answer, period), words), asked.floor)
        for period in asked.spell.periods
    )


def _named(counts: Mapping[Any, int], words: type[StrEnum]) -> dict[StrEnum | None, int]:
    return {None if answer is None else words(answer): n for answer, n in counts.items()}


#: Actions by what became of them, and the difference made where that was said.
_Actions = Counter[tuple[ActionState, Difference | None]]


def _actions(asked: Asked) -> tuple[Followed, ...]:
    """Live actions by their audit's month; one that was joined to another counts as the other."""
    months = Months.of(asked.question.of, asked.spell)
    columns = (Audit.audit_month, Action.state, Action.difference)
    wanted: Any = (
        select(*columns, func.count())
        .select_from(Action)
        .join(Audit, Audit.id == Action.audit_id)
        .where(Action.live, Action.state != ActionState.JOINED)
        .group_by(*columns)
    )
    if judges_blind(asked.viewer):
        wanted = wanted.where(not_(judgement_hidden_from(asked.viewer)))
    rows = db.session.execute(_of_recorded(wanted, asked, months)).all()
    found: dict[int, _Actions] = defaultdict(Counter)
    for month, state, difference, n in rows:
        found[month][state, difference] += n
    return tuple(
        _followed(_within(found, period), period, asked.floor) for period in asked.spell.periods
    )


def _followed(found: _Actions, period: Period, floor: int) -> Followed:
    closed = [(made, n) for (state, made), n in found.items() if state is ActionState.CLOSED]
    differences = {each: sum(n for made, n in closed if made is each) for each in Difference}
    return Followed(period, found.total(), sum(n for _, n in closed), differences, floor)


def programme_knows(of: AuditFilter) -> bool:
    """Whether a filter asks for nothing that a case given out for audit does not have yet."""
    return of.theme is None and of.type is None and of.selection is None


def _completion(asked: Asked, today: date) -> list[tuple[Period, Completion]]:
    of, spell = asked.question.of, asked.spell
    if not programme_knows(of):
        return []
    places = {
        Allocation.service_id: of.service,
        Allocation.locality_id: of.locality,
        Allocation.team_id: of.team,
    }
    which = [column == number for column, number in places.items() if number is not None]
    rows = allocated(spell.first, spell.last, *which)
    found = []
    for period in spell.periods:
        within = tuple(e for e in rows if period.first <= e.first_due_on <= period.last)
        if within:
            found.append((period, Completion(period.label, today, within, asked.floor)))
    return found
