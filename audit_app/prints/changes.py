"""Remembering that somebody looked up what somebody else has on paper."""

from __future__ import annotations

from flask import request

from audit_app.extensions import db
from audit_app.models import User, remember
from audit_app.models.sqlite import WRITES
from audit_app.web.guesses import refuse_guess

LOOKED_UP = "looked up"


def remember_looked_up(user: User, reference: str) -> None:
    """Write it down, though the request only reads. What the session read is to be read again."""
    refuse_guess()
    if request.method == "HEAD":
        return
    db.session.rollback()
    db.session.connection(execution_options=WRITES)
    remember(db.session, user, LOOKED_UP, "print", reference)
    db.session.commit()
