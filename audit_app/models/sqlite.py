"""How SQLite is opened so that nothing acknowledged is lost and nobody waits for nothing.

Write-ahead logging lets people read while one person writes; ``synchronous=FULL`` keeps the last
commit through a power cut; foreign keys are enforced. A transaction that will write takes the write
lock at its start (``BEGIN IMMEDIATE``): one that reads first and writes later would fail at once
with "database is locked" when somebody else wrote in between.
"""

from __future__ import annotations

from sqlite3 import Connection as SqliteConnection
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Connection, Engine, event

#: Execution option: this connection writes, even inside a request that only reads.
WRITES = "audit_writes"

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@event.listens_for(Engine, "connect")
def _open(connection: Any, record: Any) -> None:
    if not isinstance(connection, SqliteConnection):
        return
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _will_write(connection) else "BEGIN")


def _will_write(connection: Connection) -> bool:
    if connection.get_execution_options().get(WRITES):
        return True
    return not (has_request_context() and request.method in _READING_METHODS)
