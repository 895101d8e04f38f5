"""What a database holds, counted: what a backup says of itself, and is held against later."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Engine, Integer, String, column, func, inspect, select, table
from sqlalchemy.exc import DBAPIError

from audit_app.history.queries import verify_chain
from audit_app.models import Base, HistoryEvent, HistorySeal

#: What is made by the database itself to find words by, on SQLite alone.
_INDEX_OF_WORDS = "passage_words"


@dataclass(frozen=True)
class Contents:
    """The rows of each table, the newest migration, and how far history had got.

    ``migration`` is none where the service never migrated; ``history`` is the place and checksum of
    the newest seal, none before there were seals.
    """

    tables: dict[str, int]
    migration: str | None
    history: tuple[int, str] | None

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def contents(connection: Connection) -> Contents:
    """Count everything; to be asked in one transaction that sees one moment."""
    names = [
        name
        for name in sorted(inspect(connection).get_table_names())
        if name != "alembic_version" and not name.startswith(_INDEX_OF_WORDS)
    ]
    counted = {
        name: connection.scalar(select(func.count()).select_from(table(name))) or 0
        for name in names
    }
    migration = MigrationContext.configure(connection).get_current_revision()
    return Contents(
        counted, migration, _newest_seal(connection) if "history_seals" in names else None
    )


def _newest_seal(connection: Connection) -> tuple[int, str] | None:
    place, checksum = column("position", Integer), column("checksum", String)
    seals = select(place, checksum).select_from(table("history_seals"))
    found = connection.execute(seals.order_by(place.desc()).limit(1)).first()
    return (found[0], found[1]) if found else None


def differences(said: Contents, found: Contents) -> list[str]:
    """What is not as it was said to be, in sentences."""
    wrong = []
    for name in sorted(said.tables.keys() | found.tables.keys()):
        expected, there = said.tables.get(name), found.tables.get(name)
        if expected != there:
            wrong.append(f"{name} holds {there or 0:,} rows and should hold {expected or 0:,}")
    if said.migration != found.migration:
        wrong.append(f"it is at migration {found.migration} and should be at {said.migration}")
    if said.history != found.history:
        wrong.append("history does not end where it should")
    return wrong


def chain_problems(connection: Connection) -> tuple[str, ...] | None:
    """What is wrong with the chain of history, in sentences; none of them where it holds.

    Nothing at all comes back of a database that keeps history in another way than this version.
    """
    if not (keeps(connection, HistoryEvent) and keeps(connection, HistorySeal)):
        return None
    return verify_chain(connection).problems


def keeps(connection: Connection, model: type[Base]) -> bool:
    """Whether a database keeps records of a kind as this version does."""
    there, name = inspect(connection), model.__tablename__
    if not there.has_table(name):
        return False
    return {each.name for each in model.__table__.columns} <= {
        column["name"] for column in there.get_columns(name)
    }


def newest_migration() -> str | None:
    """The newest migration that this version of the service knows."""
    folder = current_app.extensions["migrate"].directory
    return ScriptDirectory(folder).get_current_head()


def is_empty(engine: Engine) -> bool:
    """Whether a database has no table at all."""
    with engine.connect() as connection:
        return not inspect(connection).get_table_names()


def is_ours(engine: Engine) -> bool:
    """Whether the tables of a database are those of this service."""
    try:
        with engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
    except DBAPIError:
        return False
    return {"alembic_version", "audits", "history_events"} <= names
