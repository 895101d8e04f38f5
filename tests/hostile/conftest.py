"""The service full of the demonstration, for those who should not see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from audit_app import create_app
from audit_app.extensions import db
from tests.conftest import settings_for
from tests.databases import copy_of
from tests.journeys.records import records_of


@pytest.fixture(scope="module")
def demonstration(
    database: str, filled: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The service on a copy of the demonstration that the tests of one file share."""
    with copy_of(database, filled, tmp_path_factory.mktemp("hostile")) as url:
        app = create_app(settings_for(url))
        app.config["TESTING"] = True
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def records(demonstration: Flask) -> dict[str, str]:
    """What to put in an address for each ``<record>`` of the tour."""
    return records_of(demonstration)
