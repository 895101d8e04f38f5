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

from flask import Flask, Request, current_app, g, request, session
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import Connection, Executable, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import scoped_session

from audit_app.account.browsers import browser_words
from audit_app.extensions import db
from audit_app.models import OnceToken, SignInTries, StoredSession
from audit_app.models.base import now
from audit_app.models.sqlite import READS, WRITES, waiting_little
from audit_app.web.access import session_has_run_out, session_runs_until
from audit_app.web.kept import LONGEST, delete_old_typing

SESSIONS: Table = StoredSession.__table__  # type: ignore[assignment]
TOKENS: Table = OnceToken.__table__  # type: ignore[assignment]
TRIES: Table = SignInTries.__table__  # type: ignore[assignment]

_HELD = select(SESSIONS.c.data, SESSIONS.c.expires_at).where(
    SESSIONS.c.id_digest == bindparam("digest")
)

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
        self._began_as = dict(initial or {})

    @property
    def was_only_seen(self) -> bool:
        """Whether this request changed nothing in it, and only shows that its person is there."""
        asked = request.method in ("GET", "HEAD") and self.stored
        return asked and self._began_as | {"seen": None} == dict(self) | {"seen": None}

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

    def _register_cleanup_app_command(self) -> None:
        """The extension registers the command without a word of what it does."""
        super()._register_cleanup_app_command()
        command = self.app.cli.commands["session_cleanup"]
        command.help = "Remove sessions and marks of forms sent that are of no more use."

    def open_session(self, app: Flask, request: Request) -> Any:
        """The browser's session; an empty one, to be told of later, when it cannot be read."""
        try:
            return super().open_session(app, request)
        except DBAPIError as problem:
            g.session_not_read = problem
            return self.make_null_session(app)

    def should_set_cookie(self, app: Flask, session: Any) -> bool:
        return bool(session.modified)

    def get_expiration_time(self, app: Flask, session: Any) -> datetime:
        return now() + session.lifetime

    def regenerate(self, session: Any) -> None:
        super().regenerate(session)
        session.stored = False

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        with db.engine.connect().execution_options(**READS) as connection:
            row = connection.execute(_HELD, {"digest": _digest(store_id)}).first()
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
            "way_in": session.get("way_in"),
            "data": self.serializer.encode(session),
            "seen_at": now(),
            "expires_at": now() + session.lifetime,
        }
        here, browser = _digest(store_id), browser_words(request.headers.get("User-Agent", ""))
        saving = (
            update(SESSIONS).where(SESSIONS.c.id_digest == here).values(values)
            if session.stored
            else insert(SESSIONS).values(id_digest=here, browser=browser, **values)
        )
        if session.stored and "broken" in g:
            # What kept the request from being answered would keep its person waiting again.
            return
        if session.was_only_seen:
            _note_seen(saving)
            return
        with db.engine.connect().execution_options(**WRITES) as connection:
            connection.execute(saving)
            connection.commit()

    def _delete_expired_sessions(self) -> None:
        with db.engine.connect().execution_options(**WRITES) as connection:
            delete_old(connection)
            connection.commit()


def check_session_was_read() -> None:
    """Before each request: where its session could not be read, nobody is answered as a stranger.

    Raises:
        DBAPIError: what the database said, to be told of like whatever else breaks.
    """
    if "session_not_read" in g and request.endpoint != "static":
        raise g.session_not_read


def _note_seen(saving: Executable) -> None:
    """Push the idle limit out, unless nothing can be written now: the page is there to be read.

    The next page tries again.
    """
    with db.engine.connect().execution_options(**WRITES) as connection:
        try:
            with waiting_little(connection):
                connection.execute(saving)
                connection.commit()
        except OperationalError:
            current_app.logger.warning("A session could not be pushed out")


def delete_old(database: Connection | scoped_session[Any]) -> None:
    """Delete sessions, marks of forms sent, wrong tries and typed text of no more use; no commit.

    Those that somebody else is deleting at this moment are left to them, so that nobody waits.
    """
    before = now() - KEPT
    for row_id, since in (
        (SESSIONS.c.id_digest, SESSIONS.c.expires_at),
        (TOKENS.c.token, TOKENS.c.used_at),
        (TRIES.c.email_digest, TRIES.c.last_at),
    ):
        old = select(row_id).where(since < before).with_for_update(skip_locked=True)
        database.execute(delete(row_id.table).where(row_id.in_(old)))
    database.execute(delete_old_typing(now() - LONGEST))


def this_digest() -> str:
    """What the session of this request is known by in the table."""
    return _digest(session.sid)  # type: ignore[attr-defined]


def _digest(store_id: str) -> str:
    return sha256(store_id.encode()).hexdigest()
