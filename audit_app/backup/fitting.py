"""Whether a database is one that this version of the service can work with."""

from __future__ import annotations

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from audit_app.backup import Refused
from audit_app.backup.queries import contents, newest_migration
from audit_app.models import Base

#: What a database of the service has had since its first migration.
_OURS = frozenset({"audits", "history_events"})


def why(problem: Exception) -> str:
    """Why it could not be done: in the database's own words, else the kind of what went wrong.

    Other messages quote what is stored.
    """
    return str(problem.orig) if isinstance(problem, DBAPIError) else type(problem).__name__


def refuse_what_is_not_ours(tables: set[str]) -> None:
    """See that a backup is one of this service, and not of whatever else has a database.

    Raises:
        Refused: when it is not.
    """
    if not tables >= _OURS:
        raise Refused("This is a backup of something else: the tables of the service are not in it")


def refuse_what_lacks_something(connection: Connection) -> None:
    """See that a database at this version's migration has every table and column of it.

    One at another migration may well have others.

    Raises:
        Refused: when it has not.
    """
    newest = newest_migration()
    if contents(connection).migration != newest:
        return
    missing = _missing(connection)
    if missing:
        raise Refused(
            f"It says that it is at migration {newest}, but lacks {', '.join(missing)}. It was "
            "changed by hand, or is not the service’s: take the backup before it"
        )


def _missing(connection: Connection) -> list[str]:
    there = {
        table: {column["name"] for column in columns}
        for (_, table), columns in inspect(connection).get_multi_columns().items()
    }
    missing = [name for name in Base.metadata.tables if name not in there]
    missing += [
        f"{name}.{column.name}"
        for name, kept in Base.metadata.tables.items()
        for column in kept.columns
        if name in there and column.name not in there[name]
    ]
    return sorted(missing)
