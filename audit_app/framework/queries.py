"""Reading the framework audits are judged against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from flask import abort
from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select
from sqlalchemy.orm import selectinload

from audit_app.extensions import db
from audit_app.models import Action, Audit, Theme, Thread, ThreadSet, User
from audit_app.models.theme import action_themes, audit_themes
from audit_app.rules.action_steps import ActionState
from audit_app.rules.periods import Period, PeriodKind, split, whole
from audit_app.web.moments import LONDON


def current_thread_set(on: date) -> ThreadSet:
    """The thread set in force on a day: the newest that has begun and not ended."""
    return db.session.scalars(
        select(ThreadSet)
        .where(
            ThreadSet.valid_from <= on,
            or_(ThreadSet.valid_to.is_(None), ThreadSet.valid_to >= on),
        )
        .order_by(ThreadSet.valid_from.desc())
        .limit(1)
    ).one()


@dataclass(frozen=True)
class SetLine:
    """One thread set as the list shows it. Both days are in force."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None
    confirmed_on: date | None
    threads: int


_SET_LINES = select(
    ThreadSet.code,
    ThreadSet.name,
    ThreadSet.valid_from,
    ThreadSet.valid_to,
    ThreadSet.confirmed_on,
    select(func.count(Thread.id))
    .where(Thread.thread_set_id == ThreadSet.id)
    .scalar_subquery()
    .label("threads"),
).order_by(ThreadSet.valid_from.desc())


def set_lines() -> Sequence[SetLine]:
    """Every thread set, the newest first."""
    return [SetLine(**row) for row in db.session.execute(_SET_LINES).mappings()]


def thread_set_with(code: str) -> ThreadSet:
    """A thread set with its threads and every descriptor; 404 where there is none of this code."""
    found = db.session.scalar(
        select(ThreadSet)
        .where(ThreadSet.code == code)
        .options(
            selectinload(ThreadSet.threads).selectinload(Thread.descriptors),
            selectinload(ThreadSet.overall_descriptors),
        )
    )
    if found is None:
        abort(404)
    return found


def confirmed_by(thread_set: ThreadSet) -> str | None:
    """The name of the person who confirmed a set; None while nobody has."""
    return db.session.scalar(select(User.name).where(User.id == thread_set.confirmed_by_id))


def themes_numbered(numbers: Iterable[int]) -> list[Theme]:
    """The themes with these row numbers, by name."""
    wanted = select(Theme).where(Theme.id.in_(list(numbers))).order_by(Theme.name)
    return list(db.session.scalars(wanted))


def themes_offered(chosen: Iterable[Theme] = ()) -> list[tuple[int, str]]:
    """The themes in use by number and name, and those chosen already though they no longer are."""
    rows = db.session.execute(select(Theme.id, Theme.name).where(Theme.active))
    offered = {row.id: row.name for row in rows} | {each.id: each.name for each in chosen}
    return sorted(offered.items(), key=lambda theme: theme[1].casefold())


def themes() -> Sequence[Theme]:
    """Every theme by name, those in use first."""
    return db.session.scalars(
        select(Theme).order_by(Theme.active.desc(), func.lower(Theme.name))
    ).all()


def theme_with(reference: str) -> Theme:
    """A theme; 404 where there is none of this reference."""
    found = db.session.scalar(select(Theme).where(Theme.reference == reference))
    if found is None:
        abort(404)
    return found


#: A count for each spell of days, beside a theme's number where they are of one theme.
Counted = Select[*tuple[Any, ...]]

#: Months before the current quarter that counts go back to.
_COUNTED_BACK = 12


@dataclass(frozen=True)
class ThemeCounts:
    """How many audits and actions carried each theme, by its number, in each period.

    ``every_audit`` and ``every_action`` count those with themes and without, each once.
    """

    periods: Sequence[Period]
    audits: dict[int, Sequence[int]]
    actions: dict[int, Sequence[int]]
    every_audit: Sequence[int]
    every_action: Sequence[int]


def last_quarters(today: date) -> Sequence[Period]:
    """The quarter today lies in and those of the year before it."""
    first = whole(PeriodKind.QUARTER, today - relativedelta(months=_COUNTED_BACK)).first
    return split(PeriodKind.QUARTER, first, whole(PeriodKind.QUARTER, today).last)


def theme_counts(
    periods: Sequence[Period],
    audits: Sequence[ColumnElement[bool]] = (),
    actions: Sequence[ColumnElement[bool]] = (),
) -> ThemeCounts:
    """Themes in each of one period or more, of the audits and the actions that are asked for.

    Recorded audits by the date of the audit; actions by the day they were raised, those since
    joined to another one left out. Without conditions they are the whole authority's.
    """
    first, last = periods[0].first, periods[-1].last
    of_audits = [Audit.audit_date.between(each.first, each.last) for each in periods]
    of_actions = [_raised(each.first, each.last) for each in periods]
    some_audits = (Audit.recorded, Audit.audit_date.between(first, last), *audits)
    some_actions = (
        Action.live,
        Action.state != ActionState.JOINED,
        _raised(first, last),
        *actions,
    )
    return ThemeCounts(
        periods,
        _by_theme(_counted(audit_themes, of_audits).join(Audit).where(*some_audits)),
        _by_theme(_counted(action_themes, of_actions).join(Action).where(*some_actions)),
        _in_each(select(*_numbers(of_audits)).where(*some_audits)),
        _in_each(select(*_numbers(of_actions)).where(*some_actions)),
    )


def _raised(first: date, last: date) -> ColumnElement[bool]:
    """Actions raised on these days and between."""
    after = last + timedelta(days=1)
    return and_(Action.opened_at >= _begins(first), Action.opened_at < _begins(after))


def _begins(day: date) -> datetime:
    """When a day begins where the council is, as moments are stored."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _counted(carried: Table, spells: Iterable[ColumnElement[bool]]) -> Counted:
    theme = carried.c.theme_id
    return select(theme, *_numbers(spells)).select_from(carried).group_by(theme)


def _numbers(spells: Iterable[ColumnElement[bool]]) -> list[ColumnElement[int]]:
    return [func.count().filter(spell) for spell in spells]


def _by_theme(wanted: Counted) -> dict[int, Sequence[int]]:
    return {number: counts for number, *counts in db.session.execute(wanted)}


def _in_each(wanted: Counted) -> Sequence[int]:
    return tuple(db.session.execute(wanted).one())
