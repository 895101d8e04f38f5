"""What was done, newest first: a few events at a time, as quick among a million as among ten.

Every question is led by one index that is already in the order of time. What else narrows it is
kept from leading, or a database that knows nothing of how events are spread would sort half of
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, or_, select, union_all
from sqlalchemy.orm import Session

from audit_app.extensions import db
from audit_app.history.asked import NOBODY, Asked
from audit_app.models import (
    Action,
    Allocation,
    Audit,
    Calibration,
    Escalation,
    HistoryEvent,
    User,
)
from audit_app.models.cases import of_case
from audit_app.models.sqlite import READS
from audit_app.rules.deed_words import type_called, types_of
from audit_app.rules.deeds import NO_CHANGES, Kind, kind_of
from audit_app.web.moments import LONDON, in_utc

PER_PAGE = 50
#: How many events a file is made of at a time.
AT_ONCE = 2_000

_columns: Any = HistoryEvent.__table__.c
_id: ColumnElement[int] = _columns.id
_at: ColumnElement[datetime] = _columns["at"]


@dataclass(frozen=True)
class Line:
    """One event: who did what to which record, when (UTC) and in which request.

    ``who`` and ``person`` are the name and the reference; None where the service did it itself.
    """

    number: int
    at: datetime
    who: str | None
    person: str | None
    verb: str
    record_type: str
    reference: str
    request_id: str | None

    @property
    def kind(self) -> Kind:
        return kind_of(self.verb)

    @property
    def record_called(self) -> str:
        return type_called(self.record_type)


def lines(asked: Asked, most: int = PER_PAGE, session: Any = None) -> list[Line]:
    """The newest of what is asked for, older than the event it is asked to be before."""
    session = session or db.session
    wanted = found(asked, most, session).subquery()
    rows = session.execute(
        select(HistoryEvent, User.name, User.reference)
        .join(wanted, wanted.c.id == _id)
        .outerjoin(User, User.id == HistoryEvent.user_id)
        .order_by(_at.desc(), _id.desc())
    )
    return [_line(event, name, reference) for event, name, reference in rows]


def every_line(asked: Asked, engine: Engine) -> Iterator[Line]:
    """All that is asked for, newest first, on a connection of its own: the request may be over.

    No more than a few are held at a time.
    """
    with Session(engine.execution_options(**READS)) as session:
        while some := lines(asked, AT_ONCE, session):
            yield from some
            session.rollback()
            asked = replace(asked, before=some[-1].number)


def people() -> Sequence[tuple[str, str]]:
    """Everybody there is or was, to choose from: reference and name."""
    rows = db.session.execute(select(User.reference, User.name).order_by(User.name, User.id))
    return [(NOBODY, "The service itself"), *((row.reference, row.name) for row in rows)]


def record_types() -> Sequence[tuple[str, str]]:
    """The types of record there are events of, found by stepping from one to the next.

    One that is written down under two names is one.
    """
    found: list[str] = []
    asked = select(HistoryEvent.record_type).order_by(HistoryEvent.record_type).limit(1)
    step = db.session.scalar(asked)
    while step is not None:
        found.append(step)
        step = db.session.scalar(asked.where(HistoryEvent.record_type > step))
    usual = {types_of(each)[0]: type_called(each).capitalize() for each in found}
    return sorted(usual.items(), key=lambda each: each[1])


@dataclass(frozen=True)
class OfCase:
    """References of the audits of one case, the newest first, and of what belongs to them."""

    audits: tuple[str, ...]
    belonging: tuple[str, ...]

    @property
    def records(self) -> tuple[str, ...]:
        return self.audits + self.belonging


def records_of_case(case_reference: str) -> OfCase:
    """What there is of a case; nothing of it once it was disposed of."""
    audits = db.session.execute(
        select(Audit.id, Audit.reference)
        .where(of_case(Audit.case_reference, case_reference))
        .order_by(Audit.id.desc())
    ).all()
    ids = [row.id for row in audits]
    parts = [
        select(table.reference).where(table.audit_id.in_(ids))
        for table in (Action, Escalation, Calibration)
    ]
    given = select(Allocation.reference).where(of_case(Allocation.case_reference, case_reference))
    belonging = db.session.scalars(union_all(*parts, given)).all()
    return OfCase(tuple(row.reference for row in audits), tuple(belonging))


def found(asked: Asked, most: int, session: Any) -> Any:
    """The events' numbers, by the one index that leads."""
    lead, narrowing = _lead(asked, session)
    since = [*narrowing, *_days(asked), *_older(asked, session)]
    parts = [_newest(each, since, most) for each in lead]
    if len(parts) == 1:
        return parts[0]
    either = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(either).order_by(either.c.at.desc(), either.c.id.desc()).limit(most)


