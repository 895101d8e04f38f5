"""A row that several requests may write at the same moment, and that must be there once."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Executable, Table
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
    unless_there = _unless_there(model, session.get_bind().dialect.name)
    return session.execute(unless_there, values).first() is not None


@cache
def _unless_there(model: type[Base], dialect: str) -> Executable:
    table = model.__table__
    assert isinstance(table, Table)
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_nothing().returning(*table.primary_key)
