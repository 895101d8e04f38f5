"""What people do about their own password and their own sessions."""

from __future__ import annotations

from typing import Any

from flask import session
from sqlalchemy import ColumnElement, CursorResult, delete

from audit_app.account.queries import BEGUN_WITH, password_mark, tokens_that_work
from audit_app.account.sessions import this_digest
from audit_app.account.try_changes import count_try, is_shut, tries_held
from audit_app.extensions import db
from audit_app.models import StoredSession, User, remember
from audit_app.models.base import now
from audit_app.models.sqlite import reading
from audit_app.web.passwords import about_person, hash_password, password_problem, verify


class WrongPassword(Exception):
    """The current password is not the one typed, or was typed wrong too often."""


class EasyPassword(Exception):
    """A new password is too easy to guess; the message says what would be better."""


def change_password(user: User, current: str, new: str) -> None:
    """Give oneself another password; every other session, and every token, ends.

    Raises:
        WrongPassword: when the current one is wrong, or was wrong too often.
        EasyPassword: when the new one is too easy to guess.
    """
    prove(user, current)
    if (problem := password_problem(new, about_person(user.name, user.email))) is not None:
        raise EasyPassword(problem)
    hashed = hash_password(new)
    db.session.refresh(user, with_for_update=True)
    user.password_hash = hashed
    db.session.execute(delete(StoredSession).where(_others_of(user)))
    for token in tokens_that_work(user):
        token.revoked_at = now()
        remember(db.session, user, "revoked a token", "token", token.reference)
    remember(db.session, user, "changed password", "user", user.reference)
    mark = password_mark(user)
    db.session.commit()
    session[BEGUN_WITH] = mark


def prove(user: User, password: str) -> None:
    """See that whoever sits here knows the password; wrong ones are counted as at sign-in.

    Raises:
        WrongPassword: when they do not, or were wrong too often.
    """
    email, password_hash = user.email, user.password_hash
    with reading(db.session):
        right = verify(password_hash, password)
    tries = tries_held(db.session, email)
    shut = is_shut(tries, email)
    if not right or shut:
        if not shut:
            count_try(tries)
            remember(db.session, user, "password refused", "user", user.reference)
        db.session.commit()
        raise WrongPassword
    db.session.delete(tries)
    db.session.commit()


def end_session(user: User, reference: str) -> None:
    """End one of a person's own sessions at once; nothing happens where it has ended already."""
    _end(user, (StoredSession.user_id == user.id) & (StoredSession.reference == reference))


def end_others(user: User) -> None:
    """End every session of a person but this one."""
    _end(user, _others_of(user))


def _end(user: User, which: ColumnElement[bool]) -> None:
    ended: CursorResult[Any] = db.session.execute(delete(StoredSession).where(which))  # type: ignore[assignment]
    if ended.rowcount:
        remember(db.session, user, "ended sessions", "user", user.reference)
    db.session.commit()


def _others_of(user: User) -> ColumnElement[bool]:
    return (StoredSession.user_id == user.id) & (StoredSession.id_digest != this_digest())
