"""What the demonstration asks of the database."""

from __future__ import annotations

from sqlalchemy import exists, select

from audit_app.demo.people import SIGN_INS, SignIn
from audit_app.extensions import db
from audit_app.models import Audit, Team, User


def holds_anything() -> bool:
    """Whether anybody has begun to use this database: an audit, a team or a person is in it."""
    return any(
        db.session.scalar(select(exists().where(each.id > 0))) for each in (Audit, Team, User)
    )


def sign_ins() -> list[SignIn]:
    """The made-up people who can sign in, where they exist."""
    addresses = [each.email for each in SIGN_INS]
    there = set(db.session.scalars(select(User.email).where(User.email.in_(addresses))))
    return [each for each in SIGN_INS if each.email in there]
