"""Reading the framework audits are judged against."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from audit_app.extensions import db
from audit_app.models import ThreadSet


def current_thread_set(on: date) -> ThreadSet:
    """The thread set in force on a day: the newest that has begun and not ended."""
    return db.session.scalars(
        select(ThreadSet)
        .where(
            ThreadSet.valid_from <= on,
            or_(ThreadSet.valid_to.is_(None), ThreadSet.valid_to >= on),
        )
        .order_by(ThreadSet.valid_from.desc())
        .limit(1)
    ).one()
