"""What followed from the audits: actions raised, done and overdue, and what they changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from audit_app.audits.blindness import waits_blind
from audit_app.extensions import db
from audit_app.insight.practice_figures import Followed, Practice
from audit_app.insight.practice_sheets import actions as actions_by_period
from audit_app.models import Action, Audit
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.periods import Period
from audit_app.rules.sheets import Heading, Line, Sheet, count
from audit_app.rules.summary_words import number
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope
from audit_app.web.moments import in_london
from audit_app.web.pages import day

_ALL = "All actions so far"
_OVERDUE = "Overdue"
_DUE = "Overdue means open today and past the day it is due, with whatever more time it was given."


@dataclass(frozen=True)
class Acted:
    """The actions of each period's audits, and all there are, as they stand today.

    ``overdue`` is by period. ``recorded_from`` is the day of the first action of all; None where
    there is none.
    """

    cohorts: Sequence[Followed]
    overdue: Mapping[Period, int]
    all: Followed | None
    all_overdue: int
    recorded_from: date | None

    def of(self, period: Period) -> Followed:
        return next(each for each in self.cohorts if each.period == period)


def acted(scope: Scope, practice: Practice) -> Acted:
    first = db.session.scalar(select(func.min(Action.opened_at)))
    since = None if first is None else in_london(first).date()
    every, overdue = _every_action(scope)
    known = since is not None and since <= scope.whole.last
    return Acted(
        practice.actions, _overdue(scope), every if known else None, overdue if known else 0, since
    )


def _overdue(scope: Scope) -> Mapping[Period, int]:
    """How many actions of each period's audits are open and past their day."""
    periods = scope.compared
    numbers = [
        func.count().filter(Audit.audit_date.between(each.first, each.last)) for each in periods
    ]
    wanted: Any = (
        select(*numbers)
        .select_from(Action)
        .join(Audit, Audit.id == Action.audit_id)
        .where(Action.live, Action.state == ActionState.OPEN, Action.due_on < scope.today)
    )
    row = db.session.execute(scope.audits(wanted, periods[0].first, periods[-1].last)).one()
    return dict(zip(periods, row, strict=True))


def _every_action(scope: Scope) -> tuple[Followed, int]:
    """All actions of the place whenever they were raised, but those of audits that wait blind."""
    late = and_(Action.state == ActionState.OPEN, Action.due_on < scope.today)
    wanted = (
        select(Action.state, Action.difference, func.count(), func.count().filter(late))
        .where(Action.live, Action.state != ActionState.JOINED, of_nothing_hidden())
        .group_by(Action.state, Action.difference)
    )
    if scope.service_id is not None:
        wanted = wanted.where(Action.service_id == scope.service_id)
    rows = db.session.execute(wanted).all()
    closed = [(made, n) for state, made, n, _ in rows if state is ActionState.CLOSED]
    made = {each: sum(n for word, n in closed if word is each) for each in Difference}
    raised, done = sum(n for _, _, n, _ in rows), sum(n for _, n in closed)
    return (
        Followed(scope.whole, raised, done, made, scope.floor),
        sum(overdue for *_, overdue in rows),
    )


def of_nothing_hidden() -> Any:
    """Actions but those that came out of an audit that waits for a blind moderation."""
    hidden = select(Audit.id).where(waits_blind())
    return or_(Action.audit_id.is_(None), Action.audit_id.not_in(hidden))


def action_section(scope: Scope, found: Acted, practice: Practice) -> Section:
    sheet = _action_sheet(found, practice)
    sheets = (sheet,) if sheet.lines else ()
    title = "Actions and the difference they made"
    return Section("actions", title, tuple(actions_said(scope, found)), sheets, moves_on=True)


def _action_sheet(found: Acted, practice: Practice) -> Sheet:
    """The table of how audits were done, with what is overdue, and all actions below it."""
    sheet = actions_by_period(practice)
    by_label = {period.label: n for period, n in found.overdue.items()}
    lines = [
        replace(line, cells=(*line.cells, count(by_label[line.label]))) for line in sheet.lines
    ]
    if found.all is not None:
        whole = actions_by_period(replace(practice, actions=(found.all,)))
        lines += [
            Line(_ALL, (*line.cells, count(found.all_overdue)), total=True) for line in whole.lines
        ]
    columns = (*sheet.columns, Heading(_OVERDUE))
    return replace(sheet, columns=columns, lines=tuple(lines), notes=(*sheet.notes, _DUE))


def actions_said(scope: Scope, found: Acted) -> Iterator[str]:
    since = found.recorded_from
    of = found.of(scope.whole)
    if not of.raised:
        yield "No action is on record that came out of these audits."
        if since is not None and since > scope.whole.last:
            yield f"Actions are recorded here from {day(since)} on."
    else:
        yield said_of_actions(of, found.overdue[scope.whole])
    if found.all is not None:
        waiting = found.all.raised - found.all.closed
        yield (
            f"Of all {number(found.all.raised, 'action')} so far, {waiting:,} "
            f"{'is' if waiting == 1 else 'are'} not closed today, {found.all_overdue:,} of them "
            "overdue."
        )


def said_of_actions(of: Followed, overdue: int) -> str:
    """``32 actions were raised; 20 are closed, of which 15 made a difference; 4 are overdue.``"""
    raised = number(of.raised, "action was", "actions were")
    made = of.differences.get(Difference.YES, 0)
    said = [f"{raised} raised"]
    said.append(
        f"{of.closed:,} {'is' if of.closed == 1 else 'are'} closed, of which {made:,} made a "
        f"difference for the child{_partly(of)}"
        if of.closed
        else "none is closed yet"
    )
    are = "is" if overdue == 1 else "are"
    said.append(f"{overdue:,} {are} overdue" if overdue else "none is overdue")
    return f"{'; '.join(said)}."


def _partly(of: Followed) -> str:
    others = {
        "partly": of.differences.get(Difference.PARTLY, 0),
        "no difference": of.differences.get(Difference.NO, 0),
        "too early to say": of.differences.get(Difference.TOO_EARLY, 0),
    }
    said = [f"{n:,} {word}" for word, n in others.items() if n]
    return f" ({', '.join(said)})" if said else ""
