"""A fresh, migrated database for every test, on SQLite and (where there is one) on PostgreSQL.

The database is migrated once and copied for each test, so that every test commits for real.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from audit_app import create_app
from audit_app.demo import changes
from audit_app.extensions import db
from config import Settings
from tests.bench import made_up
from tests.browser_page import PageClient
from tests.people import World

POSTGRES = os.environ.get("TEST_POSTGRES_URL")
DATABASES = ("sqlite", "postgresql") if POSTGRES else ("sqlite",)
#: The day the demonstration is made for.
DEMO_DAY = date(2026, 11, 22)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that touches the database runs on each database there is, unless marked."""
    if "database" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("sqlite_only") is not None
        metafunc.parametrize("database", DATABASES[:1] if one else DATABASES, scope="session")


@pytest.fixture(scope="session")
def migrated(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated, empty database, to be copied and never written to."""
    if database == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'audit.sqlite'}"
        _migrate(url)
        yield url
        return
    name = f"migrated_{uuid.uuid4().hex[:12]}"
    _postgres(f"CREATE DATABASE {name}")
    url = _postgres_url(name)
    _migrate(url)
    yield url
    _postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def filled(database: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that holds the demonstration, to be read only."""
    with copy_of(database, migrated, tmp_path_factory.mktemp("demo")) as url:
        app = create_app(settings_for(url))
        with app.app_context():
            changes.fill(DEMO_DAY, demo=True, tell=lambda line: None)
            db.session.remove()
            db.engine.dispose()
            if database == "sqlite":
                _fold_log_into_file(url)
        yield url


@pytest.fixture(scope="session")
def few_and_many(
    database: str,
    migrated: str,
    compiled_templates: FileSystemBytecodeCache,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Flask, Flask]]:
    """The service with ten made-up audits and with 50,000, to be read only."""
    apps = []
    with ExitStack() as copies:
        for audits in (10, 50_000):
            folder = tmp_path_factory.mktemp("made_up")
            app = create_app(
                settings_for(copies.enter_context(copy_of(database, migrated, folder)))
            )
            app.config["TESTING"] = True
            app.jinja_env.bytecode_cache = compiled_templates
            with app.app_context():
                made_up.fill(audits, in_full=False)
                db.session.remove()
                copies.callback(db.engine.dispose)
            apps.append(app)
        yield apps[0], apps[1]


@pytest.fixture
def database_url(database: str, migrated: str, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own copy."""
    with copy_of(database, migrated, tmp_path) as url:
        yield url


@contextmanager
def copy_of(database: str, migrated: str, folder: Path) -> Iterator[str]:
    """A copy of the migrated database to write to, gone afterwards."""
    if database == "sqlite":
        copy = folder / "audit.sqlite"
        shutil.copy(migrated.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
        return
    name = f"test_{uuid.uuid4().hex[:12]}"
    # Copying the template's files is several times as quick as writing it all to the log again.
    copied = f"TEMPLATE {make_url(migrated).database} STRATEGY FILE_COPY"
    _postgres(f"CREATE DATABASE {name} {copied}")
    yield _postgres_url(name)
    _postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str) -> Settings:
    return settings_for(database_url)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all tests: each test has an application of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


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
    usual = settings_for(database_url)
    kind = make_url(database_url).get_backend_name() if settings == usual else ""
    app = services.get(kind)
    if app is None:
        app = create_app(settings)
        app.jinja_env.bytecode_cache = compiled_templates
        if kind:
            services[kind] = app
            with app.app_context():
                _follow_url(db.engine)
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


@pytest.fixture
def world(app: Flask) -> World:
    """Services, teams and one person of each kind."""
    return World.build()


@pytest.fixture
def web(app: Flask) -> PageClient:
    """A browser without JavaScript that checks every page it is given."""
    return PageClient(app)


def settings_for(url: str) -> Settings:
    """Settings for a test: nothing from the environment of whoever runs it but the database."""
    return Settings(database_url=url, secret_key="x" * 40, trusted_hosts=("localhost", "127.0.0.1"))


def _migrate(url: str) -> None:
    app = create_app(settings_for(url))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
        if url.startswith("sqlite"):
            _fold_log_into_file(url)


def _fold_log_into_file(url: str) -> None:
    """So that copying the one file copies everything."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _postgres(statement: str) -> None:
    engine = create_engine(str(POSTGRES), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _postgres_url(name: str) -> str:
    return make_url(str(POSTGRES)).set(database=name).render_as_string(hide_password=False)
