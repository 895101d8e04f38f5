"""How PostgreSQL is asked the same things quickly.

What a connection asked a few times is prepared, so that the database reads and plans it no more:
half of its work on a save. Only for whoever writes, whose statements look for single rows; a plan
that was made for no period and no place in particular would be a slow one for figures.

The driver forgets all that it prepared when it undoes a transaction, as a table may have been made
in it. One in which nothing but questions were asked has nothing to undo, and ends by a commit.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from psycopg import Connection as PsycopgConnection
from psycopg import Error as PsycopgError
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event

from audit_app.models.sqlite import will_write

#: How often something is asked before it is prepared.
_OFTEN = 5
_DID_MORE = "did_more_than_ask"


def prepare_what_is_written() -> None:
    """From now on, for every connection of this process."""
    for name, listener in _LISTENERS.items():
        if not event.contains(Engine, name, listener):
            event.listen(Engine, name, listener)


def _begin(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, PsycopgConnection):
        driver.prepare_threshold = _OFTEN if will_write(connection) else None
        connection.info[_DID_MORE] = False


def _note(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
    if not statement.startswith("SELECT"):
        connection.info[_DID_MORE] = True


def _end(connection: Connection) -> None:
    if connection.invalidated or connection.info.get(_DID_MORE, True):
        return
    driver = connection.connection.driver_connection
    if isinstance(driver, PsycopgConnection) and _has_begun(driver):
        # One that is gone is told of as the transaction is undone all the same.
        with suppress(PsycopgError):
            driver.commit()


def _has_begun(driver: PsycopgConnection[Any]) -> bool:
    return driver.info.transaction_status is TransactionStatus.INTRANS


_LISTENERS: dict[str, Any] = {"begin": _begin, "after_cursor_execute": _note, "rollback": _end}
