"""What an administrator does about how, and where, a person is signed in."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, CursorResult, delete, or_

from audit_app.extensions import db
from audit_app.models import SecondStep, StoredSession, User, WayIn, remember
from config import AskedOf, Settings


def end_session(by: User, user: User, reference: str) -> None:
    """End one session of a person at once; nothing happens where it has ended already."""
    _end(by, user, (StoredSession.user_id == user.id) & (StoredSession.reference == reference))


def end_sessions(by: User, user: User) -> None:
    """End every session of a person at once. What they are typing is kept for them."""
    _end(by, user, StoredSession.user_id == user.id)


def take_second_step(by: User | None, user: User) -> bool:
    """Ask a person for their password alone again, as when their phone is lost.

    Whether there was a step to take. ``by`` is none where whoever runs the service does it.
    """
    taken = _delete(delete(SecondStep).where(SecondStep.user_id == user.id))
    if taken:
        remember(db.session, by, "took second step away", "user", user.reference)
    db.session.commit()
    return taken


def ask_second_step(by: User, user: User) -> None:
    """End what a password alone began, where who administers needs a second step; not committed.

    They are asked for it when they sign in again.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.second_step is not AskedOf.ADMINISTRATORS:
        return
    alone = or_(StoredSession.way_in.is_(None), StoredSession.way_in == WayIn.PASSWORD)
    if _delete(delete(StoredSession).where(StoredSession.user_id == user.id, alone)):
        remember(db.session, by, "ended sessions", "user", user.reference)


def _end(by: User, user: User, which: ColumnElement[bool]) -> None:
    if _delete(delete(StoredSession).where(which)):
        remember(db.session, by, "ended sessions", "user", user.reference)
    db.session.commit()


def _delete(statement: Any) -> bool:
    done: CursorResult[Any] = db.session.execute(statement)  # type: ignore[assignment]
    return bool(done.rowcount)
