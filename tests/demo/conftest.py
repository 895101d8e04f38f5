"""The demonstration, made once for all the tests that read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from audit_app import create_app
from audit_app.extensions import db
from tests.conftest import DEMO_DAY, settings_for

TODAY = DEMO_DAY


@pytest.fixture
def demo(filled: str) -> Iterator[Flask]:
    """The service on the demonstration's database, inside an application context."""
    app = create_app(settings_for(filled))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
