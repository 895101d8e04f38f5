"""Counting wrong passwords, codes and tokens where all workers see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from audit_app.account.tries import counted_under, expired, locked, tried_everywhere
from audit_app.models import SignInTries
from audit_app.models.base import now

AnySession = Session | scoped_session[Any]


def _begin_counting(session: AnySession, digest: str) -> None:
    """Make the counter; two first tries at the same moment make it once."""
    try:
        with session.begin_nested():
            session.add(SignInTries(email_digest=digest, tries=0, last_at=now()))
    except IntegrityError:
        pass


def tries_held(session: AnySession, email: str) -> SignInTries:
    """The counter, ours alone until the transaction ends."""
    digest = counted_under(email)
    # Somebody who signs in, or is unlocked, at the same moment deletes it.
    while (tries := session.get(SignInTries, digest, with_for_update=True)) is None:
        _begin_counting(session, digest)
    if expired(tries):
        tries.tries = 0
    return tries


def count_try(tries: SignInTries) -> None:
    tries.tries = SignInTries.tries + 1
    tries.last_at = now()


def is_shut(tries: SignInTries, email: str) -> bool:
    """Whether even what is right is refused: too much was wrong from here, or from everywhere."""
    return locked(tries) or tried_everywhere(email)
