"""A real browser against the running service, with everything it does watched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from audit_app import create_app
from audit_app.extensions import db
from tests.conftest import settings_for
from tests.databases import copy_of
from tests.journeys.inspection import WIDE, Looked
from tests.journeys.records import records_of
from tests.journeys.serving import Site, served
from tests.journeys.watch import Watch
from tests.sharing import Shared

CHROMIUM = Path(os.environ.get("CHROMIUM") or "/usr/bin/chromium")
MISSING = f"There is no browser at {CHROMIUM}. Install Chromium, or say where it is in CHROMIUM."
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but this machine has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 60_000  # milliseconds, for a machine that is busy with other things

expect.set_options(timeout=PATIENCE)


class OpenBrowser(Protocol):
    """Opens a browser of somebody's own on a site."""

    def __call__(self, site: Site, *, javascript: bool = True, width: int = WIDE) -> Page: ...


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if not CHROMIUM.is_file():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    return browser_type_launch_args | {"executable_path": str(CHROMIUM), "args": list(QUIET)}


@pytest.fixture(scope="session")
def base_url() -> str:
    """None: each site has its own."""
    return ""


@pytest.fixture(scope="session", autouse=True)
def _what_was_looked_at(shared: Shared) -> None:
    Looked.folder = shared.folder / "looked-at"
    Looked.folder.mkdir(exist_ok=True)


@pytest.fixture
def open_browser(new_context: Any) -> Iterator[OpenBrowser]:
    watches: list[Watch] = []

    def open_on(site: Site, *, javascript: bool = True, width: int = WIDE) -> Page:
        context = new_context(
            base_url=site.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
        )
        context.set_default_timeout(PATIENCE)
        watches.append(Watch(context, site.url))
        return context.new_page()

    yield open_on
    faults = [fault for watch in watches for fault in watch.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def site(app: Flask) -> Iterator[Site]:
    """The service on this test's own database."""
    with served(app) as site:
        yield site


@pytest.fixture(scope="session")
def demo_site(
    database: str, filled: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The service full of the demonstration, on a copy that every test of the session shares."""
    folder = tmp_path_factory.mktemp("demo_site")
    with copy_of(database, filled, folder) as url:
        app = create_app(settings_for(url))
        with served(app) as site:
            yield site
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def records(demo_site: Site) -> dict[str, str]:
    """What stands in an address for each ``<record>`` of the demonstration that all tests share."""
    return records_of(demo_site.app)
