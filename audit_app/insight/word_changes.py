"""Remembering who looked for words, and whose audits they were shown."""

from __future__ import annotations

from collections.abc import Iterable

from audit_app.extensions import db
from audit_app.models import User, remember

SEARCHED = "searched for words"
#: What history says of an audit of which a search showed some text; the audit's story tells it.
SHOWN = "was shown words of it"


def remember_search(user: User, found: int, shown: Iterable[str]) -> None:
    """Write down that somebody searched, how much they found, and which audits they were shown.

    The words are not written down: they may say more about a child than a record may.
    """
    remember(db.session, user, SEARCHED, "search", f"{found:,} found")
    for reference in shown:
        remember(db.session, user, SHOWN, "audit", reference)
    db.session.commit()
