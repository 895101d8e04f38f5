"""The pages of insight, in the order of their navigation."""

from __future__ import annotations

#: What each is called, and its endpoint.
PAGES = (
    ("Year on year", "insight.distribution"),
    ("Threads", "insight.threads.threads"),
    ("Moderation", "insight.moderated.moderation"),
)
