"""What a page asks of the database, and how the database goes about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import User
from tests.browser_page import PageClient
from tests.statements import given_to, queries_of

#: A whole table read row by row, in the words of SQLite's plans and of PostgreSQL's.
_WHOLE = re.compile(r"^SCAN (\w+)$|Seq Scan on (\w+)")


@dataclass
class Reader:
    """Somebody who is signed in to a service on one of the databases to measure."""

    web: PageClient
    email: str

    def questions(self, path: str) -> list[str]:
        """The queries that opening a page takes."""
        return queries_of(self.web, path)

    def read_whole(self, path: str) -> set[str]:
        """The tables that opening a page reads row by row."""
        plan = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
        found: set[str] = set()
        for asked in self.questions(path):
            with db.engine.connect() as connection:
                for row in connection.exec_driver_sql(f"{plan} {asked}", given_to(asked)):
                    if line := _WHOLE.search(str(row[-1]).strip()):
                        found.add(line[1] or line[2])
        return found

    @property
    def user(self) -> User:
        return db.session.scalars(select(User).where(User.email == self.email)).one()


@contextmanager
def reading(app: Flask, email: str) -> Iterator[Reader]:
    """Sign somebody in to a service."""
    with app.app_context():
        web = PageClient(app)
        web.sign_in(db.session.scalars(select(User).where(User.email == email)).one())
        yield Reader(web, email)
        db.session.remove()
        db.engine.dispose()
