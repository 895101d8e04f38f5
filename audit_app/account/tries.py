"""Wrong passwords and codes: what they are counted under, and when there were too many.

They are counted for each person and each source apart, so that a stranger who guesses locks out
nobody but whoever comes from where they do. Only a great many, from many sources together, lock a
person out wherever they are; that, too, passes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from flask import current_app, has_request_context, request
from sqlalchemy import ColumnElement, func, select

from audit_app.extensions import db
from audit_app.models import SignInTries
from audit_app.models.base import now

#: From how many sources together somebody may be tried as often as from one.
SOURCES = 10
#: What tries for addresses that are nobody's are counted under, all of one source together.
NOBODY = "nobody known"
#: Of the digest of the person, and of that of the source.
_PERSON, _SOURCE = 40, 24


def counted_under(email: str) -> str:
    """What wrong tries for an address, from where this request comes from, are counted under."""
    return _person(email) + sha256(_source().encode()).hexdigest()[:_SOURCE]


def tries_for(email: str) -> ColumnElement[bool]:
    """Whether a counter is one of this address, from anywhere."""
    person = _person(email)
    # The digest of the source follows, and all its signs come before this one.
    return SignInTries.email_digest.between(person, person + "g")


def is_locked_out(email: str) -> bool:
    """Whether even the right password is refused for now, to somebody somewhere."""
    per_source = select(SignInTries).where(tries_for(email))
    return any(not expired(each) and locked(each) for each in db.session.scalars(per_source)) or (
        tried_everywhere(email)
    )


def tried_everywhere(email: str) -> bool:
    """Whether there were so many wrong tries, from all sources together, that none is let in."""
    recent = SignInTries.last_at.between(now() - _wait(), now() + _wait())
    tries = db.session.scalar(select(func.sum(SignInTries.tries)).where(tries_for(email), recent))
    return (tries or 0) >= SOURCES * _most()


def locked(tries: SignInTries) -> bool:
    return tries.tries >= _most()


def expired(tries: SignInTries) -> bool:
    """Whether the last wrong try is so long ago that none counts any more.

    Nor does one from a time that has not come: after a clock that was wrong is put right, nobody
    must stay locked out until then.
    """
    last: datetime = tries.last_at
    return abs(now() - last.replace(tzinfo=last.tzinfo or UTC)) > _wait()


def _person(email: str) -> str:
    # People mistype passwords into the wrong field, so that only a digest is kept.
    return sha256(email.strip().casefold().encode()).hexdigest()[:_PERSON]


def _source() -> str:
    """Where this request comes from; whoever has one address of version 6 has very many."""
    said = request.remote_addr if has_request_context() else None
    try:
        address = ip_address(said or "")
    except ValueError:
        return said or ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> 64)
    return str(address)


def _most() -> int:
    most: int = current_app.config["SETTINGS"].sign_in_tries
    return most


def _wait() -> timedelta:
    return timedelta(minutes=current_app.config["SETTINGS"].sign_in_lock_minutes)
