"""Writing many made-up rows at once: straight into the table, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from audit_app.extensions import db
from audit_app.models import Base, HistoryEvent, User

Row = dict[str, Any]


def add(table: type[Base], new: Iterable[Row]) -> None:
    """Add rows that all say the same columns."""
    if values := list(new):
        db.session.execute(insert(table.__table__), values)  # type: ignore[arg-type]


def change(table: type[Base], rows: Iterable[Row]) -> None:
    """Change rows by their ``id``; all say the same columns."""
    if values := list(rows):
        named = [{f"_{name}": value for name, value in row.items()} for row in values]
        columns: Any = table.__table__.c
        changed: Row = {name: bindparam(f"_{name}") for name in values[0] if name != "id"}
        wanted = update(table.__table__).where(columns.id == bindparam("_id"))  # type: ignore[arg-type]
        db.session.execute(wanted.values(changed), named)


def numbers_of(table: Any, references: Iterable[str]) -> dict[str, int]:
    """Row numbers by reference."""
    rows = db.session.execute(
        select(table.reference, table.id).where(table.reference.in_(list(references)))
    )
    return {row.reference: row.id for row in rows}


def event(by: User | None, verb: str, record: str, reference: str, when: datetime) -> Row:
    """A row of :class:`HistoryEvent`."""
    return {
        "at": when,
        "user_id": None if by is None else by.id,
        "verb": verb,
        "record_type": record,
        "record_reference": reference,
    }


def remember(events: Iterable[Row]) -> None:
    """Add what happened to the history, in the order of time."""
    add(HistoryEvent, sorted(events, key=lambda each: each["at"]))
