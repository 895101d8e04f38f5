"""Databases for tests: SQLite files and, where there is a server, databases of PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from audit_app.models.sqlite import READS
from tests.sharing import Shared

POSTGRES = os.environ.get("TEST_POSTGRES_URL")
DATABASES = ("sqlite", "postgresql") if POSTGRES else ("sqlite",)


@contextmanager
def copy_of(database: str, migrated: str, folder: Path) -> Iterator[str]:
    """A copy of a database to write to, gone afterwards."""
    if database == "sqlite":
        copy = folder / "audit.sqlite"
        shutil.copy(migrated.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
        return
    name = f"test_{uuid.uuid4().hex[:12]}"
    _copy_postgres(migrated, name)
    yield _postgres_url(name)
    _postgres(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def empty_database(database: str, folder: Path) -> Iterator[str]:
    """The address of a database without tables, or of a file that is not there, gone afterwards."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'empty.sqlite'}"
        return
    name = f"test_{uuid.uuid4().hex[:12]}"
    _postgres(f"CREATE DATABASE {name}")
    yield _postgres_url(name)
    _postgres(f"DROP DATABASE {name} WITH (FORCE)")


def new_database(database: str, shared: Shared, what: str, of: str | None = None) -> str:
    """The address of a new database that the run's workers share, a copy of another or empty."""
    if database == "sqlite":
        file = shared.folder / f"{what}.sqlite"
        if of:
            shutil.copy(of.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"
    name = f"{_shared_name(shared.run)}_{what}"
    if of:
        _copy_postgres(of, name)
    else:
        _postgres(f"CREATE DATABASE {name}")
    return _postgres_url(name)


def forbid_writing(engine: Engine) -> None:
    """Let an engine only read, so that a test cannot leave something behind for the next."""
    engine.update_execution_options(**READS)

    @event.listens_for(engine, "connect")
    def only_read(connection: Any, record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.read_only = True


def fold_log_into_file(url: str) -> None:
    """So that copying the one file copies everything."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _postgres(statement: str) -> None:
    with _postgres_itself().connect() as connection:
        connection.execute(text(statement))


def drop_shared_databases(run: str) -> None:
    """Take away what the workers of a run shared on PostgreSQL."""
    names = text("SELECT datname FROM pg_database WHERE starts_with(datname, :beginning)")
    with _postgres_itself().connect() as connection:
        for name in connection.scalars(names, {"beginning": _shared_name(run)}).all():
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@cache
def _postgres_itself() -> Engine:
    return create_engine(str(POSTGRES), isolation_level="AUTOCOMMIT")


def _copy_postgres(url: str, name: str) -> None:
    # Copying the template's files is several times as quick as writing it all to the log again.
    copied = f"TEMPLATE {make_url(url).database} STRATEGY FILE_COPY"
    _postgres(f"CREATE DATABASE {name} {copied}")


def _shared_name(run: str) -> str:
    return f"shared_{run[:12]}"


def _postgres_url(name: str) -> str:
    return make_url(str(POSTGRES)).set(database=name).render_as_string(hide_password=False)
