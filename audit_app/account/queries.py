"""Reading who signs in, and whether too many wrong passwords keep them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from flask import abort, current_app
from sqlalchemy import and_, func, or_, select

from audit_app.extensions import db
from audit_app.models import AccessToken, KeptForm, SignInTries, User
from audit_app.models.base import now
from audit_app.models.sqlite import READS
from audit_app.web.access import is_a_page
from audit_app.web.field_names import as_read
from audit_app.web.openings import REFUSED

_REFERENCE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


def user_by_id(user_id: str) -> User | None:
    """The active person behind a session, or None, which ends it."""
    user = db.session.get(User, int(user_id))
    return user if user is not None and user.active else None


def user_by_email(email: str, hold: bool = False) -> User | None:
    """Who has this address. ``hold``: nobody changes them until the transaction ends."""
    person = select(User).where(User.email == _as_stored(email))
    return db.session.scalar(person.with_for_update(read=True) if hold else person)


def password_hash_of(email: str) -> str | None:
    """What a password is verified against; None for nobody and for somebody who has none."""
    return db.session.scalar(select(User.password_hash).where(User.email == _as_stored(email)))


def email_digest(email: str) -> str:
    """What wrong passwords are counted under: people mistype passwords into the wrong field."""
    return sha256(_as_stored(email).encode()).hexdigest()


@dataclass(frozen=True)
class NotSent:
    """What a person typed into one form and has not sent: where it is kept, and what it says.

    ``has_page`` is whether it can still be sent: its page is there, and did not refuse it.
    """

    row: KeptForm
    answers: list[tuple[str, str]]
    has_page: bool

    @property
    def about(self) -> str:
        """The reference of the record it is about; empty when its address names none."""
        found = _REFERENCE.search(self.row.path)
        return found[0] if found else ""


def typed_by(user: User) -> list[NotSent]:
    """What a person typed and has not sent, newest first. It is nobody else's to read."""
    theirs = select(KeptForm).where(KeptForm.user_id == user.id)
    rows = db.session.scalars(theirs.order_by(KeptForm.kept_at.desc()))
    return [NotSent(row, as_read(row.typed), _has_page(row)) for row in rows]


def typed_in(user: User, number: int, opening: str) -> Sequence[KeptForm]:
    """One text that a person typed and did not send, and what they typed in this opening of it."""
    which = or_(KeptForm.id == number, and_(KeptForm.opening == opening, KeptForm.opening != ""))
    theirs = select(KeptForm).where(KeptForm.user_id == user.id, which)
    return db.session.scalars(theirs.with_for_update()).all()


def count_typed_by(user: User) -> int:
    """On how many pages a person typed something that they have not sent."""
    theirs = select(func.count()).select_from(KeptForm).where(KeptForm.user_id == user.id)
    return db.session.scalar(theirs) or 0


def _has_page(row: KeptForm) -> bool:
    return REFUSED not in row.typed and is_a_page(row.path)


def _as_stored(email: str) -> str:
    return email.strip().casefold()


def is_locked_out(email: str) -> bool:
    """Whether even the right password is refused for now."""
    tries = db.session.get(SignInTries, email_digest(email))
    return tries is not None and not expired(tries) and locked(tries)


def locked(tries: SignInTries) -> bool:
    most: int = current_app.config["SETTINGS"].sign_in_tries
    return tries.tries >= most


def expired(tries: SignInTries) -> bool:
    """Whether the last wrong password is so long ago that none counts any more."""
    wait = timedelta(minutes=current_app.config["SETTINGS"].sign_in_lock_minutes)
    last: datetime = tries.last_at
    return now() - last.replace(tzinfo=last.tzinfo or UTC) > wait


def token_digest(token: str) -> str:
    """What a token is known by: whoever reads the table of tokens can use none of them."""
    return sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class TokenFound:
    """A token that somebody made: whose it is, whether it is of use today, and its last use."""

    id: int
    user_id: int
    usable: bool
    last_used_at: datetime | None


def token_found(token: str) -> TokenFound | None:
    """The row of a token that a program sent; None when nobody made one like it.

    It is found by its digest, so how long that takes says nothing of how near a guess came. It is
    read where it is written, as one that was revoked must not be read from a copy of yesterday.
    """
    wanted = select(
        AccessToken.id,
        AccessToken.user_id,
        AccessToken.revoked_at,
        AccessToken.expires_on,
        AccessToken.last_used_at,
    ).where(AccessToken.digest == token_digest(token))
    with db.engine.connect().execution_options(**READS) as connection:
        row = connection.execute(wanted).first()
    if row is None:
        return None
    usable = _usable(row.revoked_at, row.expires_on)
    return TokenFound(row.id, row.user_id, usable, row.last_used_at)


def tokens_of(user: User) -> Sequence[AccessToken]:
    """Every token a person made, newest first. Nobody else sees more than how many work."""
    theirs = select(AccessToken).where(AccessToken.user_id == user.id)
    return db.session.scalars(theirs.order_by(AccessToken.id.desc())).all()


def tokens_that_work(user: User) -> list[AccessToken]:
    """Those of a person's tokens that a program could use today."""
    return [each for each in tokens_of(user) if usable(each)]


def token_for(user: User, reference: str) -> AccessToken:
    """One token of this person; otherwise 404."""
    which = (AccessToken.user_id == user.id, AccessToken.reference == reference)
    found = db.session.scalar(select(AccessToken).where(*which))
    if found is None:
        abort(404)
    return found


def usable(token: AccessToken) -> bool:
    """Whether a token is of use today: neither revoked nor past its last day."""
    return _usable(token.revoked_at, token.expires_on)


def _usable(revoked_at: datetime | None, expires_on: date) -> bool:
    return revoked_at is None and expires_on >= date.today()
