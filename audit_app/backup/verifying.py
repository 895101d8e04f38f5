"""Proving that a backup can be relied on, before it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from audit_app.backup import Refused, postgresql, sqlite
from audit_app.backup.container import opened
from audit_app.backup.fitting import refuse_what_is_not_ours, refuse_what_lacks_something, why
from audit_app.backup.manifest import Manifest
from audit_app.backup.queries import chain_problems, contents, differences, is_empty


@dataclass(frozen=True)
class Verified:
    """``put_back`` is whether the whole database was there to be asked, not only its rows counted;
    ``chain`` whether the chain of history was followed to where the backup says it ends.
    """

    manifest: Manifest
    put_back: bool
    chain: bool


def verify(path: Path, into: str | None = None) -> Verified:
    """Hold a backup against what it says of itself.

    One of PostgreSQL is put back for a trial ``into`` an empty database, which is left empty.

    Raises:
        Refused: when anything is amiss, with the backup or with the history in it.
    """
    with opened(path) as (manifest, copy):
        if manifest.kind == "sqlite":
            return _proved(manifest, problems_of_sqlite(copy, manifest))
        postgresql.listed(copy)
        refuse_other_counts(postgresql.rows_dumped(copy), manifest)
        if into is None:
            return Verified(manifest, put_back=False, chain=False)
        return _proved(manifest, _tried(copy, manifest, empty_place(into)))


def _proved(manifest: Manifest, problems: tuple[str, ...] | None) -> Verified:
    if problems:
        raise Refused(
            "The backup is as it was made, but history was not whole then: " + " ".join(problems)
        )
    return Verified(manifest, put_back=True, chain=problems is not None)


def problems_of_sqlite(copy: Path, manifest: Manifest) -> tuple[str, ...] | None:
    """See that a copy of SQLite is sound and as the manifest says; the problems of its history.

    Raises:
        Refused: when it is not.
    """
    sqlite.refuse_if_unsound(copy)
    refuse_what_is_not_ours(set(manifest.contents.tables))
    return problems_of(sqlite.read_only(copy), manifest)


def problems_of(engine: Engine, manifest: Manifest) -> tuple[str, ...] | None:
    """See that a database is as the manifest says; the problems of its history.

    History is looked at apart: a copy may be true of a database that was tampered with. Nothing
    comes back where it is not kept as this version keeps it.

    Raises:
        Refused: when it is not.
    """
    try:
        with engine.connect() as connection:
            wrong = differences(manifest.contents, contents(connection))
            if wrong:
                raise Refused("The backup is not what it says it is: " + "; ".join(wrong))
            refuse_what_lacks_something(connection)
            return chain_problems(connection)
    except (SQLAlchemyError, LookupError, ValueError) as problem:
        raise Refused(f"The copy in the backup cannot be read: {why(problem)}") from None


def refuse_other_counts(counted: dict[str, int], manifest: Manifest) -> None:
    """See that a dump holds as many rows of each table as the manifest says.

    Raises:
        Refused: when it does not.
    """
    said = manifest.contents.tables
    refuse_what_is_not_ours(set(said))
    if counted != said:
        names = sorted(
            name for name in said.keys() | counted.keys() if said.get(name) != counted.get(name)
        )
        raise Refused("The backup holds other rows than it says, of " + ", ".join(names))


def empty_place(address: str) -> URL:
    """Where a trial may be made, from what was typed.

    Raises:
        Refused: when it is no address of a database of PostgreSQL.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername != "postgresql+psycopg":
        raise Refused(
            "A trial needs an empty database of PostgreSQL: "
            "postgresql+psycopg://user:password@host/name"
        )
    return url


def _tried(copy: Path, manifest: Manifest, scratch: URL) -> tuple[str, ...] | None:
    engine = postgresql.engine_for(scratch)
    try:
        if not is_empty(engine):
            raise Refused(
                f"The database {scratch.database} is not empty: it is no place for a trial"
            )
        try:
            postgresql.load(copy, engine)
            return problems_of(engine, manifest)
        finally:
            postgresql.make_empty(engine)
    except DBAPIError as problem:
        raise Refused(f"The trial could not be made: {problem.orig}") from None
    finally:
        engine.dispose()
