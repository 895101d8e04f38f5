"""Copying, checking and putting back a database of SQLite.

``VACUUM INTO`` copies what the database held at one moment while others read and write, and leaves
behind what was deleted: a backup brings nothing back whose time was up.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine

from audit_app.backup import Refused
from audit_app.backup.container import pieces_of, refuse_if_full, sync_folder
from audit_app.models.sqlite import LONGEST_WAIT
from audit_app.web.read_copy import engine_options

#: What SQLite keeps beside a database, by how its name goes on.
_BESIDE = ("-wal", "-shm", "-journal")
#: In milliseconds: a service that was just stopped may still be closing its files.
_LONGEST_TO_CLOSE = 3000


@contextmanager
def copied(url: URL, folder: Path) -> Iterator[Path]:
    """A copy in a folder of its own within another, gone afterwards.

    Raises:
        Refused: when there is no database, or it cannot be copied.
    """
    source = file_of(url)
    if not source.is_file():
        raise Refused(f"There is no database at {source}")
    # The copy, and the archive made of it.
    refuse_if_full(folder, 2 * _size_of(source))
    with TemporaryDirectory(prefix=".backup-", dir=folder) as inside:
        copy = Path(inside) / "copy"
        try:
            with closing(_open(source, LONGEST_WAIT)) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))
        except sqlite3.Error as problem:
            raise Refused(f"The database cannot be copied: {problem}") from None
        yield copy


def _size_of(source: Path) -> int:
    beside = source.with_name(source.name + "-wal")
    return source.stat().st_size + (beside.stat().st_size if beside.is_file() else 0)


def pieces(copy: Path) -> Iterator[bytes]:
    with copy.open("rb") as file:
        yield from pieces_of(file)


def read_only(copy: Path) -> Engine:
    """A copy to be looked at, and left byte for byte as it is."""
    return create_engine(**engine_options(f"sqlite:///{copy}"))


def refuse_if_unsound(copy: Path) -> None:
    """Have SQLite look at every page and every reference.

    Raises:
        Refused: when something is amiss.
    """
    try:
        with closing(_open(copy, LONGEST_WAIT)) as connection:
            found = connection.execute("PRAGMA integrity_check(5)").fetchall()
            loose = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.Error as problem:
        raise Refused(f"The copy in the backup is damaged: {problem}") from None
    if found != [("ok",)]:
        raise Refused("The copy in the backup is damaged: " + "; ".join(row[0] for row in found))
    if loose:
        tables = ", ".join(sorted({row[0] for row in loose}))
        raise Refused(f"The copy in the backup has references to nowhere: {tables}")


def refuse_if_in_use(target: Path) -> None:
    """See that nobody has a database open, and fold into the file what is kept beside it.

    What is no database, or too damaged to be opened, is in nobody's use.

    Raises:
        Refused: when somebody has it open.
    """
    if not target.is_file():
        return
    try:
        with closing(_open(target, _LONGEST_TO_CLOSE)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as problem:
        if "locked" in str(problem):
            raise Refused(
                f"The service is using {target}. Stop it, and whatever else has the database "
                "open, and try again"
            ) from None
    except sqlite3.DatabaseError:
        return


def holds_something(target: Path) -> bool:
    """Whether there is a database with tables, or a file that is no database."""
    if not target.is_file() or not target.stat().st_size:
        return False
    try:
        with closing(_open(target, LONGEST_WAIT)) as connection:
            return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
    except sqlite3.DatabaseError:
        return True


@contextmanager
def copied_beside(copy: Path, target: Path) -> Iterator[Path]:
    """A second copy, on the disk where it is to be moved into place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    refuse_if_full(target.parent, copy.stat().st_size)
    with TemporaryDirectory(prefix=".restore-", dir=target.parent) as folder:
        ready = Path(folder) / "database"
        shutil.copyfile(copy, ready)
        yield ready


def put_in_place(copy: Path, target: Path, keep: bool) -> Path | None:
    """Move a database to where the service looks for it; where what was there went comes back.

    What was there is kept beside it as it was, for its owner alone, unless it was empty. Nobody may
    have it open.
    """
    owner = target if target.exists() else target.parent
    _belong_to_owner_of(copy, owner)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    aside = target.with_name(
        f"{target.stem}-before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{target.suffix}"
    )
    for ending in ("", *_BESIDE):
        there = target.with_name(target.name + ending)
        if there.exists() and keep:
            there.chmod(0o600)
            there.rename(aside.with_name(aside.name + ending))
        else:
            there.unlink(missing_ok=True)
    copy.rename(target)
    sync_folder(target.parent)
    return aside if keep else None


def _belong_to_owner_of(copy: Path, of: Path) -> None:
    """Whoever restores as root leaves a database that the service can write to."""
    if os.geteuid() == 0:
        os.chown(copy, of.stat().st_uid, of.stat().st_gid)
    copy.chmod(of.stat().st_mode & 0o777 if of.is_file() else 0o600)


def file_of(url: URL) -> Path:
    return Path(url.database or "").absolute()


def _open(file: Path, longest_wait: int) -> sqlite3.Connection:
    """Opened as it is: a file that is not there is not made."""
    address = f"file:{quote(str(file))}?mode=rw"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout={longest_wait}")
    return connection
