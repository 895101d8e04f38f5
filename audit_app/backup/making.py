"""Making a backup while people work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from audit_app.backup import Refused, postgresql, sqlite
from audit_app.backup.container import (
    new_archive,
    put_copy,
    put_manifest,
    refuse_if_full,
    refuse_to_overwrite,
)
from audit_app.backup.manifest import Manifest, version_of_service
from audit_app.backup.queries import Contents, contents, newest_migration
from audit_app.extensions import db
from audit_app.models import remember
from audit_app.models.base import now


@dataclass(frozen=True)
class Made:
    """``remembered`` is whether history could be told: a backup is made of any database."""

    manifest: Manifest
    size: int
    remembered: bool


def back_up(path: Path) -> Made:
    """Make a backup of the service's database in a new file, and have history say so.

    Raises:
        Refused: when it cannot be made; nothing is left in the file's place.
    """
    manifest = make(path, db.engine.url)
    remembered = _remember(manifest)
    return Made(manifest, path.stat().st_size, remembered)


def make(path: Path, url: URL) -> Manifest:
    """Make a backup of any database in a new file.

    Raises:
        Refused: when it cannot be made; nothing is left in the file's place.
    """
    refuse_to_overwrite(path)
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}")
    kind = url.get_backend_name()
    copying = _of_sqlite if kind == "sqlite" else _of_postgresql
    try:
        with copying(url, path.parent) as (held, pieces), new_archive(path) as archive:
            made_at = now().isoformat(timespec="seconds")
            size, checksum = put_copy(archive, kind, pieces)
            manifest = Manifest(made_at, version_of_service(), kind, held, size, checksum)
            put_manifest(archive, manifest)
    except DBAPIError as problem:
        raise Refused(f"The database cannot be copied: {problem.orig}") from None
    return manifest


@contextmanager
def _of_sqlite(url: URL, folder: Path) -> Iterator[tuple[Contents, Iterator[bytes]]]:
    with sqlite.copied(url, folder) as copy:
        engine = sqlite.read_only(copy)
        with engine.connect() as connection:
            held = contents(connection)
        yield held, sqlite.pieces(copy)


@contextmanager
def _of_postgresql(url: URL, folder: Path) -> Iterator[tuple[Contents, Iterator[bytes]]]:
    engine = postgresql.engine_for(url)
    try:
        with postgresql.one_moment(engine) as (connection, snapshot):
            refuse_if_full(folder, postgresql.size_of(connection))
            held = contents(connection)
            yield held, postgresql.dumped(connection, url, snapshot)
    finally:
        engine.dispose()


def _remember(manifest: Manifest) -> bool:
    """Tell history, where it can be told: a database that is not migrated yet has another one."""
    if manifest.contents.migration != newest_migration():
        return False
    try:
        with Session(db.engine) as session:
            remember(session, None, "made a backup", "backup", manifest.reference)
            session.commit()
    except DBAPIError:
        return False
    return True
