"""Reading who signs in, and whether too many wrong passwords keep them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from flask import abort, g, session
from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, lazyload

from audit_app.extensions import db
from audit_app.models import AccessToken, KeptForm, RoleGrant, User
from audit_app.models.sqlite import READS
from audit_app.rules.permissions import Role
from audit_app.web.access import is_a_page
from audit_app.web.field_names import as_read
from audit_app.web.openings import REFUSED

_REFERENCE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


#: Where a session keeps the mark of the password it was begun with, if it was.
BEGUN_WITH = "password_mark"
#: Asked at each request: the person with their roles in one question, which is made once.
_PERSON = (
    select(User)
    .where(User.id == bindparam("number"))
    .options(joinedload(User.grants).options(lazyload("*")))
)


def user_by_id(user_id: str) -> User | None:
    """The active person behind the session of this request, or None, which ends it.

    A session that was begun with a password opens nothing once its person has another.
    """
    user = active_person(int(user_id))
    mark = session.get(BEGUN_WITH)
    return user if user is not None and mark in (None, "", password_mark(user)) else None


def password_mark(user: User) -> str:
    """What another password would change."""
    return sha256((user.password_hash or "").encode()).hexdigest()[:16]


def active_person(number: int) -> User | None:
    """Somebody by the number of their row; None for nobody, and who is switched off.

    Whoever is told that something broke is nobody, unless it was known before who they are: asking
    would wait once more for what does not answer.
    """
    if "broken" in g:
        return None
    found = db.session.scalars(_PERSON, {"number": number})
    user = found.unique().one_or_none()
    return user if user is not None and user.active else None


def user_by_email(email: str, hold: bool = False) -> User | None:
    """Who has this address. ``hold``: nobody changes them until the transaction ends."""
    person = select(User).where(User.email == _as_stored(email))
    return db.session.scalar(person.with_for_update(read=True) if hold else person)


def user_of_council(issuer: str, subject: str) -> User | None:
    """Whose council account this is: the issuer's own name for it never becomes another's."""
    theirs = select(User).where(User.issuer == issuer, User.subject == subject)
    return db.session.scalar(theirs)


def others_administer(user: User) -> bool:
    """Whether somebody else could still sign in as an administrator."""
    others = select(func.count(User.id)).where(
        User.id != user.id,
        User.signs_in,
        User.grants.any(RoleGrant.role == Role.ADMINISTRATOR),
    )
    return db.session.scalar(others) not in (0, None)


def password_hash_of(email: str) -> str | None:
    """What a password is verified against; None for nobody and for somebody who has none."""
    return db.session.scalar(select(User.password_hash).where(User.email == _as_stored(email)))


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