def _newest(
    lead: ColumnElement[bool] | None, narrowing: Sequence[ColumnElement[bool]], most: int
) -> Any:
    wanted = select(_id, _at).where(*narrowing)
    if lead is not None:
        wanted = wanted.where(lead)
    return wanted.order_by(_at.desc(), _id.desc()).limit(most)


def _lead(
    asked: Asked, session: Any
) -> tuple[list[ColumnElement[bool] | None], list[ColumnElement[bool]]]:
    """What leads, one part for each value of it, and what only narrows."""
    led: list[ColumnElement[bool] | None] = []
    narrowing: list[ColumnElement[bool]] = []
    for leading, narrows in _parts(asked, session):
        if led or not leading:
            narrowing.append(narrows)
        else:
            led = [*leading]
    return led or [None], narrowing


def _parts(
    asked: Asked, session: Any
) -> Iterator[tuple[list[ColumnElement[bool]], ColumnElement[bool]]]:
    """Each part that is asked for, those that find the fewest first: as it leads, as it narrows."""
    verb, kind = HistoryEvent.verb, HistoryEvent.record_type
    if asked.records:
        record = HistoryEvent.record_reference
        yield [record == each for each in asked.records], _no_lead(record).in_(asked.records)
    if asked.person is not None:
        by, number = HistoryEvent.user_id, _person(asked.person, session)
        yield (
            [by.is_(None) if number is None else by == number],
            (by + 0).is_not_distinct_from(number),
        )
    if asked.kind is Kind.CHANGED:
        yield [], _no_lead(verb).not_in(NO_CHANGES)
    elif asked.kind is not None:
        yield [verb == each for each in asked.kind.verbs], _no_lead(verb).in_(asked.kind.verbs)
    if asked.record_type is not None:
        names = types_of(asked.record_type)
        yield [kind == each for each in names], _no_lead(kind).in_(names)


def _no_lead(column: Any) -> ColumnElement[str]:
    """The same text, that no index answers for."""
    told: ColumnElement[str] = column.concat("")
    return told


def _person(reference: str, session: Any) -> int | None:
    """A person's number; None for the service itself, and one nobody has for an unknown person."""
    if reference == NOBODY:
        return None
    number = session.scalar(select(User.id).where(User.reference == reference))
    return 0 if number is None else int(number)


def _days(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.first is not None:
        yield _at >= datetime.combine(asked.first, time(), LONDON).astimezone(UTC)
    if asked.last is not None:
        day_after = asked.last + timedelta(days=1)
        yield _at < datetime.combine(day_after, time(), LONDON).astimezone(UTC)


def _older(asked: Asked, session: Any) -> Iterator[ColumnElement[bool]]:
    """Than an event: it is known by its number, and they stand in the order of time."""
    if asked.before is None:
        return
    at = session.scalar(select(_at).where(_id == asked.before))
    if at is None:
        yield _id < asked.before
    else:
        yield _at <= at
        yield or_(_at < at, _id < asked.before)


def _line(event: HistoryEvent, name: str | None, reference: str | None) -> Line:
    return Line(
        event.id,
        in_utc(event.at),
        name,
        reference,
        event.verb,
        event.record_type,
        event.record_reference,
        event.request_id,
    )
