"""The made-up council's own sign-in, for tests of coming by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.account.council_provider import Provider, provider_running


@pytest.fixture(scope="session")
def _running() -> Iterator[Provider]:
    with provider_running() as provider:
        yield provider


@pytest.fixture
def council(app: Flask, _running: Provider) -> Iterator[Provider]:
    """The service set up for the council's sign-in, which behaves and has nobody at it."""
    _running.begin_anew()
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=_running.settings())
    yield _running
    _running.go_on.set()
