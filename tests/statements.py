"""What is asked of the database meanwhile, to be counted, read or explained.

One thing is left out, and nothing else. While somebody goes from page to page the service notes
once a minute by the clock that they are still there: the first page of a new minute updates their
row of ``sessions``. Which of two countings meets the new minute depends on when the test runs and
how slow the machine is, and on no code. A session in which anything else changed is saved because
of what was done, whatever the clock says, and is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import has_request_context, session
from sqlalchemy import event

from audit_app.extensions import db
from tests.browser_page import PageClient

#: How SQLite is told of a transaction that writes; PostgreSQL's driver sends such by itself.
_BEGINS = "BEGIN IMMEDIATE"


class _Statement(str):
    """A statement as it was sent, that knows what it was given."""

    given: Any


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent meanwhile, in order and as they come."""
    sent: list[str] = []
    #: What each connection was sent last.
    last: dict[object, _Statement] = {}

    def note(connection: object, _cursor: object, sql: str, given: Any, *_more: object) -> None:
        before = last.get(connection)
        if _notes_the_minute(sql):
            # Its own transaction began for nothing else.
            sent[:] = [each for each in sent if each is not before or each != _BEGINS]
            return
        last[connection] = statement = _Statement(sql)
        statement.given = given
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def statements_of(web: PageClient, path: str) -> list[str]:
    """The statements that opening a page takes."""
    with statements() as sent:
        web.get(path)
    return sent


def queries_of(web: PageClient, path: str) -> list[str]:
    """The statements that opening a page reads with."""
    return queries_in(statements_of(web, path))


def queries_in(sent: list[str]) -> list[str]:
    """Those of them that read."""
    return [each for each in sent if each.lstrip().upper().startswith("SELECT")]


def given_to(statement: str) -> Any:
    """What one of the statements was sent with."""
    assert isinstance(statement, _Statement)
    return statement.given


def _notes_the_minute(sql: str) -> bool:
    """Whether it saves the session of this request, in which only the minute is another."""
    if not sql.startswith("UPDATE sessions ") or not has_request_context():
        return False
    began, ends = session._began_as, dict(session)  # type: ignore[attr-defined]
    seen = {"seen": None}
    return began.get("seen") != ends.get("seen") and began | seen == ends | seen
