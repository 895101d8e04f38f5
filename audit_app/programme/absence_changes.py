"""Recording the days on which somebody is away and is given no audits."""

from __future__ import annotations

from datetime import date

from flask import abort
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Absence, User, remember

RECORD_TYPE = "absence"


class AlreadyAway(Exception):
    """Some of the days are recorded already; nothing was written."""

    def __init__(self, absence: Absence) -> None:
        super().__init__("away already")
        self.absence = absence


def record(by: User, person: User, first: date, last: date) -> Absence:
    """Write down that somebody is away, first and last day included. Not committed.

    Raises:
        AlreadyAway: when they are known to be away on some of these days.
    """
    # Held, so that the same days are not written down twice at once.
    db.session.refresh(person, with_for_update={"of": User})
    overlapping = select(Absence).where(
        Absence.user_id == person.id, Absence.first_day <= last, Absence.last_day >= first
    )
    if (found := db.session.scalar(overlapping.limit(1))) is not None:
        raise AlreadyAway(found)
    absence = Absence(user_id=person.id, first_day=first, last_day=last, recorded_by_id=by.id)
    db.session.add(absence)
    remember(db.session, by, "recorded days away", RECORD_TYPE, person.reference)
    db.session.flush()
    return absence


def remove(by: User, number: int) -> None:
    """Take an absence away. Not committed; 404 when there is no such absence."""
    absence = db.session.get(Absence, number)
    if absence is None:
        abort(404)
    db.session.delete(absence)
    remember(db.session, by, "removed days away", RECORD_TYPE, absence.user.reference)
