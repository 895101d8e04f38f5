"""A row that several requests may write at the same moment, and that must be there once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from audit_app.models.base import Base


def insert_unless_there(
    session: Session | scoped_session[Any], model: type[Base], **values: Any
) -> bool:
    """Insert a row, unless one with the same unique key is there already. Not committed.

    Returns whether it was inserted.
    Waits for whoever is inserting the same one; afterwards the row can be read and locked.
    """
    table = model.__table__
    assert isinstance(table, Table)
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(table) if on_sqlite else postgresql.insert(table)
    unless_there = insert.values(**values).on_conflict_do_nothing()
    return session.execute(unless_there.returning(*table.primary_key)).first() is not None
