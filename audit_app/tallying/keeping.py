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

_PARTS = ("findings", "judgements", "moderation", "draw")
#: What of each table counting reads. Rows of judgements are added and never changed.
_COUNTED: dict[type[Any], frozenset[str]] = {
    Audit: frozenset(
        {
            *("state", "imported", "audit_date", "audit_month", "audit_type", "selection"),
            *("service", "service_id", "locality", "locality_id", "team", "team_id"),
            *("overall", "final_overall", *_PARTS),
        }
    ),
    Finding: frozenset({"audit_id", "thread", "thread_id", "judgement", "final_judgement"}),
    JudgementRow: frozenset(),
    Moderation: frozenset({"audit_id", "moderated_on", "overall", "blind"}),
    ModerationDraw: frozenset({"audit_id", "chosen_because"}),
}
#: What a statement may change: a thread's code says what its findings are counted under.
_BY_TABLE: dict[str, type[Any]] = {
    **{table.__tablename__: table for table in _COUNTED},
    Thread.__tablename__: Thread,
}
_KEY = "tallying"


#: The savepoints that something was done in: undoing one of them undoes it.
_Savepoints = tuple[SessionTransaction, ...]


class Uncounted(Exception):
    """Something would be written that the tallies could not follow; nothing was written."""


@dataclass(frozen=True)
class _Batch:
    """Audits that were first touched together, and what they added until then."""

    audits: frozenset[int]
    before: Counts
    within: _Savepoints


@dataclass
class _Touched:
    """What a transaction has changed so far of what is counted."""

    batches: list[_Batch] = field(default_factory=list)
    #: Where audits were inserted as bare rows, and not yet said which.
    unsaid: list[_Savepoints] = field(default_factory=list)
    #: Where it was said that every audit is to be counted again.
    all: list[_Savepoints] = field(default_factory=list)

    @property
    def audits(self) -> set[int]:
        return {each for batch in self.batches for each in batch.audits}

    def forget(self, undone: SessionTransaction) -> None:
        self.batches = [each for each in self.batches if undone not in each.within]
        self.unsaid = [each for each in self.unsaid if undone not in each]
        self.all = [each for each in self.all if undone not in each]


def added(session: AnySession, audits: Iterable[int]) -> None:
    """Say which audits were just inserted as bare rows. Their findings may follow."""
    session, touched = _of(session)
    touched.unsaid.clear()
    new = frozenset(audits) - touched.audits
    # Whatever is undone: they may have been inserted ahead of the savepoint they are named in, and
    # one that is not there any more adds nothing.
    touched.batches.append(_Batch(new, read(session.connection(), ()), within=()))


def count_again(session: AnySession) -> None:
    """Let this transaction write as it likes, and count every audit again before its commit.

    For filling a database: the more audits it holds, the longer it takes.
    """
    session, touched = _of(session)
    touched.all.append(_savepoints(session))


def keep_tallies() -> None:
    """From now on, for every session of this process."""
    for name, listener in LISTENERS.items():
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def _of(session: AnySession) -> tuple[Session, _Touched]:
    one = session() if isinstance(session, scoped_session) else session
    touched: _Touched = one.info.setdefault(_KEY, _Touched())
    return one, touched


def _savepoints(session: Session) -> _Savepoints:
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
    others = (*session.deleted, *session.new)
    rows = [row for row in session.dirty if type(row) in _COUNTED and _counted_differently(row)]
    rows += [row for row in others if type(row) in _COUNTED]
    rows += [part for row in rows if isinstance(row, Audit) for part in _given(row)]
    changing = {audit for row in rows for audit in _audits_of(session, row)}
    _touch(session, changing | _audits_of_renamed(session))


def _given(audit: Audit) -> list[Any]:
    """The parts an audit was given, each of which may be another's until now."""
    lists = (inspect(audit).attrs[name].history.added for name in _PARTS)
    return [part for each in lists for part in each if part is not None]


def _audits_of(session: Session, row: Any) -> set[int]:
    """The audits, there already, whose counts this row's change may change."""
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
    return _audits_judged_by(session, renamed)


def _audits_judged_by(session: Session, threads: Collection[int]) -> set[int]:
    which = select(Finding.audit_id).where(Finding.thread_id.in_(threads))
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
        touched.unsaid.append(_savepoints(state.session))
    elif table is not Thread:
        _touch(state.session, _joined_by(state))


def _changed_by(state: ORMExecuteState, table: type[Any]) -> set[int]:
    """The audits of the rows that a statement will change or delete."""
    statement: Any = state.statement
    if state.is_executemany:
        raise Uncounted(f"Rows of {table.__tablename__} would change and nobody could say which.")
    which = select(table.id if table in (Audit, Thread) else table.audit_id)
    if statement.whereclause is not None:
        which = which.where(statement.whereclause)
    given = state.parameters if isinstance(state.parameters, dict) else {}
    found = set(state.session.connection().scalars(which, given))
    return _audits_judged_by(state.session, found) if table is Thread else found


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
        touched.forget(undone)


def _begin_anew(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_KEY, None)


LISTENERS: dict[str, Any] = {
    "before_flush": _note_what_changes,
    "after_flush": _note_what_is_new,
    "do_orm_execute": _note_what_a_statement_changes,
    "before_commit": _put_into_tallies,
    "after_soft_rollback": _forget_what_was_undone,
    "after_transaction_end": _begin_anew,
}
