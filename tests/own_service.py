"""A service besides the one that tests share, for what needs its own settings or its own engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from audit_app import create_app
from audit_app.extensions import db
from config import Settings


@contextmanager
def own_service(settings: Settings) -> Iterator[Flask]:
    """A service whose connections are all closed afterwards, whatever became of the test.

    Whoever uses it leaves its application contexts before it ends, which ends their sessions.
    """
    app = create_app(settings)
    try:
        yield app
    finally:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
