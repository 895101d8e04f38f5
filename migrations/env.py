"""Runs migrations so that no row is lost: backup, foreign keys off, rows counted before and after.

SQLite changes a table by copying it; with foreign keys on, dropping the old copy silently deletes
the rows of every table that refers to it. So they are off, outside the transaction, and the
migration is undone when any table has lost a row or any reference points nowhere.

On PostgreSQL people go on working while a migration runs, in workers of the version before it. One
migration runs at a time. It takes all tables at once, for a moment at a time until it gets them, so
that it never waits for somebody who waits for it; who reads or writes meanwhile waits until it has
ended. Where it does not get them, it gives up with nothing changed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.config import fileConfig
from pathlib import Path
from time import monotonic, sleep

from alembic import context
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection, Engine, MetaData, Table, func, inspect, select
from sqlalchemy.exc import OperationalError

from audit_app.models.sqlite import WRITES

# Alembic configures logging from its own file; loggers that exist already stay as they are.
fileConfig(context.config.config_file_name, disable_existing_loggers=False)
log = logging.getLogger("alembic.env")

database = current_app.extensions["migrate"].db

#: Set to 1 to let a downgrade drop tables that hold rows.
LOSE_ROWS = "MIGRATION_MAY_LOSE_ROWS"

#: For how many seconds a migration tries to have the tables to itself.
PATIENCE = "MIGRATION_PATIENCE"
USUAL_PATIENCE = 30
#: What migrations queue for.
_QUEUE = 0x4D494752
#: In milliseconds; half the time after which PostgreSQL looks for people who wait for each other,
#: and would turn one of them away.
_LONGEST_HOLD_UP = 500
#: In seconds; people get on between two tries.
_PAUSE = 1

#: How the names of tables begin that are made of the records in the others: a step up makes them
#: again.
MADE_AGAIN = ("tallies", "moderation_tallies", "moderation_waits", "passage")
#: The index of words is the database's own, a table on one and a column on another.
NOT_IN_MODELS = {
    ("table", "passage_words"),
    ("column", "words"),
    ("index", "ix_passages_words"),
}


class RowsLost(Exception):
    """A migration would have lost rows; it was undone."""


class TablesInUse(CommandError):
    """Somebody was using the tables all the time; nothing was changed."""


def run() -> None:
    engine: Engine = database.engine
    _back_up(engine)
    connection = engine.connect().execution_options(**WRITES)
    with connection, _foreign_keys_off(connection), connection.begin():
        _be_alone(connection)
        # Configured inside the transaction, so that Alembic leaves ending it to this function.
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_name=_in_models,
            **current_app.extensions["migrate"].configure_args,
        )
        before = _count_rows(connection)
        with context.begin_transaction():
            context.run_migrations()
        _check(connection, before)


def _back_up(engine: Engine) -> None:
    """Copy a SQLite database before touching it; other databases are backed up by their operator."""
    path = Path(engine.url.database or "")
    if engine.dialect.name != "sqlite" or not path.is_file() or not path.stat().st_size:
        return
    with engine.connect() as connection:
        if _is_current(connection):
            return
    copy = path.with_name(
        f"{path.stem}-before-migration-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.sqlite"
    )
    # Nobody but whoever migrates reads the copy, whatever is usual for new files here.
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(f"VACUUM INTO '{copy}'")
        connection.exec_driver_sql("BEGIN")
    log.info("Copied the database to %s", copy)


def _is_current(connection: Connection) -> bool:
    at = MigrationContext.configure(connection).get_current_heads()
    # A database without a version yet is new: there is nothing to copy.
    return not at or set(at) == set(ScriptDirectory.from_config(context.config).get_heads())


def _be_alone(connection: Connection) -> None:
    """Wait for another migration to end, then take the tables. SQLite lets one write at a time."""
    if connection.dialect.name == "sqlite":
        return
    connection.execute(select(func.pg_advisory_xact_lock(_QUEUE)))
    # Whether a worker is ready is asked of the version, also while a migration runs.
    tables = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    if tables and not _is_current(connection):
        _take(connection, tables)


def _take(connection: Connection, tables: list[str]) -> None:
    """Lock every table, or none.

    Raises:
        TablesInUse: when there was no moment at which nobody used them.
    """
    quoted = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in tables)
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LONGEST_HOLD_UP}")
    until = monotonic() + float(os.environ.get(PATIENCE, USUAL_PATIENCE))
    while True:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"LOCK TABLE {quoted} IN ACCESS EXCLUSIVE MODE")
        except OperationalError as problem:
            if getattr(problem.orig, "sqlstate", None) != "55P03":
                raise
        else:
            return
        if monotonic() >= until:
            raise TablesInUse(
                "The tables were in use all the time, perhaps by a backup. Nothing was changed: "
                f"try again later, or set {PATIENCE} to more seconds"
            )
        sleep(_PAUSE)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite ignores the switch inside a transaction, so it is thrown before one begins."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _in_models(name: str | None, kind: str, parents: object) -> bool:
    """Whether a model says what this should be. SQLite keeps an index of words in several tables."""
    return not (name or "").startswith("passage_words_") and (kind, name) not in NOT_IN_MODELS


def _count_rows(connection: Connection) -> dict[str, int]:
    names = inspect(connection).get_table_names()
    return {
        name: connection.scalar(select(func.count()).select_from(Table(name, MetaData()))) or 0
        for name in names
        if name != "alembic_version" and not name.startswith(MADE_AGAIN)
    }


def _check(connection: Connection, before: dict[str, int]) -> None:
    after = _count_rows(connection)
    lost = {name: rows - after.get(name, 0) for name, rows in before.items()}
    lost = {name: rows for name, rows in lost.items() if rows > 0}
    if lost and os.environ.get(LOSE_ROWS) != "1":
        raise RowsLost(f"This migration would lose rows, so it was undone: {lost}")
    if connection.dialect.name == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if loose:
            raise RowsLost(f"This migration would leave references to nowhere: {loose[:5]}")


run()
