"""What happened to a record: who did what, and when; never what the text said.

Every event is sealed in the transaction that writes it: its seal holds a checksum of the event and
of the seal before it, so nobody can change, remove or slip in an event without breaking the chain
from there on. Both tables are only ever added to; the database itself refuses anything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from flask import g, has_app_context
from sqlalchemy import (
    ForeignKey,
    Index,
    Select,
    String,
    event,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    relationship,
    scoped_session,
)

from audit_app.models.base import Base, now
from audit_app.models.people import User

#: What stands before the first seal.
NOTHING_BEFORE = "0" * 64
_OPEN = "history_not_sealed"
#: Of a statement whose rows are noted by whoever runs it.
_NOTED = "history_noted"
#: PostgreSQL lets one transaction at a time seal; this is what they queue for.
_QUEUE = 0x48495354

AnySession = Session | scoped_session[Any]


def request_id() -> str | None:
    """Of the request that is being answered; None outside one."""
    return g.get("request_id") if has_app_context() else None


class HistoryEvent(Base):
    """One thing a person did to one record. Rows are only ever added.

    ``request_id`` is the request it was done in, as the log names it; none outside one.
    """

    __tablename__ = "history_events"
    __table_args__ = (
        Index("ix_history_events_record", "record_reference", "record_type"),
        Index("ix_history_events_record_type_at", "record_type", "at"),
        Index("ix_history_events_user_id_at", "user_id", "at"),
        Index("ix_history_events_verb_at", "verb", "at"),
        Index("ix_history_events_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verb: Mapped[str] = mapped_column(String(40))
    record_type: Mapped[str] = mapped_column(String(30))
    record_reference: Mapped[str] = mapped_column(String(40))
    request_id: Mapped[str | None] = mapped_column(String(32), default=request_id)

    user: Mapped[User | None] = relationship()


class HistorySeal(Base):
    """What proves an event: its place in the chain and the checksum of it and all before it."""

    __tablename__ = "history_seals"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("history_events.id"), unique=True)
    checksum: Mapped[str] = mapped_column(String(64))


def remember(
    session: AnySession,
    user: User | None,
    verb: str,
    record_type: str,
    reference: str,
) -> None:
    """Add an event to the transaction that does the thing, so that both happen or neither does."""
    session.add(
        HistoryEvent(
            user_id=None if user is None else user.id,
            verb=verb,
            record_type=record_type,
            record_reference=reference,
        )
    )


def remember_each(
    session: AnySession, user_id: int | None, verb: str, record_type: str, references: Iterable[str]
) -> None:
    """Add the same event of each of several records: in one statement, however many they are."""
    said = {"user_id": user_id, "verb": verb, "record_type": record_type}
    rows = [{**said, "record_reference": each} for each in references]
    if rows:
        added = insert(HistoryEvent).returning(HistoryEvent)
        events = session.scalars(added, rows, execution_options={_NOTED: True}).all()
        session.info.setdefault(_OPEN, []).extend(sorted(events, key=lambda each: each.id))


def sealed_checksum(position: int, before: str, what: HistoryEvent) -> str:
    """The checksum of an event at a place of the chain, in hexadecimal.

    ``before`` is the checksum of the seal before it. Times are taken in UTC to the microsecond.
    """
    at = what.at.replace(tzinfo=UTC) if what.at.tzinfo is None else what.at.astimezone(UTC)
    said = [
        position,
        before,
        what.id,
        at.isoformat(timespec="microseconds"),
        what.user_id,
        what.verb,
        what.record_type,
        what.record_reference,
        what.request_id,
    ]
    plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return sha256(plain.encode()).hexdigest()


def last_seal(session: AnySession) -> tuple[int, str]:
    """The place and the checksum of the newest seal: whoever keeps both can prove the chain."""
    found = session.execute(_NEWEST).first()
    return (found.position, found.checksum) if found else (0, NOTHING_BEFORE)


def seal_history() -> None:
    """From now on, for every session of this process. Called after whatever else acts last.

    Whoever seals keeps others from sealing until the commit, so nothing may be waited for after it.
    """
    for name, listener in _LISTENERS.items():
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def _note_new_events(session: Session, *_: object) -> None:
    events = [each for each in session.new if isinstance(each, HistoryEvent)]
    if events:
        session.info.setdefault(_OPEN, []).extend(events)


def _note_bare_rows(state: ORMExecuteState) -> None:
    """Rows put straight into the table are looked for when the transaction ends."""
    into = getattr(state.statement, "table", None) if state.is_insert else None
    if into is HistoryEvent.__table__ and not state.execution_options.get(_NOTED):
        state.session.info.setdefault(_OPEN, []).append(None)


def _seal(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    noted = session.info.pop(_OPEN, [])
    if not noted:
        return
    keep_others_from_sealing(session)
    events: Iterable[HistoryEvent]
    if None in noted:
        events = session.scalars(_BARE.execution_options(populate_existing=True))
    else:
        # What a savepoint undid is there no more.
        events = [each for each in noted if inspect(each).persistent]
    add_seals(session, events)


def keep_others_from_sealing(session: AnySession) -> None:
    """Until the transaction ends. SQLite has one writer at once as it is."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_WAIT_FOR_TURN)


def add_seals(session: AnySession, events: Iterable[HistoryEvent]) -> None:
    """Seal events, in this order. Nobody else may be sealing. Not committed."""
    position, checksum = last_seal(session)
    seals = []
    for each in events:
        position, checksum = position + 1, sealed_checksum(position + 1, checksum, each)
        seals.append({"position": position, "event_id": each.id, "checksum": checksum})
    if seals:
        session.execute(_ADD, seals)


def unsealed() -> Select[HistoryEvent]:
    """Events without a seal, in the order they were written."""
    sealed = select(HistorySeal.event_id).where(HistorySeal.event_id == HistoryEvent.id)
    return select(HistoryEvent).where(~sealed.exists()).order_by(HistoryEvent.id)


def _begin_anew(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_OPEN, None)


#: Made once, as every commit that leaves an event needs them.
_WAIT_FOR_TURN = select(func.pg_advisory_xact_lock(_QUEUE))
_NEWEST = (
    select(HistorySeal.position, HistorySeal.checksum)
    .order_by(HistorySeal.position.desc())
    .limit(1)
)
_ADD: Any = insert(HistorySeal.__table__)  # type: ignore[arg-type]
_BARE = unsealed()
_LISTENERS: dict[str, Any] = {
    "after_flush": _note_new_events,
    "do_orm_execute": _note_bare_rows,
    "before_commit": _seal,
    "after_transaction_end": _begin_anew,
}
