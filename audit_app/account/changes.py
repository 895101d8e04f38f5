"""Signing in and out, with every wrong try counted where all workers see it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import current_app, session
from flask_login import login_user, logout_user
from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from audit_app.account.queries import (
    email_digest,
    expired,
    is_locked_out,
    locked,
    password_hash_of,
    token_digest,
    token_found,
    typed_in,
    user_by_email,
    user_by_id,
)
from audit_app.account.sessions import delete_old
from audit_app.extensions import db
from audit_app.models import AccessToken, SignInTries, User, remember
from audit_app.models.base import new_reference, now
from audit_app.models.sqlite import WRITES, reading
from audit_app.web.passwords import verify
from audit_app.web.programs import TOKEN_BEGINS

AnySession = Session | scoped_session[Any]


def sign_in(email: str, password: str) -> User | None:
    """Sign a person in with a new session, or count a wrong try and return None.

    Unknown address, wrong password, switched-off account and locked account all look the same and
    take as long. Nobody waits while the password is verified, as that takes long by design.
    """
    with reading(db.session):
        password_hash = password_hash_of(email)
    right = verify(password_hash, password)
    user = user_by_email(email, hold=True)
    tries = _tries(db.session, email)
    if not right or user is None or not _may_sign_in(user, password_hash) or locked(tries):
        _count(tries)
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


def _begin_counting(session: AnySession, digest: str) -> None:
    """Make the counter; two first tries at the same moment make it once."""
    try:
        with session.begin_nested():
            session.add(SignInTries(email_digest=digest, tries=0, last_at=now()))
    except IntegrityError:
        pass


def _tries(session: AnySession, email: str) -> SignInTries:
    """The counter, ours alone until the transaction ends."""
    digest = email_digest(email)
    # Somebody who signs in, or is unlocked, at the same moment deletes it.
    while (tries := session.get(SignInTries, digest, with_for_update=True)) is None:
        _begin_counting(session, digest)
    if expired(tries):
        tries.tries = 0
    return tries


def _count(tries: SignInTries) -> None:
    tries.tries = SignInTries.tries + 1
    tries.last_at = now()


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


def make_token(user: User, name: str, days: int) -> str:
    """Make a token that reads figures as this person for so many days. Not committed.

    What is returned is nowhere else: only its digest is kept.
    """
    token = TOKEN_BEGINS + secrets.token_urlsafe(32)
    kept = AccessToken(
        reference=new_reference(),
        user_id=user.id,
        name=name,
        digest=token_digest(token),
        expires_on=date.today() + timedelta(days=days),
    )
    db.session.add(kept)
    remember(db.session, user, "made a token", "token", kept.reference)
    return token


def revoke_token(user: User, token: AccessToken) -> None:
    """End a token at once; one that has ended already stays as it is."""
    if token.revoked_at is None:
        token.revoked_at = now()
        remember(db.session, user, "revoked a token", "token", token.reference)
        db.session.commit()


def person_of_token(token: str) -> User | None:
    """Who a program reads for; None where the token is of no use or its person was switched off.

    The first use a day is written down.
    """
    found = token_found(token)
    user = user_by_id(str(found.user_id)) if found and found.usable else None
    if found is None or user is None:
        return None
    today = datetime.combine(now().date(), time.min, UTC)
    if found.last_used_at is None or found.last_used_at.replace(tzinfo=UTC) < today:
        _write_down_use(found.id, user, today)
    return user


def _write_down_use(token_id: int, user: User, today: datetime) -> None:
    """Note that a token was used today, once if many programs ask at the same moment."""
    not_yet = or_(AccessToken.last_used_at.is_(None), AccessToken.last_used_at < today)
    noting = (
        update(AccessToken)
        .where(AccessToken.id == token_id, not_yet)
        .values(last_used_at=now())
        .returning(AccessToken.reference)
    )
    with _writing() as session:
        reference = session.scalar(noting)
        if reference is not None:
            remember(session, user, "read by a token", "token", reference)


def refuse_token(token: str, address: str) -> bool:
    """Count a token that nobody made, by where it came from; whether too many came from there.

    One that ran out or was revoked is no guess and is not counted. Where too many came from,
    nothing more is written. A token that is known lets its program in all the same: nobody finds
    one by trying, and all programs of a council may come from one address.
    """
    counted_as = f"a token from {address}"
    if token_found(token) is not None:
        return False
    if is_locked_out(counted_as):
        return True
    with _writing() as session:
        _count(_tries(session, counted_as))
        remember(session, None, "token refused", "token", "unknown")
    return False


@contextmanager
def _writing() -> Iterator[Session]:
    """A transaction of its own, as the request that it is in only reads."""
    with Session(db.engine.execution_options(**WRITES)) as session, session.begin():
        yield session
