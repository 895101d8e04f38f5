"""Sessions kept in the database: revocable, rotated at sign-in, never in the browser.

Flask-Session does the cookie, the lifetime and the format. Its own SQLAlchemy store commits through
the request's database session, which would commit whatever a failed request left behind, and keeps
session ids readable; this store uses a connection of its own and a digest. Reading a session must
not wait for whoever writes, so its connection says that it reads.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import Flask, current_app
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.orm import scoped_session

from audit_app.extensions import db
from audit_app.models import OnceToken, StoredSession
from audit_app.models.base import now
from audit_app.models.sqlite import READS, WRITES
from audit_app.web.access import session_has_run_out, session_runs_until
from audit_app.web.kept import LONGEST, delete_old_typing

SESSIONS: Table = StoredSession.__table__  # type: ignore[assignment]
TOKENS: Table = OnceToken.__table__  # type: ignore[assignment]

#: How long what is of no more use is kept: somebody whose session has ended is told so, and a page
#: sent a second time still leads to its result.
KEPT = timedelta(days=1)


class DatabaseSession(ServerSideSession):
    """A session read from, and saved to, the ``sessions`` table.

    ``stored`` is whether it was there when the request began. One that was and is not any more has
    been ended from elsewhere, and stays ended.
    """

    def __init__(self, initial: dict[str, Any] | None = None, **named: Any) -> None:
        super().__init__(initial, **named)
        self.stored = initial is not None

    @property
    def lifetime(self) -> timedelta:
        """How long it lives from now, unless its person does something."""
        return timedelta(minutes=current_app.config["SETTINGS"].session_idle_minutes)


class DatabaseSessions(ServerSideSessionInterface):
    """The session interface: read by digest, saved only when something in it changed."""

    session_class = DatabaseSession
    ttl = False

    def __init__(self, app: Flask) -> None:
        super().__init__(app, key_prefix="", permanent=True, cleanup_n_requests=None)

    def should_set_cookie(self, app: Flask, session: Any) -> bool:
        return bool(session.modified)

    def get_expiration_time(self, app: Flask, session: Any) -> datetime:
        return now() + session.lifetime

    def regenerate(self, session: Any) -> None:
        super().regenerate(session)
        session.stored = False

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        with db.engine.connect().execution_options(**READS) as connection:
            row = connection.execute(
                select(SESSIONS.c.data, SESSIONS.c.expires_at).where(
                    SESSIONS.c.id_digest == _digest(store_id)
                )
            ).first()
        if row is None:
            return None
        if row.expires_at.replace(tzinfo=UTC) <= now():
            session_has_run_out()
            return None
        session_runs_until(row.expires_at.replace(tzinfo=UTC))
        data: dict[str, Any] = self.serializer.decode(row.data)
        return data

    def _delete_session(self, store_id: str) -> None:
        with db.engine.connect().execution_options(**WRITES) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.id_digest == _digest(store_id)))
            connection.commit()

    def _upsert_session(self, session_lifetime: timedelta, session: Any, store_id: str) -> None:
        values = {
            "user_id": int(session["_user_id"]) if "_user_id" in session else None,
            "data": self.serializer.encode(session),
            "expires_at": now() + session.lifetime,
        }
        here = _digest(store_id)
        saving = (
            update(SESSIONS).where(SESSIONS.c.id_digest == here).values(values)
            if session.stored
            else insert(SESSIONS).values(id_digest=here, **values)
        )
        with db.engine.connect().execution_options(**WRITES) as connection:
            connection.execute(saving)
            connection.commit()

    def _delete_expired_sessions(self) -> None:
        with db.engine.connect().execution_options(**WRITES) as connection:
            delete_old(connection)
            connection.commit()


def delete_old(database: Connection | scoped_session[Any]) -> None:
    """Delete the sessions, marks of forms sent and typed text of no more use; not committed.

    Those that somebody else is deleting at this moment are left to them, so that nobody waits.
    """
    before = now() - KEPT
    for row_id, since in (
        (SESSIONS.c.id_digest, SESSIONS.c.expires_at),
        (TOKENS.c.token, TOKENS.c.used_at),
    ):
        old = select(row_id).where(since < before).with_for_update(skip_locked=True)
        database.execute(delete(row_id.table).where(row_id.in_(old)))
    database.execute(delete_old_typing(now() - LONGEST))


def _digest(store_id: str) -> str:
    return sha256(store_id.encode()).hexdigest()
