"""One transaction a request, ended before the browser's session is saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response
from sqlalchemy.orm import Session

from audit_app.extensions import db
from audit_app.models.sqlite import WRITES


def end_transaction(response: Response) -> Response:
    """Undo what a request began and did not commit.

    Changes commit what they do themselves, so all that is left is reading. It must end here: the
    browser's session is saved next, on a connection of its own, and SQLite has one writer at once.
    """
    db.session.close()
    return response


@contextmanager
def writing_apart() -> Iterator[Session]:
    """A transaction of its own, for what is to be written whatever becomes of the request's own.

    Whatever the request had begun and not committed is undone first, so that it holds neither a
    lock nor a connection that this waits for. Nothing that is written here counts as what a form
    was sent for.
    """
    db.session.rollback()
    with Session(db.engine.execution_options(**WRITES)) as session, session.begin():
        yield session
