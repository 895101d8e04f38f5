"""How SQLite is opened so that nothing acknowledged is lost and nobody waits for nothing.

Write-ahead logging lets people read while one person writes; ``synchronous=FULL`` keeps the last
commit through a power cut; foreign keys are enforced. A transaction that will write takes the write
lock at its start (``BEGIN IMMEDIATE``): one that reads first and writes later would fail at once
with "database is locked" when somebody else wrote in between. Whoever needs the lock waits for it
up to :data:`LONGEST_WAIT`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import scoped_session

_WRITES = "audit_writes"

#: Execution options: what a connection is for, whatever the request it is opened in. Without
#: either, a request that changes nothing reads, and everything else writes.
READS = {_WRITES: False}
WRITES = {_WRITES: True}

#: In milliseconds. The longest anybody writes is an import of as many audits as a file may hold,
#: which takes seconds; a person who saves meanwhile should wait rather than be turned away. Well
#: below the two minutes after which a worker is taken for dead.
LONGEST_WAIT = 20_000
_LITTLE = 1_000

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@contextmanager
def reading(session: scoped_session[Any]) -> Iterator[None]:
    """A transaction that only reads, for slow work in the middle of which nobody should wait.

    It begins and ends here: whatever the session had begun and not committed is undone.
    """
    session.rollback()
    session.connection(execution_options=READS)
    try:
        yield
    finally:
        session.rollback()


@contextmanager
def waiting_little(connection: Connection) -> Iterator[None]:
    """For what can be left undone: whoever writes is waited for a second at most.

    Called before anything is asked of the connection.
    """
    itself = connection.connection.driver_connection
    if not isinstance(itself, SqliteConnection):
        yield
        return
    itself.execute(f"PRAGMA busy_timeout={_LITTLE}")
    try:
        yield
    finally:
        itself.execute(f"PRAGMA busy_timeout={LONGEST_WAIT}")


class ReadOnlyConnection(SqliteConnection):
    """A connection to a file that this service must not change, not even in how it is kept."""


@event.listens_for(Engine, "connect")
def _open(connection: Any, record: Any) -> None:
    if not isinstance(connection, SqliteConnection):
        return
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={LONGEST_WAIT}")
    if isinstance(connection, ReadOnlyConnection):
        connection.execute("PRAGMA query_only=ON")
        return
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is replaced by another row is asked for as what is deleted.
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if will_write(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # Takes no lock, so nothing can go wrong that need be told in SQLAlchemy's words; every page
    # begins two of these, and by its way of asking they would take longer than what they read.
    opened: Any = connection.connection.driver_connection
    opened.execute("BEGIN")


def will_write(connection: Connection) -> bool:
    said = connection.get_execution_options().get(_WRITES)
    if said is not None:
        return bool(said)
    return not (has_request_context() and request.method in _READING_METHODS)
