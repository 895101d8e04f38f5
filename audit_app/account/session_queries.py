"""Reading who is signed in where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import or_, select

from audit_app.extensions import db
from audit_app.models import StoredSession, User
from audit_app.models.base import now


def sessions_of(user: User) -> Sequence[StoredSession]:
    """Where a person is signed in now, what was used last first."""
    longest = timedelta(hours=current_app.config["SETTINGS"].session_hours)
    begun = StoredSession.created_at
    theirs = select(StoredSession).where(
        StoredSession.user_id == user.id,
        StoredSession.expires_at > now(),
        or_(begun.is_(None), begun > now() - longest),
    )
    return db.session.scalars(theirs.order_by(StoredSession.expires_at.desc())).all()
