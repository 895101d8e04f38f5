"""Copying, checking and putting back a database of PostgreSQL, by its own programs.

The password goes to them in the environment, never on a command line that others can read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from audit_app.backup import Refused
from audit_app.backup.container import pieces_of

#: Where Debian keeps the programs, those of each version apart.
_DEBIAN = Path("/usr/lib/postgresql")
#: A migration has the tables to itself for a while.
_LONGEST_WAIT = "120s"
_SCHEMA = "public"
#: How the name begins of a schema that makes way for a backup.
_ASIDE = "before_restore_"
#: How much of what a program says against itself is passed on.
_LAST_LINES = 4


def engine_for(url: URL | str) -> Engine:
    return create_engine(url, hide_parameters=True)


@contextmanager
def one_moment(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A transaction that sees the database as it is now, and the name others see the same by."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection, connection.scalar(text("SELECT pg_export_snapshot()")) or ""


def size_of(connection: Connection) -> int:
    """In bytes; a dump, which is compressed and has no indexes, is smaller."""
    return connection.scalar(text("SELECT pg_database_size(current_database())")) or 0


def dumped(connection: Connection, url: URL, snapshot: str) -> Iterator[bytes]:
    """A dump of what a transaction sees, piece by piece."""
    command = [
        _program("pg_dump", connection),
        "--format=custom",
        f"--exclude-schema={_ASIDE}*",
        # Extensions belong to whoever looks after the server; the service needs none.
        "--extension=plpgsql",
        f"--snapshot={snapshot}",
        f"--lock-wait-timeout={_LONGEST_WAIT}",
        "--no-password",
        f"--dbname={_address(url)}",
    ]
    yield from _output(command, _secret(url), "The database cannot be copied")


def listed(copy: Path) -> None:
    """Have a dump's list of contents read.

    Raises:
        Refused: when it is no dump.
    """
    command = [_program("pg_restore"), "--list", str(copy)]
    for _ in _output(command, {}, "The copy in the backup is damaged"):
        pass


def rows_dumped(copy: Path) -> dict[str, int]:
    """The rows of each table, counted from the dump itself, all of which is read for it."""
    command = [_program("pg_restore"), "--data-only", "--file=-", str(copy)]
    counted: Counter[str] = Counter()
    table = None
    for line in _lines(_output(command, {}, "The copy in the backup is damaged")):
        if table is None:
            if line.startswith(b"COPY "):
                table = line.split()[1].decode().removeprefix(f"{_SCHEMA}.").strip('"')
                counted[table] = 0
        elif line == b"\\.":
            table = None
        else:
            counted[table] += 1
    del counted["alembic_version"]
    return dict(counted)


def load(copy: Path, engine: Engine) -> None:
    """Put a dump into a database without tables, all of it or nothing.

    Raises:
        Refused: when PostgreSQL does not take it.
    """
    with engine.connect() as connection:
        program = _program("pg_restore", connection)
    command = [
        program,
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        f"--dbname={_address(engine.url)}",
        str(copy),
    ]
    for _ in _output(command, _secret(engine.url), "The backup cannot be put back"):
        pass


def refuse_if_in_use(engine: Engine) -> None:
    """See that nobody else is connected.

    Raises:
        Refused: when somebody is.
    """
    others = text(
        "SELECT usename, count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend' "
        "GROUP BY usename ORDER BY usename"
    )
    with engine.connect() as connection:
        found = connection.execute(others).all()
    if found:
        who = ", ".join(f"{name} ({times})" for name, times in found)
        raise Refused(
            f"Others are connected to the database: {who}. Stop the service on every machine, "
            "and whatever else uses it, and try again"
        )


def refuse_if_shared(engine: Engine) -> None:
    """See that nothing of the server's own is among the tables.

    Raises:
        Refused: when there is.
    """
    among = text(
        "SELECT extname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace "
        "WHERE n.nspname = :schema ORDER BY extname"
    )
    with engine.connect() as connection:
        found = connection.scalars(among, {"schema": _SCHEMA}).all()
    if found:
        raise Refused(
            f"The schema {_SCHEMA} also holds {', '.join(found)}. Put the backup into a new, empty "
            "database, or give those a schema of their own: ALTER EXTENSION … SET SCHEMA …"
        )


@contextmanager
def instead_of_what_is_there(engine: Engine) -> Iterator[None]:
    """Whatever tables there are make way; they are dropped if all goes well, else come back."""
    aside = f"{_ASIDE}{datetime.now(UTC):%Y%m%d_%H%M%S}"
    _run(engine, f"ALTER SCHEMA {_SCHEMA} RENAME TO {aside}", f"CREATE SCHEMA {_SCHEMA}")
    try:
        yield
    except BaseException:
        _run(
            engine,
            f"DROP SCHEMA {_SCHEMA} CASCADE",
            f"ALTER SCHEMA {aside} RENAME TO {_SCHEMA}",
        )
        raise
    _run(engine, f"DROP SCHEMA {aside} CASCADE")


def make_empty(engine: Engine) -> None:
    """Take away everything that was put into a database for a trial."""
    _run(engine, f"DROP SCHEMA {_SCHEMA} CASCADE", f"CREATE SCHEMA {_SCHEMA}")


def _run(engine: Engine, *statements: str) -> None:
    """All of them or none."""
    with engine.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def _program(name: str, connection: Connection | None = None) -> str:
    """That of the server's own version, else the newest there is, else the one on the path.

    Raises:
        Refused: when there is none.
    """
    version = (connection and connection.dialect.server_version_info) or ("none",)
    same = _DEBIAN / str(version[0]) / "bin" / name
    newest = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda each: int(each.parts[-3]))
    for each in (same, *reversed(newest)):
        if each.is_file():
            return str(each)
    if on_path := shutil.which(name):
        return on_path
    raise Refused(
        f"{name} is not installed: install PostgreSQL's client programs "
        "(the package postgresql-client), of the server's version or a newer one"
    )


def _address(url: URL) -> str:
    """Where the database is, without the password."""
    _, named = PGDialect_psycopg().create_connect_args(url)
    return make_conninfo(**{name: value for name, value in named.items() if name != "password"})


def _secret(url: URL) -> dict[str, str]:
    return {"PGPASSWORD": str(url.password)} if url.password else {}


def _output(command: list[str], secret: dict[str, str], refusal: str) -> Iterator[bytes]:
    """What a program writes, piece by piece; a failure is told in its own last words."""
    with TemporaryFile() as said:
        # The program is one of PostgreSQL's, and no argument passes through a shell.
        with subprocess.Popen(  # noqa: S603
            command,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**os.environ, "LC_ALL": "C", **secret},
        ) as running:
            assert running.stdout is not None
            try:
                yield from pieces_of(running.stdout)  # type: ignore[arg-type]
            except BaseException:
                running.kill()
                raise
        if running.returncode:
            raise Refused(f"{refusal}: {_last_words(said)}")


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return " ".join(lines[-_LAST_LINES:]) or "the program did not say why"


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest
