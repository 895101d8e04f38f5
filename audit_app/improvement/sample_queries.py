"""Reading samples of closed actions, and drawing one again from its seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, case, func, not_, select
from sqlalchemy.orm import contains_eager, joinedload

from audit_app.audits.followed import verifying_hidden_from
from audit_app.extensions import db
from audit_app.improvement.queries import actions_within_reach
from audit_app.improvement.standing import may
from audit_app.models import Action, ActionRecheck, ActionSample, User
from audit_app.rules.action_samples import draw
from audit_app.rules.action_steps import ActionState
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb
from audit_app.web.moments import LONDON, in_london
from audit_app.web.paging import Paging


def closed_between(first: date, last: date) -> dict[str, int]:
    """The actions closed from one day to another, by London's calendar: row number by reference.

    One that somebody had to verify counts on the day it was verified: it was not closed before,
    so a sample of earlier days that was drawn in the meantime could not have chosen it.
    """
    closed_for_good = func.coalesce(Action.verified_at, Action.closed_at)
    wanted = select(Action.reference, Action.id).where(
        Action.live,
        Action.state == ActionState.CLOSED,
        closed_for_good >= _start_of(first),
        closed_for_good < _start_of(last + timedelta(days=1)),
    )
    return {row.reference: row.id for row in db.session.execute(wanted)}


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=LONDON).astimezone(UTC)


def sampled_already(first: date, last: date) -> ActionSample | None:
    """A sample that was drawn from any of these days, so that nobody draws until one pleases."""
    rows = db.session.scalars(
        select(ActionSample)
        .where(ActionSample.closed_from <= last, ActionSample.closed_to >= first)
        .order_by(ActionSample.closed_from, ActionSample.id)
    )
    return next((each for each in rows if sampled_to(each) >= first), None)


def sampled_to(sample: ActionSample) -> date:
    """The last day nothing more is drawn from: not one that went on after the sample was drawn."""
    drawn_on = in_london(sample.drawn_at).date()
    went_on = sample.closed_to == drawn_on < date.today()
    return sample.closed_to - timedelta(days=1) if went_on else sample.closed_to


def latest_sample() -> ActionSample | None:
    """The sample that reaches furthest."""
    return db.session.scalar(
        select(ActionSample).order_by(ActionSample.closed_to.desc(), ActionSample.id.desc())
    )


@dataclass(frozen=True)
class SampleLine:
    """A sample with what came of it: how many it was drawn from, chose, were checked and hold."""

    sample: ActionSample
    candidates: int
    chosen: int
    checked: int
    hold: int

    @property
    def fell(self) -> int:
        """How many did not hold."""
        return self.checked - self.hold


def sample_lines() -> list[SampleLine]:
    """Every sample that was ever drawn, the latest first."""
    return _read(ActionSample.id.is_not(None))


def sample_line(reference: str) -> SampleLine:
    """The sample of this reference; otherwise 404."""
    found = _read(ActionSample.reference == reference)
    if not found:
        abort(404)
    return found[0]


def sample_called(typed: str) -> SampleLine | None:
    return next(iter(_read(ActionSample.reference == typed.strip().upper())), None)


def _read(which: ColumnElement[bool]) -> list[SampleLine]:
    rows = db.session.execute(
        select(
            ActionSample,
            func.count(ActionRecheck.id),
            _how_many(ActionRecheck.chosen),
            _how_many(ActionRecheck.checked_at.is_not(None)),
            _how_many(ActionRecheck.holds.is_(True)),
        )
        .outerjoin(ActionRecheck, ActionRecheck.sample_id == ActionSample.id)
        .where(which)
        .group_by(ActionSample.id)
        .order_by(ActionSample.drawn_at.desc(), ActionSample.id.desc())
        .options(joinedload(ActionSample.drawn_by))
    )
    return [SampleLine(*row) for row in rows]


def _how_many(which: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


@dataclass(frozen=True)
class Chosen:
    """One action to look at again, and whether this person may say what they found."""

    recheck: ActionRecheck
    may: bool

    @property
    def action(self) -> Action:
        return self.recheck.action


def count_chosen_for(user: User, sample: ActionSample) -> int:
    """How many of a sample's chosen actions a person may read."""
    found = _within_reach(select(func.count(ActionRecheck.id)), user).where(*_chosen_of(sample))
    return db.session.scalar(found) or 0


