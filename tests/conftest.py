"""A fresh, migrated database for every test, on SQLite and (where there is one) on PostgreSQL.

The database is migrated once and copied for each test, so that every test commits for real. What
takes long to make is made once in a run, however many workers it has, and copied for each.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import flask_migrate
import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine import make_url

from audit_app import create_app
from audit_app.demo import changes
from audit_app.extensions import db
from config import Settings
from tests.bench import made_up
from tests.browser_page import PageClient
from tests.databases import (
    DATABASES,
    POSTGRES,
    copy_of,
    drop_shared_databases,
    fold_log_into_file,
    forbid_writing,
    new_database,
)
from tests.day_of_run import pytest_collection, pytest_runtest_protocol  # noqa: F401
from tests.own_service import own_service
from tests.people import World
from tests.sharing import Shared

#: Fonts say in a PDF when they were cut to what it needs, which two PDFs could be told apart by.
os.environ["SOURCE_DATE_EPOCH"] = "1767225600"

#: The day the demonstration is made for.
DEMO_DAY = date(2026, 11, 22)
#: Settings that the service looks up at each request, so that one application can serve tests
#: with different ones.
READ_EACH_TIME = ("import_max_megabytes",)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that touches the database runs on each database there is, unless marked."""
    if "database" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("sqlite_only") is not None
        metafunc.parametrize("database", DATABASES[:1] if one else DATABASES, scope="session")


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a name, which its workers are told; no example fails for a busy machine."""
    config.option.testrunuid = getattr(config.option, "testrunuid", None) or uuid.uuid4().hex
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=slow)
    hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let workers begin with what takes long, so that they end at about the same moment."""
    if _is_worker():
        items.sort(key=_place_in_the_run)


def pytest_collection_finish() -> None:
    """Leave what was imported out of the search for rubbish, and search less often.

    Pages as parsed are rubbish that only a search finds, and there are a great many of them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Take away what the workers shared, when the last of them has ended."""
    if POSTGRES and not _is_worker():
        drop_shared_databases(_run(session.config))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Shared:
    """What the workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if _is_worker() else own
    return Shared(folder, _run(request.config))


@pytest.fixture(scope="session")
def migrated(database: str, shared: Shared) -> str:
    """The address of a migrated, empty database, to be copied and never written to."""

    def make() -> str:
        url = new_database(database, shared, "migrated")
        _migrate(url)
        return url

    return shared.address(f"migrated-{database}", make)


@pytest.fixture(scope="session")
def peopled(database: str, migrated: str, shared: Shared) -> str:
    """The address of a database that holds a world and nothing else, never to be written to."""

    def make() -> str:
        url = new_database(database, shared, "peopled", migrated)
        with _nothing_left_open(url):
            World.build()
        return url

    return shared.address(f"peopled-{database}", make)


@pytest.fixture(scope="session")
def filled(
    database: str, migrated: str, shared: Shared, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database that holds the demonstration, to be copied and never written to."""

    def make() -> str:
        url = new_database(database, shared, "filled", migrated)
        with _nothing_left_open(url):
            changes.fill(DEMO_DAY, demo=True, tell=lambda line: None)
        return url

    made = shared.address(f"filled-{database}", make)
    with copy_of(database, made, tmp_path_factory.mktemp("demo")) as url:
        yield url


@pytest.fixture
def demo(filled: str) -> Iterator[Flask]:
    """The service full of the demonstration, inside an application context, for reading only."""
    with own_service(settings_for(filled)) as service, service.app_context():
        forbid_writing(db.engine)
        yield service


@pytest.fixture
def demo_to_use(database: str, filled: str, tmp_path: Path) -> Iterator[Flask]:
    """The service on this test's own copy of the demonstration, inside an application context."""
    with (
        copy_of(database, filled, tmp_path) as url,
        own_service(settings_for(url)) as service,
        service.app_context(),
    ):
        yield service


