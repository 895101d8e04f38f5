"""The pages of insight, in the order of their navigation."""

from __future__ import annotations

from flask import current_app

from audit_app.models import User
from audit_app.web.access import access_of

#: What each is called, and its endpoint.
PAGES = (
    ("Is it getting better?", "insight.claims.claims"),
    ("Year on year", "insight.distribution"),
    ("Threads", "insight.threads.threads"),
    ("Over time", "insight.over_time.trends"),
    ("Places", "insight.places.places"),
    ("Moderation", "insight.moderated.moderation"),
    ("How audits were done", "insight.practice.practice"),
    ("Themes", "insight.themes.themes"),
    ("Words", "insight.words.words"),
    ("Explore", "insight.explore.explore"),
)


def pages_open_to(user: User) -> list[tuple[str, str]]:
    """Those of them that this person may open."""
    return [page for page in PAGES if access_of(current_app, page[1]) in user.permissions]
