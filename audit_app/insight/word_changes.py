"""Remembering who looked for words, and whose audits they were shown."""

from __future__ import annotations

from collections.abc import Iterable

from audit_app.extensions import db
from audit_app.models import User, remember, remember_each
from audit_app.rules.deeds import SEARCHED_WORDS, SHOWN_WORDS


def remember_search(user: User, found: int, shown: Iterable[str]) -> None:
    """Write down that somebody searched, how much they found, and which audits they were shown.

    The words are not written down: they may say more about a child than a record may.
    """
    remember(db.session, user, SEARCHED_WORDS, "search", f"{found:,} found")
    remember_each(db.session, user.id, SHOWN_WORDS, "audit", shown)
    db.session.commit()
