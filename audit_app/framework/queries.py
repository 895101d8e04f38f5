"""Reading the framework audits are judged against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort
from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from audit_app.extensions import db
from audit_app.models import Theme, Thread, ThreadSet, User


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


def set_lines() -> Sequence[SetLine]:
    """Every thread set, the newest first."""
    threads = select(func.count(Thread.id)).where(Thread.thread_set_id == ThreadSet.id)
    wanted = select(
        ThreadSet.code,
        ThreadSet.name,
        ThreadSet.valid_from,
        ThreadSet.valid_to,
        ThreadSet.confirmed_on,
        threads.scalar_subquery().label("threads"),
    ).order_by(ThreadSet.valid_from.desc())
    return [SetLine(**row) for row in db.session.execute(wanted).mappings()]


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
