"""Somebody whose password was right and who has not given their code yet.

They are signed in nowhere: their browser's session says who they would be, for five minutes, and
opens nothing.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, session

from audit_app.account.queries import active_person, password_mark
from audit_app.models import User
from audit_app.models.base import now

LONGEST = timedelta(minutes=5)
_HALFWAY = "halfway"


def begin_halfway(user: User) -> None:
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    until = (now() + LONGEST).timestamp()
    session[_HALFWAY] = {"user": user.id, "until": until, "password": password_mark(user)}


def halfway() -> User | None:
    """Who is asked for a code; None once time is up, or when they or their password changed."""
    said = session.get(_HALFWAY)
    if said is None or now().timestamp() > said["until"]:
        return None
    user = active_person(said["user"])
    return user if user is not None and said["password"] == password_mark(user) else None


def end_halfway() -> None:
    session.pop(_HALFWAY, None)