def chosen_for(user: User, sample: ActionSample, paging: Paging) -> list[Chosen]:
    """A page of the chosen actions a person may read, those still to be looked at first."""
    wanted = _rechecks(user).where(*_chosen_of(sample)).options(*_HANDS)
    rows = db.session.scalars(
        wanted.order_by(
            ActionRecheck.checked_at.is_not(None), ActionRecheck.number, ActionRecheck.id
        )
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    return [Chosen(row, may_recheck(user, row)) for row in rows]


def _chosen_of(sample: ActionSample) -> tuple[ColumnElement[bool], ...]:
    return ActionRecheck.sample_id == sample.id, ActionRecheck.chosen.is_(True)


#: What says who had a hand in each action of a list.
_HANDS: Any = (
    contains_eager(ActionRecheck.action).selectinload(Action.entries),
    contains_eager(ActionRecheck.action).selectinload(Action.joined).selectinload(Action.entries),
    contains_eager(ActionRecheck.action).selectinload(Action.joined).joinedload(Action.audit),
)


def count_to_recheck(user: User) -> int:
    """How many chosen actions of all samples wait for somebody that this person could be."""
    if not user.can(Permission.ACTION_VERIFY):
        return 0
    waiting = _rechecks(user).where(
        ActionRecheck.chosen.is_(True),
        ActionRecheck.checked_at.is_(None),
        Action.state == ActionState.CLOSED,
    )
    return sum(may_recheck(user, row) for row in db.session.scalars(waiting.options(*_HANDS)))


def recheck_for(user: User, sample: str, action: str) -> ActionRecheck:
    """The chosen action of a sample, if this person may read it; otherwise 404."""
    wanted = _rechecks(user).join(ActionRecheck.sample)
    found = db.session.scalar(
        wanted.where(
            ActionSample.reference == sample, Action.reference == action, ActionRecheck.chosen
        )
    )
    if found is None:
        abort(404)
    return found


def may_recheck(user: User, row: ActionRecheck) -> bool:
    """Whether this person may look at it again: nobody did yet, and they had no hand in it."""
    return row.checked_at is None and may(user, row.action, Verb.RECHECK)


def _rechecks(user: User) -> Any:
    return _within_reach(select(ActionRecheck), user).options(
        contains_eager(ActionRecheck.action).joinedload(Action.team),
        contains_eager(ActionRecheck.action).joinedload(Action.service),
        contains_eager(ActionRecheck.action).joinedload(Action.audit),
        joinedload(ActionRecheck.checked_by),
    )


def _within_reach(wanted: Any, user: User) -> Any:
    """Those of actions this person may read, and may be told what became of."""
    return wanted.join(ActionRecheck.action).where(
        actions_within_reach(user), not_(verifying_hidden_from(user))
    )


@dataclass(frozen=True)
class Replayed:
    """One action's draw as it was written down, and as it comes out when it is done again."""

    reference: str
    number: int
    chosen: bool
    number_again: int
    chosen_again: bool

    @property
    def same(self) -> bool:
        return (self.number, self.chosen) == (self.number_again, self.chosen_again)


def replay(sample: ActionSample) -> list[Replayed]:
    """The whole draw done again from the seed and the actions it was drawn from."""
    rows = db.session.execute(
        select(Action.reference, ActionRecheck.number, ActionRecheck.chosen)
        .join(ActionRecheck.action)
        .where(ActionRecheck.sample_id == sample.id)
        .order_by(ActionRecheck.number, Action.reference)
    ).all()
    again = {each.reference: each for each in _drawn(sample, [row.reference for row in rows])}
    return [
        Replayed(*row, again[row.reference].number, again[row.reference].chosen) for row in rows
    ]


def _drawn(sample: ActionSample, references: Sequence[str]) -> Any:
    return draw(sample.seed, references, sample.percent)
