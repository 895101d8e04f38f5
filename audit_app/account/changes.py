"""Signing in and out, with every wrong try counted where all workers see it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from flask import current_app, session
from flask_login import login_user, logout_user
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from audit_app.account.halfway import begin_halfway, end_halfway
from audit_app.account.queries import (
    BEGUN_WITH,
    active_person,
    password_hash_of,
    password_mark,
    token_digest,
    token_found,
    typed_in,
    user_by_email,
)
from audit_app.account.second_step_changes import accept
from audit_app.account.second_step_queries import asks_for_code, must_set_up, second_step_of
from audit_app.account.sessions import delete_old
from audit_app.account.tries import NOBODY, is_locked_out
from audit_app.account.try_changes import count_try, is_shut, tries_held
from audit_app.extensions import db
from audit_app.models import AccessToken, SignInTries, User, WayIn, remember
from audit_app.models.base import new_reference, now
from audit_app.models.sqlite import WRITES, reading
from audit_app.web.access import lead_to_set_up
from audit_app.web.passwords import verify
from audit_app.web.programs import TOKEN_BEGINS

#: Where a session keeps the council sign-ins that its browser's windows have begun.
BEGUN = "council_begun"
#: Whose a session is, also once its person was signed out of it by the clock.
WHOSE = "whose"
#: And where sessions kept that before.
_SIGNED_IN = "_user_id"


class Entry(Enum):
    """What came of somebody's password."""

    REFUSED = "refused"
    CODE_ASKED = "code asked"
    SIGNED_IN = "signed in"


def sign_in(email: str, password: str) -> Entry:
    """Sign a person in with a new session, ask for their code, or count a wrong try.

    Unknown address, wrong password, switched-off account and locked account all look the same and
    take as long. Nobody waits while the password is verified, as that takes long by design. Wrong
    tries are forgotten only once a code was right too, where one is asked for.
    """
    with reading(db.session):
        password_hash = password_hash_of(email)
    right = verify(password_hash, password)
    user = user_by_email(email, hold=True)
    counted_as = email if user is not None else NOBODY
    tries = tries_held(db.session, counted_as)
    shut = is_shut(tries, counted_as)
    if not right or user is None or not _may_sign_in(user, password_hash) or shut:
        _refuse(tries, user, shut)
        return Entry.REFUSED
    if asks_for_code(user):
        db.session.commit()
        begin_halfway(user)
        return Entry.CODE_ASKED
    _let_in(user, tries, WayIn.PASSWORD)
    return Entry.SIGNED_IN


def enter_code(user: User, code: str) -> bool:
    """Sign a person in whose password was right, or count a wrong try; whether the code was right.

    Raises:
        KeyChanged: when no code can be told from a wrong one any more; nothing is counted then.
    """
    held = user_by_email(user.email, hold=True)
    tries = tries_held(db.session, user.email)
    shut = is_shut(tries, user.email)
    step = second_step_of(user)
    if held is None or not held.active or shut or step is None or not accept(step, code):
        _refuse(tries, user, shut)
        return False
    end_halfway()
    _let_in(user, tries, WayIn.PASSWORD_AND_CODE)
    return True


def _refuse(tries: SignInTries, user: User | None, shut: bool) -> None:
    """Count a wrong try. While nothing is let in nothing is counted: a lock ends by itself.

    Nor is anything written down then, as strangers could fill the history for good.
    """
    if shut:
        db.session.rollback()
        return
    count_try(tries)
    remember(db.session, user, "sign-in refused", "user", user.reference if user else "unknown")
    db.session.commit()


def _let_in(user: User, tries: SignInTries, way: WayIn) -> None:
    db.session.delete(tries)
    delete_old(db.session)
    remember(db.session, user, "signed in", "user", user.reference)
    set_up_first, mark = must_set_up(user), password_mark(user)
    db.session.commit()
    start_session(user, way, mark)
    lead_to_set_up(set_up_first)


def sign_out(user: User) -> None:
    """End the session here and on the server."""
    remember(db.session, user, "signed out", "user", user.reference)
    db.session.commit()
    # A page that is still being made would save what it began with over what is left here.
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    logout_user()
    session.clear()


def _may_sign_in(user: User, verified: str | None) -> bool:
    """Whether nobody switched the person off, or changed what was verified, in the meantime."""
    return user.active and user.password_hash == verified


def start_session(user: User, way: WayIn, mark: str = "") -> None:
    """Begin a new session for somebody who proved who they are in this way.

    ``mark`` is that of the password they proved it with: another password, also one set at this
    very moment, ends the session. Of another person's session nothing goes on: with its token a
    window they left open would send their form as this person's doing.
    """
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
    if session.get(WHOSE, session.get(_SIGNED_IN)) not in (None, user.get_id()):
        _empty_session(BEGUN)
    session[WHOSE] = user.get_id()
    session["signed_in_at"] = now().timestamp()
    session["way_in"] = way.value
    session[BEGUN_WITH] = mark
    login_user(user)


def forget_who_was_here() -> None:
    """Leave in a session what other windows of the browser need, and whose it was."""
    _empty_session(BEGUN, "csrf_token", WHOSE, _SIGNED_IN)


def _empty_session(*but: str) -> None:
    kept = {name: session[name] for name in but if name in session}
    session.clear()
    session.update(kept)


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
    user = active_person(found.user_id) if found and found.usable else None
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
        count_try(tries_held(session, counted_as))
        remember(session, None, "token refused", "token", "unknown")
    return False


@contextmanager
def _writing() -> Iterator[Session]:
    """A transaction of its own, as the request that it is in only reads."""
    with Session(db.engine.execution_options(**WRITES)) as session, session.begin():
        yield session
