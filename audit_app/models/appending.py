"""Rows that are added and never changed or deleted: judgements, and what is said of escalations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

#: The tables the database itself lets nobody change or remove a row of, whoever asks: rows are
#: added, and that is all. The migrations made it so; whoever gives rights on tables gives no others
#: on these.
ONLY_ADDED = (
    "alert_acknowledgements",
    "disposal_certificates",
    "history_events",
    "history_seals",
    "prints",
    "published_documents",
)


class RowKept(Exception):
    """Something tried to change or delete what is kept for ever; nothing was written."""


def keep_for_ever(table: type[Any], refusal: RowKept) -> None:
    """Refuse to change or delete any row of a table."""
    refuse(table, "before_update", refusal)
    refuse(table, "before_delete", refusal)


def refuse(table: type[Any], what: str, refusal: RowKept) -> None:
    def stop(mapper: object, connection: object, row: object) -> None:
        raise refusal

    event.listen(table, what, stop)
