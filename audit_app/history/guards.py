"""Whether the database refuses, as the migrations made it refuse, to change what is only added to.

A trigger is believed for what it does, not for its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

from audit_app.models import ONLY_ADDED

#: By which a row is known that is already there, where that is not its number and its reference.
_KNOWN_BY = {
    "alert_acknowledgements": ("id",),
    "history_events": ("id",),
    "history_seals": ("position", "event_id"),
}
_USUAL = ("id", "reference")

_ON_SQLITE = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
#: Those that fire, always and for every column.
_ON_POSTGRESQL = """
SELECT c.relname, t.tgname, t.tgtype || ' ' || p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgattr::text = ''
    AND c.oid = to_regclass(quote_ident(c.relname))
"""
#: Before each row that is updated or deleted; before the table is emptied.
_MOMENTS = {"only_added": 1 + 2 + 8 + 16, "no_truncate": 2 + 32}
_REFUSES = "BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END"


def unguarded(connection: Connection) -> Iterator[str]:
    """What the database would now let somebody change, in sentences."""
    on_sqlite = connection.dialect.name == "sqlite"
    asked = text(_ON_SQLITE if on_sqlite else _ON_POSTGRESQL)
    there = {(row[0], row[1], _plain(row[2])) for row in connection.execute(asked)}
    for table in ONLY_ADDED:
        made = _made_on_sqlite(table) if on_sqlite else _made_on_postgresql(table)
        missing = [name for name, does in made if (table, name, _plain(does)) not in there]
        if missing:
            yield (
                f"The database no longer refuses every change to {table}: "
                f"{', '.join(missing)} is gone, or is not what the service made."
            )


def _made_on_sqlite(table: str) -> Iterable[tuple[str, str]]:
    refuses = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    known = " OR ".join(f"{key} = NEW.{key}" for key in _KNOWN_BY.get(table, _USUAL))
    there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {known}) "  # noqa: S608
    for verb, name, when in (
        ("INSERT", "replace", there),
        ("UPDATE", "update", ""),
        ("DELETE", "delete", ""),
    ):
        named = f"{table}_no_{name}"
        yield named, f"CREATE TRIGGER {named} BEFORE {verb} ON {table} {when}{refuses}"


def _made_on_postgresql(table: str) -> Iterable[tuple[str, str]]:
    for name, moment in _MOMENTS.items():
        yield f"{table}_{name}", f"{moment} {_REFUSES}"


def _plain(said: str) -> str:
    """Without what a database adds as it keeps it: quotation marks round names, and line breaks."""
    return " ".join(said.replace('"', "").split())
