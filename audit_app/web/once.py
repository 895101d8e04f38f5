"""One-time tokens: a form sent twice is acted on once, and both sendings see the same result."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256

from flask import request
from flask_login import current_user
from sqlalchemy import Table, bindparam, select, update

from audit_app.extensions import db
from audit_app.models import OnceToken
from audit_app.models.inserting import insert_unless_there
from audit_app.web.kept import forget
from audit_app.web.openings import ABOUT_THE_PAGE, FIELD, Sending

_TOKENS: Table = OnceToken.__table__  # type: ignore[assignment]
_LED_TO = update(_TOKENS).where(_TOKENS.c.token == bindparam("sending"))


def once(act: Callable[[], str]) -> str:
    """Do ``act`` unless this very sending was acted on already; the address to go to, either way.

    ``act`` changes what it must without committing, and returns the address of the result. What
    was sent is written down first, so that a second sending waits for the first, and committed
    with it. Going back and sending the page with other answers is another sending.

    What was kept while it was typed is forgotten in the same transaction.
    """
    sending = _sending()
    row = {"token": sending, "user_id": current_user.id, "result": ""}
    if not insert_unless_there(db.session, OnceToken, **row):
        db.session.rollback()
        return _result_of(sending) or ""
    address = act()
    db.session.execute(_LED_TO, {"sending": sending, "result": address})
    forget(Sending.this())
    db.session.commit()
    return address


def already_acted_on() -> str | None:
    """Where this very sending led when it was acted on before; None when it was not."""
    return _result_of(_sending())


def _result_of(sending: str) -> str | None:
    return db.session.scalar(select(OnceToken.result).where(OnceToken.token == sending))


def _sending() -> str:
    """A digest of who sent what, where to, from which opening of the page.

    A page sent without its token was opened by nobody we know, so it is like no other sending.
    """
    token = request.form.get(FIELD) or secrets.token_urlsafe(24)
    answers = sorted(
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in ABOUT_THE_PAGE
    )
    return sha256(repr((current_user.id, token, request.path, answers)).encode()).hexdigest()
