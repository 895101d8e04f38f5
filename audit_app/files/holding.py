"""A checked file, held by the service until the person who checked it says “import”.

So what was shown is what is written. A held file can be opened by that person alone, with its
checksum right, for an hour, and goes when it has been imported. It is held in the database, so that
any worker on any machine can go on with what another began.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, exists, select

from audit_app.extensions import db
from audit_app.models import HeldFile
from audit_app.models.base import now
from audit_app.models.sqlite import WRITES

KEPT = timedelta(hours=1)
LONGEST_NAME = 100


class NoLongerHeld(Exception):
    """There is no such held file: it was imported, an hour has gone, or it is somebody else's."""


@dataclass(frozen=True)
class Held:
    name: str
    content: bytes


def hold(content: bytes, name: str, user_id: int) -> str:
    """Keep a file for the person, and give the token that opens it again. Commits."""
    let_go_of_old()
    token = secrets.token_urlsafe(24)
    db.session.add(
        HeldFile(
            token_digest=_digest(token),
            user_id=user_id,
            name=name[-LONGEST_NAME:],
            content=content,
            checksum=sha256(content).hexdigest(),
        )
    )
    db.session.commit()
    return token


def open_held(token: str, user_id: int) -> Held:
    """The held file.

    Raises:
        NoLongerHeld: when this person holds no such file, or it is not what was held.
    """
    row = db.session.execute(
        select(HeldFile.name, HeldFile.content, HeldFile.checksum).where(
            HeldFile.token_digest == _digest(token),
            HeldFile.user_id == user_id,
            HeldFile.held_at > _oldest(),
        )
    ).first()
    if row is None or row.checksum != sha256(row.content).hexdigest():
        raise NoLongerHeld
    return Held(row.name, row.content)


def let_go(token: str) -> None:
    """Delete a held file, if it is still there. Commits."""
    db.session.execute(delete(HeldFile).where(HeldFile.token_digest == _digest(token)))
    db.session.commit()


def let_go_of_old() -> None:
    """Delete every file that has been held for its hour. Commits, if there is one.

    A page that is only opened does not wait for whoever writes, as long as there is none.
    """
    old = HeldFile.held_at <= _oldest()
    if db.session.scalar(select(exists().where(old))):
        db.session.rollback()
        db.session.connection(execution_options=WRITES)
        db.session.execute(delete(HeldFile).where(old))
        db.session.commit()


def _oldest() -> datetime:
    return now() - KEPT


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
