"""Remembering who looked for words, and whose audits they were shown."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert

from audit_app.extensions import db
from audit_app.models import HistoryEvent, User, remember

SEARCHED = "searched for words"
#: What history says of an audit of which a search showed some text; the audit's story tells it.
SHOWN = "was shown words of it"


def remember_search(user: User, found: int, shown: Iterable[str]) -> None:
    """Write down that somebody searched, how much they found, and which audits they were shown.

    The words are not written down: they may say more about a child than a record may.
    """
    remember(db.session, user, SEARCHED, "search", f"{found:,} found")
    events = [
        {"user_id": user.id, "verb": SHOWN, "record_type": "audit", "record_reference": reference}
        for reference in shown
    ]
    db.session.flush()
    if events:
        # All at once: as models, each would be a statement of its own.
        db.session.execute(insert(HistoryEvent.__table__), events)  # type: ignore[arg-type]
    db.session.commit()
