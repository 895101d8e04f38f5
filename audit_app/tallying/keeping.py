"""Keeping the tallies in the transaction that changes what they count.

What an audit added before is read, with its row held, ahead of the first change to it; what it adds
afterwards is read when everything is written; the difference is put into the tallies just before
the commit. Nobody who records audits need know of it: only a statement that inserts audits as bare
rows must be followed by :func:`added`, or made in a transaction that will :func:`count_again`.

It is so for every session there is: a count that some code could forget would be worth nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Delete, Insert, Update, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, scoped_session

from audit_app.models import Audit, Finding, JudgementRow, Moderation, ModerationDraw, Thread
from audit_app.tallying.changing import Counts, add_to_tallies, difference, read
from audit_app.tallying.recount import count_all

AnySession = Session | scoped_session[Any]

#: What of each table counting reads. Rows of judgements are added and never changed.
_COUNTED: dict[type[Any], frozenset[str]] = {
    Audit: frozenset(
        {
            *("state", "imported", "audit_date", "audit_month", "audit_type", "selection"),
            *("service", "service_id", "locality", "locality_id", "team", "team_id"),
            *("overall", "final_overall", "findings", "judgements", "moderation", "draw"),
        }
    ),
    Finding: frozenset({"audit_id", "thread", "thread_id", "judgement", "final_judgement"}),
    JudgementRow: frozenset(),
    Moderation: frozenset({"audit_id", "moderated_on", "overall", "blind"}),
    ModerationDraw: frozenset({"audit_id", "chosen_because"}),
}
_BY_TABLE: dict[str, type[Any]] = {table.__tablename__: table for table in _COUNTED}
_KEY = "tallying"


class Uncounted(Exception):
    """Something would be written that the tallies could not follow; nothing was written."""


@dataclass(frozen=True)
class _Batch:
    """Audits that were first touched together, and what they added until then."""

    audits: frozenset[int]
    before: Counts
    #: The savepoints it was in: undoing one undoes all that was done to these audits.
    within: tuple[SessionTransaction, ...]


@dataclass
class _Touched:
    """What a transaction has changed so far of what is counted."""

    batches: list[_Batch] = field(default_factory=list)
    #: Audits inserted as bare rows, and not yet said which.
    unsaid: bool = False
    all: bool = False

    @property
    def audits(self) -> set[int]:
        return {each for batch in self.batches for each in batch.audits}


def added(session: AnySession, audits: Iterable[int]) -> None:
    """Say which audits were just inserted as bare rows. Their findings may follow."""
    session, touched = _of(session)
    touched.unsaid = False
    new = frozenset(audits) - touched.audits
    touched.batches.append(_Batch(new, read(session.connection(), ()), _savepoints(session)))


def count_again(session: AnySession) -> None:
    """Let this transaction write as it likes, and count every audit again before its commit.

    For filling a database: the more audits it holds, the longer it takes.
    """
    _of(session)[1].all = True


def keep_tallies() -> None:
    """From now on, for every session of this process."""
    for name, listener in _LISTENERS.items():
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def stop_keeping() -> None:
    """From now on nothing is counted: only to measure what keeping costs."""
    for name, listener in _LISTENERS.items():
        event.remove(Session, name, listener)


def _of(session: AnySession) -> tuple[Session, _Touched]:
    one = session() if isinstance(session, scoped_session) else session
    touched: _Touched = one.info.setdefault(_KEY, _Touched())
    return one, touched


def _savepoints(session: Session) -> tuple[SessionTransaction, ...]:
    found, at = [], session.get_nested_transaction()
    while at is not None:
        found.append(at)
        at = at.parent
    return tuple(each for each in found if each.nested)


def _touch(session: Session, audits: Collection[int]) -> None:
    """Read and hold what audits add, ahead of the first change to them."""
    touched = _of(session)[1]
    new = frozenset(audits) - touched.audits
    if not new or touched.all:
        return
    if touched.unsaid:
        raise Uncounted("Say which audits were inserted before anything else is written of them.")
    before = read(session.connection(), new, hold=True)
    touched.batches.append(_Batch(new, before, _savepoints(session)))


def _note_what_changes(session: Session, context: object, instances: object) -> None:
    changing = {
        audit
        for row in (*session.dirty, *session.deleted, *session.new)
        if type(row) in _COUNTED
        for audit in _audits_of(session, row)
    }
    _touch(session, changing | _audits_of_renamed(session))


def _audits_of(session: Session, row: Any) -> set[int]:
    """The audits, there already, whose counts this row's change may change."""
    if row in session.dirty and not _counted_differently(row):
        return set()
    identity = inspect(row).identity
    if isinstance(row, Audit):
        return set() if identity is None else {identity[0]}
    ids = inspect(row).attrs.audit_id.history
    known = {each for each in (*ids.added, *ids.unchanged, *ids.deleted) if each is not None}
    if identity is not None and not ids.unchanged and not ids.deleted:
        known.add(_audit_on_record(session, type(row), identity))
    return known