@pytest.fixture(scope="session")
def few_and_many(
    database: str,
    migrated: str,
    shared: Shared,
    compiled_templates: FileSystemBytecodeCache,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Flask, Flask]]:
    """The service with ten made-up audits and with 50,000, to be read only."""

    def make(audits: int) -> str:
        url = new_database(database, shared, f"made_up_{audits}", migrated)
        with _nothing_left_open(url):
            made_up.fill(audits, in_full=False)
        return url

    apps = []
    with ExitStack() as copies:
        for audits in (10, 50_000):
            made = shared.address(f"made_up-{audits}-{database}", partial(make, audits))
            folder = tmp_path_factory.mktemp("made_up")
            app = create_app(settings_for(copies.enter_context(copy_of(database, made, folder))))
            app.config["TESTING"] = True
            app.jinja_env.bytecode_cache = compiled_templates
            with app.app_context():
                copies.callback(db.engine.dispose)
            apps.append(app)
        yield apps[0], apps[1]


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own copy, with the world in it for a test that asks for one."""
    of = request.getfixturevalue("peopled" if "world" in request.fixturenames else "migrated")
    with copy_of(database, of, tmp_path) as url:
        yield url


@pytest.fixture
def settings(database_url: str) -> Settings:
    return settings_for(database_url)


@pytest.fixture(scope="session")
def compiled_templates(shared: Shared) -> FileSystemBytecodeCache:
    """Templates compiled once for all tests and workers."""
    folder = shared.folder / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture
def app(
    settings: Settings,
    database_url: str,
    services: dict[str, Flask],
    compiled_templates: FileSystemBytecodeCache,
) -> Iterator[Flask]:
    """The service on this test's database, inside an application context.

    Tests share one application for each kind of database, which keeps the templates and statements
    it has compiled; what a test changes in its configuration or its views is put back.
    """
    read = {name: getattr(settings, name) for name in READ_EACH_TIME}
    usual = settings_for(database_url).model_copy(update=read)
    kind = make_url(database_url).get_backend_name() if settings == usual else ""
    app = services.get(kind)
    if app is None:
        app = create_app(settings)
        app.jinja_env.bytecode_cache = compiled_templates
        if kind:
            services[kind] = app
            with app.app_context():
                _follow_url(db.engine)
                if kind == "sqlite":
                    _wait_for_no_disk(db.engine)
    config, views = dict(app.config), dict(app.view_functions)
    app.config.update(TESTING=True, SETTINGS=settings, SQLALCHEMY_DATABASE_URI=database_url)
    with app.app_context():
        db.engine.url = make_url(database_url)
        yield app
        db.session.remove()
        db.engine.dispose()
    app.config.clear()
    app.config.update(config)
    app.view_functions.update(views)


@pytest.fixture(scope="session")
def services() -> dict[str, Flask]:
    """The applications tests share, by the kind of database each is for."""
    return {}


def _follow_url(engine: Engine) -> None:
    """Let an engine open its connections wherever its address points by then."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, record: object, args: list[Any], named: dict[str, Any]) -> None:
        args[:], more = dialect.create_connect_args(engine.url)
        named.update(more)


def _wait_for_no_disk(engine: Engine) -> None:
    """Let an engine of SQLite commit without waiting for the disk.

    What is written is thrown away, so it need not survive a power cut, as on PostgreSQL.
    """

    @event.listens_for(engine, "connect")
    def open_in_haste(connection: sqlite3.Connection, record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def world(app: Flask) -> World:
    """Services, teams and one person of each kind."""
    return World.found()


@pytest.fixture
def web(app: Flask) -> PageClient:
    """A browser without JavaScript that checks every page it is given."""
    return PageClient(app)


def settings_for(url: str) -> Settings:
    """Settings for a test: nothing from the environment of whoever runs it but the database."""
    return _usual_settings().model_copy(update={"database_url": url})


@cache
def _usual_settings() -> Settings:
    """Read once: looking through the environment takes longer than a page."""
    return Settings(secret_key="x" * 40, trusted_hosts=("localhost", "127.0.0.1"))


def _is_worker() -> bool:
    """Whether this is one of several processes that run the tests."""
    return "PYTEST_XDIST_WORKER" in os.environ


def _run(config: pytest.Config) -> str:
    """The name of the run."""
    told = getattr(config, "workerinput", None)
    return str(told["testrunuid"] if told else config.option.testrunuid)


def _place_in_the_run(item: pytest.Item) -> tuple[int, bool]:
    """Databases one after the other, what takes long first; tests without a database last."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    long = any(item.get_closest_marker(name) for name in ("browser", "slow"))
    return [*DATABASES, None].index(params.get("database")), not long


def _migrate(url: str) -> None:
    with _nothing_left_open(url):
        flask_migrate.upgrade()


@contextmanager
def _nothing_left_open(url: str) -> Iterator[None]:
    """The service on a database that is whole afterwards, and can be copied."""
    app = create_app(settings_for(url))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()
    if url.startswith("sqlite"):
        fold_log_into_file(url)
