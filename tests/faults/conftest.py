"""The service running in earnest beside a test, on the database of that test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import flask_migrate
import pytest

from tests.conftest import settings_for
from tests.faults.service import Service
from tests.own_service import own_service
from tests.people import World

Serve = Callable[..., Service]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start the service on a database; it ends with the test."""
    with ExitStack() as ending:

        def start(url: str, **how: object) -> Service:
            service = Service(url, tmp_path, **how)  # type: ignore[arg-type]
            service.start()
            ending.callback(service.kill)
            return service

        yield start


@contextmanager
def records_at(url: str) -> Iterator[World]:
    """A new database with the people of a test in it, looked into as the service would."""
    with own_service(settings_for(url)) as app, app.app_context():
        flask_migrate.upgrade()
        yield World.build()
