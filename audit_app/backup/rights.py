"""What the service's own role may do in PostgreSQL: its work, and nothing to history.

The tables belong to another role, which migrates, restores and gives rights. Whoever takes over the
service's own can neither change nor remove what is only added to, nor the triggers that guard it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from audit_app.backup import Refused
from audit_app.extensions import db
from audit_app.models import ONLY_ADDED as ONLY_ADDED_TO

ONLY_ADDED = frozenset(ONLY_ADDED_TO)
READ = frozenset({"alembic_version"})
_EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
_FROM_NOW_ON = "ALTER DEFAULT PRIVILEGES IN SCHEMA public"


@dataclass(frozen=True)
class Given:
    """How many tables may be written to in every way, and how many only added to."""

    written: int
    added: int


def give_rights(role: str) -> Given:
    """Give a role what the service needs, and take away whatever else it was given before.

    Raises:
        Refused: when it cannot be, or the database could not keep the role from anything.
    """
    if db.engine.dialect.name != "postgresql":
        raise Refused("Only PostgreSQL has roles; SQLite refuses changes to history by itself")
    try:
        with db.engine.begin() as connection:
            _refuse_if_above_rights(connection, role)
            tables = set(inspect(connection).get_table_names())
            if not tables:
                raise Refused("There are no tables yet: run db upgrade first")
            _give(connection, role, tables)
    except DBAPIError as problem:
        raise Refused(f"The rights cannot be given: {problem.orig}") from None
    return Given(len(tables - ONLY_ADDED - READ), len(tables & ONLY_ADDED))


def _refuse_if_above_rights(connection: Connection, role: str) -> None:
    found = connection.execute(
        text(
            "SELECT rolsuper, (SELECT bool_or(pg_has_role(r.oid, c.relowner, 'MEMBER')) "
            "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')) AS owner, "
            "pg_has_role(r.oid, d.datdba, 'MEMBER') AS of_database "
            "FROM pg_roles AS r, pg_database AS d "
            "WHERE r.rolname = :role AND d.datname = current_database()"
        ),
        {"role": role},
    ).first()
    if found is None:
        raise Refused(f"There is no role {role}: make it with CREATE ROLE")
    if found.rolsuper or found.owner or found.of_database:
        raise Refused(
            f"{role} owns the tables or the database, or may do everything, so nothing can be kept "
            "from it. The service needs a role of its own"
        )


def _give(connection: Connection, role: str, tables: set[str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    who = quote(role)
    statements = [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON SCHEMA public FROM {who}",
        f"GRANT USAGE ON SCHEMA public TO {who}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {who}, PUBLIC",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {who}",
        f"{_FROM_NOW_ON} GRANT {_EVERYTHING} ON TABLES TO {who}",
        f"{_FROM_NOW_ON} GRANT USAGE, SELECT ON SEQUENCES TO {who}",
    ]
    for rights, names in (
        ("SELECT", tables & READ),
        ("SELECT, INSERT", tables & ONLY_ADDED),
        (_EVERYTHING, tables - ONLY_ADDED - READ),
    ):
        on = ", ".join(quote(name) for name in sorted(names))
        if on:
            statements.append(f"GRANT {rights} ON {on} TO {who}")
    for each in statements:
        connection.exec_driver_sql(each)
