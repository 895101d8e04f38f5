"""A copy of the records to count figures in, such as a replica that PostgreSQL keeps up.

It may be minutes behind, so it answers nothing about who somebody is or what they may see, and it
is never written to: the database itself refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import NullPool, func, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from audit_app.extensions import db
from audit_app.models.sqlite import LONGEST_WAIT, READS, ReadOnlyConnection

#: The name its engine goes by.
COPY = "copy"
#: In seconds: a copy that is gone must not keep the people of this machine waiting.
LONGEST_TO_CONNECT = 2
#: In seconds: the records themselves may be at a machine that is just being started.
LONGEST_TO_CONNECT_TO_RECORDS = 10


class CopyDoesNotAnswer(Exception):
    """The copy of the records cannot be reached, or cannot answer what was asked of it."""


def records_options(address: str) -> dict[str, Any]:
    """How the records themselves are opened.

    A connection that a database dropped when it was restarted is found out before it is used.
    """
    # An error names the statement that failed, never the text it was to write.
    options: dict[str, Any] = {"hide_parameters": True}
    if make_url(address).get_backend_name() == "sqlite":
        return options
    connecting = {"connect_timeout": LONGEST_TO_CONNECT_TO_RECORDS}
    return options | {"pool_pre_ping": True, "connect_args": connecting}


def engine_options(address: str) -> dict[str, Any]:
    """How the copy is opened: to read only, and found gone before anything is asked of it."""
    options: dict[str, Any] = {"hide_parameters": True}
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return options | {
            "url": url,
            "pool_pre_ping": True,
            "connect_args": {"connect_timeout": LONGEST_TO_CONNECT},
            "execution_options": {**READS, "postgresql_readonly": True},
        }
    file = f"file:{quote(str(url.database))}"
    return options | {
        "url": url.set(database=file, query={"mode": "ro", "uri": "true"}),
        "connect_args": {"factory": ReadOnlyConnection, "timeout": LONGEST_WAIT / 1000},
        "execution_options": READS,
        # The file may be replaced by a newer one while the service runs.
        "poolclass": NullPool,
    }


def has_copy() -> bool:
    """Whether there is a copy to read from."""
    return COPY in db.engines


def copied_up_to() -> datetime | None:
    """When the last change that has reached the copy was made; None where the copy cannot tell.

    Asked within :func:`reading_copy`. A replica of PostgreSQL knows; a copied file does not.
    """
    if db.session.get_bind().dialect.name != "postgresql":
        return None
    return db.session.scalar(select(func.pg_last_xact_replay_timestamp()))


@contextmanager
def reading_copy() -> Iterator[None]:
    """Whatever is asked through ``db.session`` in here is asked of the copy.

    It is a session of its own: records that were read before stay those of the database itself, and
    so does what they read later.

    Raises:
        CopyDoesNotAnswer: when the copy cannot be reached, or refuses what is asked.
    """
    usual = db.session()
    try:
        with Session(db.engines[COPY]) as copy:
            # A plain one: the extension's own would ask its first database.
            db.session.registry.set(copy)  # type: ignore[arg-type]
            yield
    except (DBAPIError, NoConnectionFree) as problem:
        raise CopyDoesNotAnswer from problem
    finally:
        db.session.registry.set(usual)
