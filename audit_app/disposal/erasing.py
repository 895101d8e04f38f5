"""Seeing that what is deleted is overwritten too, as far as a database can be made to.

On SQLite only: PostgreSQL frees the room of deleted rows by itself and uses it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from audit_app.extensions import db
from audit_app.models.sqlite import WRITES

#: Pages of the index of words that are gone through in one transaction, so that nobody waits long.
_PAGES = 500


@contextmanager
def overwriting() -> Iterator[None]:
    """What this transaction deletes is overwritten with zeros in the file."""
    if not _on_sqlite():
        yield
        return
    connection = db.session.connection()
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")


def overwrite_copies() -> None:
    """Clear what was deleted out of the index of words and out of the log of what was written."""
    if not _on_sqlite():
        return
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITES) as connection:
        pages = -_PAGES
        while _merge_words(connection, pages):
            pages = _PAGES
    _empty_log()


def _on_sqlite() -> bool:
    return bool(db.engine.dialect.name == "sqlite")


def _merge_words(connection: Connection, pages: int) -> bool:
    """Merge some of the index, which keeps a deleted word until then; whether there is more."""
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    before = _changes(connection)
    connection.exec_driver_sql(
        "INSERT INTO passage_words (passage_words, rank) VALUES ('merge', ?)", (pages,)
    )
    more = _changes(connection) - before >= 2
    connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    connection.commit()
    return more


def _changes(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _empty_log() -> None:
    """Fold the write-ahead log into the file and empty it; somebody reading may put that off."""
    raw = db.engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()
