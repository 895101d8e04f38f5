"""Who read very many audits in a short time, worked out exactly from what was written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from audit_app.extensions import db
from audit_app.models import HistoryEvent, User
from audit_app.rules.deeds import (
    EXPORTED,
    LISTED,
    LISTS,
    OPENED_UP,
    SHOWN_WORDS,
    VIEWINGS,
    Kind,
    records_listed,
)
from audit_app.rules.mass_viewing import mass_viewings
from audit_app.web.moments import in_london, in_utc

#: How many readings are held at a time.
AT_ONCE = 2_000
#: A search shows many audits a few words each: so many times as many of them are too many.
WORDS_TIMES = 5
#: A list shows a text of each of very many, as a team's whole board does.
LISTS_TIMES = 10


class How(StrEnum):
    """How somebody read very many audits, or texts of lists."""

    OPENED = "Opened or printed"
    WORDS = "Words in searches"
    LISTS = "Texts in lists"


@dataclass(frozen=True)
class Viewer:
    """A person who read more audits in a short time than the settings say is usual.

    ``audits`` are different audits, or for lists the texts on different pages and in files.
    """

    reference: str
    name: str
    first: datetime
    last: datetime
    audits: int
    how: How

    @property
    def of(self) -> str:
        return "text" if self.how is How.LISTS else "audit"

    def as_args(self) -> dict[str, str]:
        """What was read in those days, as an address of the history page carries it.

        Lists are among readings and among exports, so those are not narrowed to a kind.
        """
        first, last = in_london(self.first).date(), in_london(self.last).date()
        days = {"from": first.isoformat(), "to": last.isoformat()}
        kind = {How.OPENED: Kind.READ, How.WORDS: Kind.SEARCHED}.get(self.how)
        return {"person": self.reference, **({"kind": kind.value} if kind else {}), **days}


@dataclass(frozen=True)
class _Asked:
    """What is counted: how it is told, the events, how many are too many, and of what size."""

    how: How
    which: ColumnElement[bool]
    most: int
    size: Callable[[str], int] = lambda _: 1


def mass_viewing(since: datetime, most: int, minutes: int) -> list[Viewer]:
    """Everybody who read too many audits within so many minutes, the latest first.

    Too many are more than ``most`` opened or printed, or, each counted apart, more than
    ``WORDS_TIMES`` as many of which searches showed words, or ``LISTS_TIMES`` as many texts in
    lists and files of them. It takes as long as there is to read since then, however much there is
    from before.
    """
    audit, verb = HistoryEvent.record_type == "audit", HistoryEvent.verb
    lists = and_(verb.in_((LISTED, EXPORTED)), HistoryEvent.record_type.in_(LISTS))
    asked = (
        _Asked(How.OPENED, and_(audit, verb.in_(VIEWINGS)), most),
        _Asked(How.WORDS, and_(audit, verb == SHOWN_WORDS), WORDS_TIMES * most),
        _Asked(How.LISTS, lists, LISTS_TIMES * most, _texts_on),
    )
    within = timedelta(minutes=minutes)
    viewers = [viewer for each in asked for viewer in _viewers(each, since, within)]
    return sorted(viewers, key=lambda each: each.last, reverse=True)


def _texts_on(page: str) -> int:
    return records_listed(page.partition(" of ")[2])


def _viewers(asked: _Asked, since: datetime, within: timedelta) -> list[Viewer]:
    found = []
    rows = _readings(asked, since - within)
    for user_id, theirs in groupby(rows, lambda row: row.user_id):
        readings = ((row.at, f"{row.record_type} of {row.record_reference}") for row in theirs)
        for each in mass_viewings(readings, asked.most, within, asked.size):
            if in_utc(each.last) >= since:
                found.append((user_id, each))
    names = _names({user_id for user_id, _ in found})
    return [Viewer(*names[user_id], e.first, e.last, e.audits, asked.how) for user_id, e in found]


def _readings(asked: _Asked, since: datetime) -> Iterator[Any]:
    """What was read by those who read enough for it to matter, person by person."""
    which = (asked.which, HistoryEvent.at >= since, HistoryEvent.user_id.is_not(None))
    many = select(HistoryEvent.user_id).where(*which).group_by(HistoryEvent.user_id)
    if asked.how is not How.LISTS:
        many = many.having(func.count(HistoryEvent.record_reference.distinct()) > asked.most)
    people = db.session.scalars(many).all()
    read = (
        select(
            HistoryEvent.user_id,
            HistoryEvent.at,
            HistoryEvent.record_type,
            HistoryEvent.record_reference,
        )
        .where(*which, HistoryEvent.user_id.in_(people))
        .order_by(HistoryEvent.user_id, HistoryEvent.at, HistoryEvent.id)
    )
    yield from db.session.execute(read.execution_options(yield_per=AT_ONCE)) if people else ()


def openings_up(since: datetime) -> int:
    """How often since then somebody was let in, or given what lets them read cases, by another."""
    by = aliased(User)
    wanted = (
        select(func.count(HistoryEvent.id))
        .outerjoin(by, by.id == HistoryEvent.user_id)
        .where(
            HistoryEvent.verb.in_(OPENED_UP),
            HistoryEvent.at >= since,
            HistoryEvent.record_type == "user",
            by.reference.is_distinct_from(HistoryEvent.record_reference),
        )
    )
    return db.session.scalar(wanted) or 0


def _names(ids: set[int]) -> dict[int, tuple[str, str]]:
    rows = db.session.execute(select(User.id, User.reference, User.name).where(User.id.in_(ids)))
    return {row.id: (row.reference, row.name) for row in rows}
