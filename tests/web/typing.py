"""What the script of a page sends while somebody types, sent by a test."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from audit_app.extensions import db
from audit_app.models import StoredSession
from tests.browser_page import Page, PageClient


def autosave(
    web: PageClient, page: Page, sending: int = 1, path: str = "", **typed: Any
) -> TestResponse:
    """Send the form of a page by itself, as its ``sending``-th time, with these answers changed."""
    changed = {name.replace("__", "-"): value for name, value in typed.items()}
    data = page.fields() | changed | {"then": "autosave", "sending": str(sending)}
    return web.request("POST", path or page.action(), data)


def session_ends() -> list[Any]:
    """When each stored session will have been idle for too long."""
    db.session.rollback()
    return list(db.session.scalars(select(StoredSession.expires_at)))
