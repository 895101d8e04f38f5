"""What can be done with a thread set: confirm it. A published set is never edited."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from audit_app.extensions import db
from audit_app.models import ThreadSet, User, remember


def confirm(user: User, thread_set: ThreadSet, today: date) -> bool:
    """Record that Practice Development stands by a set's wording; not committed.

    Returns False, and changes nothing, when somebody had confirmed it already.
    """
    confirmed = db.session.execute(
        update(ThreadSet)
        .where(ThreadSet.id == thread_set.id, ThreadSet.confirmed_on.is_(None))
        .values(confirmed_on=today, confirmed_by_id=user.id)
        .execution_options(synchronize_session=False)
    )
    if not confirmed.rowcount:  # type: ignore[attr-defined]
        return False
    remember(db.session, user, "confirmed", "thread set", thread_set.code)
    return True