def _audit_on_record(session: Session, table: type[Any], identity: tuple[Any, ...]) -> int:
    """The audit of a row of which the session holds no audit, as after a commit."""
    key = zip(inspect(table).primary_key, identity, strict=True)
    which = select(table.audit_id).where(*(column == value for column, value in key))
    found: int | None = session.connection().scalar(which)
    if found is None:
        raise Uncounted(f"A row of {table.__tablename__} would change and is of no audit.")
    return found


def _counted_differently(row: Any) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in _COUNTED[type(row)])


def _audits_of_renamed(session: Session) -> set[int]:
    """The audits judged by a thread whose code is another from now on."""
    renamed = [
        row.id
        for row in session.dirty
        if isinstance(row, Thread) and inspect(row).attrs.code.history.has_changes()
    ]
    if not renamed:
        return set()
    which = select(Finding.audit_id).where(Finding.thread_id.in_(renamed))
    return set(session.connection().scalars(which))


def _note_what_is_new(session: Session, context: object) -> None:
    new = [row.id for row in session.new if isinstance(row, Audit)]
    if new:
        _, touched = _of(session)
        nothing = read(session.connection(), ())
        touched.batches.append(_Batch(frozenset(new), nothing, _savepoints(session)))
    if any(type(row) in _COUNTED for row in session.new):
        _check_all_noted(session)


def _check_all_noted(session: Session) -> None:
    touched = _of(session)[1]
    if touched.all:
        return
    known = touched.audits
    for row in session.new:
        if type(row) in _COUNTED and not isinstance(row, Audit) and row.audit_id not in known:
            raise Uncounted(f"A row of {row.__tablename__} joined an audit nobody touched.")


def _note_what_a_statement_changes(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    if not isinstance(statement, Insert | Update | Delete):
        return
    table = _BY_TABLE.get(getattr(statement.table, "name", ""))
    touched = _of(state.session)[1]
    if table is None or touched.all:
        return
    if not isinstance(statement, Insert):
        _touch(state.session, _changed_by(state, table))
    elif table is Audit:
        touched.unsaid = True
    else:
        _touch(state.session, _joined_by(state))


def _changed_by(state: ORMExecuteState, table: type[Any]) -> set[int]:
    """The audits of the rows that a statement will change or delete."""
    statement: Any = state.statement
    if state.is_executemany:
        raise Uncounted(f"Rows of {table.__tablename__} would change and nobody could say which.")
    which = select(table.id if table is Audit else table.audit_id)
    if statement.whereclause is not None:
        which = which.where(statement.whereclause)
    given = state.parameters if isinstance(state.parameters, dict) else {}
    return set(state.session.connection().scalars(which, given))


def _joined_by(state: ORMExecuteState) -> set[int]:
    """The audits that rows about to be inserted belong to."""
    given: Any = state.parameters or []
    rows = [given] if isinstance(given, dict) else given
    if not rows or any("audit_id" not in row for row in rows):
        raise Uncounted("Rows would be inserted and nobody could say of which audits.")
    return {row["audit_id"] for row in rows}


def _put_into_tallies(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.pop(_KEY, None)
    if touched is None:
        return
    if touched.all:
        count_all(session.connection())
    elif touched.unsaid:
        raise Uncounted("Audits were inserted and nobody said which.")
    elif touched.batches:
        _apply(session, touched)


def _apply(session: Session, touched: _Touched) -> None:
    connection = session.connection()
    after = read(connection, touched.audits)
    before = read(connection, ())
    for batch in touched.batches:
        for name, counted in batch.before.items():
            before[name].update(counted)
    changed = difference(after, before)
    if any(changed.values()):
        add_to_tallies(connection, changed)


def _forget_what_was_undone(session: Session, undone: SessionTransaction) -> None:
    if (touched := session.info.get(_KEY)) is not None and undone.nested:
        touched.batches = [each for each in touched.batches if undone not in each.within]


def _begin_anew(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_KEY, None)


_LISTENERS: dict[str, Any] = {
    "before_flush": _note_what_changes,
    "after_flush": _note_what_is_new,
    "do_orm_execute": _note_what_a_statement_changes,
    "before_commit": _put_into_tallies,
    "after_soft_rollback": _forget_what_was_undone,
    "after_transaction_end": _begin_anew,
}
