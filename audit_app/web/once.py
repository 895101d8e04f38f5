"""One-time tokens: a form sent twice is acted on once, and both sendings see the same result."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import OnceToken

FIELD = "once_token"


def new_token() -> str:
    return secrets.token_urlsafe(24)


def once(act: Callable[[], str]) -> str:
    """Do ``act`` unless this form was acted on already; the address to go to, either way.

    ``act`` changes what it must without committing, and returns the address of the result. The
    token is written first, so that a second sending waits for the first, and committed with it.
    """
    typed = request.form.get(FIELD, "")[:64] or new_token()
    token = OnceToken(token=typed, user_id=current_user.id, result="")
    db.session.add(token)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        return _result_of(typed)
    token.result = act()
    db.session.commit()
    return token.result


def _result_of(token: str) -> str:
    return db.session.scalars(
        select(OnceToken.result).where(
            OnceToken.token == token, OnceToken.user_id == current_user.id
        )
    ).one()
