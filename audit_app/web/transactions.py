"""One transaction a request, ended before the browser's session is saved."""

from __future__ import annotations

from flask import Response

from audit_app.extensions import db


def end_transaction(response: Response) -> Response:
    """Undo what a request began and did not commit.

    Changes commit what they do themselves, so all that is left is reading. It must end here: the
    browser's session is saved next, on a connection of its own, and SQLite has one writer at once.
    """
    db.session.rollback()
    return response
