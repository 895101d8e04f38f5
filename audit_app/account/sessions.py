"""Sessions kept in the database: revocable, rotated at sign-in, never in the browser.

Flask-Session does the cookie, the lifetime and the format. Its own SQLAlchemy store commits through
the request's database session, which would commit whatever a failed request left behind, and keeps
session ids readable; this store uses a connection of its own and a digest.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from hashlib import sha256
from typing import Any

from flask import Flask
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import Table, delete, insert, select, update

from audit_app.extensions import db
from audit_app.models import StoredSession
from audit_app.models.base import now
from audit_app.models.sqlite import WRITES
from audit_app.web.held import session_ended_for

SESSIONS: Table = StoredSession.__table__  # type: ignore[assignment]


class DatabaseSession(ServerSideSession):
    """A session read from, and saved to, the ``sessions`` table."""


class DatabaseSessions(ServerSideSessionInterface):
    """The session interface: read by digest, saved only when something in it changed."""

    session_class = DatabaseSession
    ttl = False

    def __init__(self, app: Flask) -> None:
        super().__init__(app, key_prefix="", permanent=True, cleanup_n_requests=None)

    def should_set_cookie(self, app: Flask, session: Any) -> bool:
        return bool(session.modified)

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        with db.engine.connect() as connection:
            row = connection.execute(
                select(SESSIONS.c.data, SESSIONS.c.expires_at, SESSIONS.c.user_id).where(
                    SESSIONS.c.id_digest == _digest(store_id)
                )
            ).first()
        if row is None:
            return None
        if row.expires_at.replace(tzinfo=UTC) <= now():
            session_ended_for(row.user_id)
            return None
        data: dict[str, Any] = self.serializer.decode(row.data)
        return data

    def _delete_session(self, store_id: str) -> None:
        with db.engine.connect().execution_options(**{WRITES: True}) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.id_digest == _digest(store_id)))
            connection.commit()

    def _upsert_session(
        self, session_lifetime: timedelta, session: ServerSideSession, store_id: str
    ) -> None:
        values = {
            "user_id": int(session["_user_id"]) if "_user_id" in session else None,
            "data": self.serializer.encode(session),
            "expires_at": now() + session_lifetime,
        }
        here = SESSIONS.c.id_digest == _digest(store_id)
        with db.engine.connect().execution_options(**{WRITES: True}) as connection:
            if not connection.execute(update(SESSIONS).where(here).values(values)).rowcount:
                connection.execute(insert(SESSIONS).values(id_digest=_digest(store_id), **values))
            connection.commit()

    def _delete_expired_sessions(self) -> None:
        with db.engine.connect().execution_options(**{WRITES: True}) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now()))
            connection.commit()


def _digest(store_id: str) -> str:
    return sha256(store_id.encode()).hexdigest()
