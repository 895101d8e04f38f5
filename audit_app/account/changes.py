"""Signing in and out, with every wrong try counted where all workers see it."""

from __future__ import annotations

from flask import current_app, session
from flask_login import login_user, logout_user
from sqlalchemy.exc import IntegrityError

from audit_app.account.queries import (
    email_digest,
    expired,
    locked,
    password_hash_of,
    typed_in,
    user_by_email,
)
from audit_app.account.sessions import delete_old
from audit_app.extensions import db
from audit_app.models import SignInTries, User, remember
from audit_app.models.base import now
from audit_app.models.sqlite import reading
from audit_app.web.passwords import verify


def sign_in(email: str, password: str) -> User | None:
    """Sign a person in with a new session, or count a wrong try and return None.

    Unknown address, wrong password, switched-off account and locked account all look the same and
    take as long. Nobody waits while the password is verified, as that takes long by design.
    """
    with reading(db.session):
        password_hash = password_hash_of(email)
    right = verify(password_hash, password)
    user = user_by_email(email, hold=True)
    tries = _tries(email)
    if not right or user is None or not _may_sign_in(user, password_hash) or locked(tries):
        tries.tries = SignInTries.tries + 1
        tries.last_at = now()
        remember(db.session, user, "sign-in refused", "user", user.reference if user else "unknown")
        db.session.commit()
        return None
    db.session.delete(tries)
    delete_old(db.session)
    remember(db.session, user, "signed in", "user", user.reference)
    db.session.commit()
    _start_session(user)
    return user


def sign_out(user: User) -> None:
    """End the session here and on the server."""
    remember(db.session, user, "signed out", "user", user.reference)
    db.session.commit()
    logout_user()
    session.clear()


def _may_sign_in(user: User, verified: str | None) -> bool:
    """Whether nobody switched the person off, or changed what was verified, in the meantime."""
    return user.active and user.password_hash == verified


def _start_session(user: User) -> None:
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    session["signed_in_at"] = now().timestamp()
    login_user(user)


def _begin_counting(digest: str) -> None:
    """Make the counter; two first tries at the same moment make it once."""
    try:
        with db.session.begin_nested():
            db.session.add(SignInTries(email_digest=digest, tries=0, last_at=now()))
    except IntegrityError:
        pass


def _tries(email: str) -> SignInTries:
    """The counter, ours alone until the transaction ends."""
    digest = email_digest(email)
    # Somebody who signs in, or is unlocked, at the same moment deletes it.
    while (tries := db.session.get(SignInTries, digest, with_for_update=True)) is None:
        _begin_counting(digest)
    if expired(tries):
        tries.tries = 0
    return tries


def forget_typed(user: User, number: int, opening: str = "") -> bool:
    """Throw away what a person typed and did not send; False when they typed no such thing.

    ``opening`` is that of the page which shows it: what was typed on there goes with it.
    """
    rows = typed_in(user, number, opening)
    for row in rows:
        db.session.delete(row)
    if rows:
        remember(db.session, user, "threw typed text away", "user", user.reference)
        db.session.commit()
    return bool(rows)
