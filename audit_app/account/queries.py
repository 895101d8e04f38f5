"""Reading who signs in."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import User


def user_by_id(user_id: str) -> User | None:
    """The active person behind a session, or None, which ends it."""
    user = db.session.get(User, int(user_id))
    return user if user is not None and user.active else None


def user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.strip().casefold()))
