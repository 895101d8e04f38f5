"""The figures of one measure: of every group in every period, counted once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import SQLColumnExpression, case, func, not_, select

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.audits.queries import narrowed
from audit_app.extensions import db
from audit_app.insight.counting import Split, counts, judges_blind
from audit_app.insight.reading import Asked
from audit_app.models import Action, Audit, Thread
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.measures import Measure, Outcome
from audit_app.rules.shares import Share
from audit_app.web.filters import Recorded

EVERYTHING = "Everything"
#: What audits are called of which nobody said, by what they are split by.
_NOBODY_SAID = {Split.THREAD: "No thread"}
NOT_RECORDED = "Not recorded"
#: Splits whose groups are no parts of a whole: an audit is in each thread.
OVERLAPPING = frozenset({Split.THREAD})
_COLUMNS: dict[Split, SQLColumnExpression[Any]] = {
    Split.MONTH: Audit.audit_month,
    Split.THREAD: Thread.code,
    Split.SERVICE: Audit.service_id,
    Split.LOCALITY: Audit.locality_id,
    Split.TEAM: Audit.team_id,
    Split.TYPE: Audit.audit_type,
    Split.SELECTION: Audit.selection,
}

Figure = Share | int


@dataclass(frozen=True)
class Group:
    """Audits counted together: by the value they have in common, and what that is called."""

    key: Any
    label: str


@dataclass(frozen=True)
class Grid:
    """One measure of every group in every period, and of all of them together.

    ``groups`` are in their own order, never by their figures; one of everything where nothing is
    split. ``together`` is whether the groups make up a whole that can be added up.
    """

    measure: Measure
    split: Split | None
    groups: tuple[Group, ...]
    tally: Mapping[tuple[Any, int], Counter[str]]
    periods: int
    floor: int

    @property
    def together(self) -> bool:
        return self.split is not None and self.split not in OVERLAPPING and len(self.groups) > 1

    def of(self, group: Group, period: int) -> Figure:
        return self._figure(self.tally.get((group.key, period), Counter()))

    def over_time(self, group: Group) -> Figure:
        """Of a group in all periods together."""
        return self._figure(self._sum(lambda key, _: key == group.key))

    def of_all(self, period: int) -> Figure:
        """Of all groups in one period."""
        return self._figure(self._sum(lambda _, at: at == period))

    def of_everything(self) -> Figure:
        return self._figure(self._sum(lambda *_: True))

    def _sum(self, wanted: Any) -> Counter[str]:
        found: Counter[str] = Counter()
        for (key, at), counted in self.tally.items():
            if wanted(key, at):
                found.update(counted)
        return found

    def _figure(self, counted: Counter[str]) -> Figure:
        return self.measure.figure(counted, self.floor)


def grid(asked: Asked, measure: Measure, split: Split | None) -> Grid:
    """Count what a question asks for, apart by the split."""
    months = {
        month: at for at, period in enumerate(asked.spell.periods) for month in period.month_keys()
    }
    tally: dict[tuple[Any, int], Counter[str]] = {}
    for month, value, outcome, n in _rows(asked, measure, split):
        key = value or None
        tally.setdefault((key, months[int(month)]), Counter())[outcome] += int(n)
    groups = _groups(asked, split, {key for key, _ in tally})
    return Grid(measure, split, groups, tally, len(asked.spell.periods), asked.floor)


def _rows(asked: Asked, measure: Measure, split: Split | None) -> list[tuple[Any, Any, str, int]]:
    """Month, value of the split, what came out, and how many."""
    if not asked.spell.periods:
        return []
    by = [Split.MONTH, *([split] if split else [])]
    if measure.of_actions:
        rows: Any = _actions(asked, by)
    else:
        rows = counts(asked.question.of, asked.spell, by, asked.viewer)
    return [(row[0], row[1] if split else None, str(row[-2]), row[-1]) for row in rows]


def _actions(asked: Asked, by: Iterable[Split]) -> Any:
    """Actions of the audits asked for, in the audit's month, by what became of them.

    One that was joined to another counts as the other.
    """
    of, viewer = asked.question.of, asked.viewer
    helped: Any = (Action.state == ActionState.CLOSED) & (Action.difference == Difference.YES)
    outcome = case(
        (helped, Outcome.HELPED.value),
        (Action.state == ActionState.CLOSED, Outcome.CLOSED.value),
        else_=Outcome.OPEN.value,
    )
    apart = [_COLUMNS[each] for each in by]
    wanted: Any = (
        select(*apart, outcome, func.count())
        .select_from(Audit)
        .join(Action, Action.audit_id == Audit.id)
        .join(Thread, Action.thread_id == Thread.id, isouter=True)
        .where(Action.live, Action.state != ActionState.JOINED)
        .group_by(*apart, outcome)
    )
    if of.thread is not None:
        wanted = wanted.where(Thread.code == of.thread)
    if judges_blind(viewer):
        wanted = wanted.where(not_(judgement_hidden_from(viewer)))
    recorded = replace(
        of, judgement=None, recorded=Recorded.ONLY, first=asked.spell.first, last=asked.spell.last
    )
    return db.session.execute(narrowed(wanted, recorded)).all()


def _groups(asked: Asked, split: Split | None, found: set[Any]) -> tuple[Group, ...]:
    """The groups that hold anything, in the order of the lists to choose from."""
    if split is None:
        return (Group(None, EVERYTHING),)
    named = [Group(key, name) for key, name in asked.choices[split.value].items() if key in found]
    unsaid = [Group(None, _NOBODY_SAID.get(split, NOT_RECORDED))] if None in found else []
    return (*named, *unsaid)
