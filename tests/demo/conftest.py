"""The demonstration, made once for all the tests that read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from audit_app import create_app
from audit_app.demo import changes
from audit_app.extensions import db
from tests.conftest import copy_of, settings_for

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def filled(database: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that holds the demonstration, to be read only."""
    with copy_of(database, migrated, tmp_path_factory.mktemp("demo")) as url:
        app = create_app(settings_for(url))
        with app.app_context():
            changes.fill(TODAY, demo=True, tell=lambda line: None)
            db.session.remove()
            db.engine.dispose()
        yield url


@pytest.fixture
def demo(filled: str) -> Iterator[Flask]:
    """The service on the demonstration's database, inside an application context."""
    app = create_app(settings_for(filled))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
