"""A step up while workers of the version before it go on serving: nobody is turned away."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import MetaData, Table, func, insert, inspect, select, text

from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, HistorySeal, remember
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from tests.browser_page import PageClient
from tests.people import World
from tests.recording import record_everything

Columns = dict[str, dict[str, dict[str, Any]]]


def _script(app: Flask) -> ScriptDirectory:
    return ScriptDirectory(app.extensions["migrate"].directory)


@pytest.fixture
def step_before(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database as it was before the newest step, with people in it; which step that was."""
    for grant in world.hester.grants:
        db.session.delete(grant)
    remember(db.session, world.alice, "opened", "audit", "ABC")
    db.session.commit()
    head = _script(app).get_revision("head")
    before = str(head.down_revision)
    db.session.remove()
    with monkeypatch.context() as losing:
        losing.setenv("MIGRATION_MAY_LOSE_ROWS", "1")
        flask_migrate.downgrade(revision=before)
    return before


def _columns() -> Columns:
    there = inspect(db.engine)
    return {
        name: {each["name"]: dict(each) for each in there.get_columns(name)}
        for name in there.get_table_names()
        if not name.startswith("passage_words")
    }


def _names(columns: Columns) -> dict[str, set[str]]:
    return {table: set(named) for table, named in columns.items()}


def _may_be_left_out(column: dict[str, Any]) -> bool:
    made = column.get("computed") or column.get("identity") or column.get("autoincrement") is True
    return bool(column["nullable"] or column["default"] is not None or made)


def test_the_newest_step_takes_away_nothing_that_workers_before_it_use(
    app: Flask, step_before: str
) -> None:
    """What is renamed, removed or newly needed would fail them; that waits for a later version."""
    before = _columns()
    flask_migrate.upgrade()
    after = _columns()
    for table, columns in before.items():
        assert columns.keys() <= after[table].keys(), table
        for name, column in after[table].items():
            if name not in columns:
                assert _may_be_left_out(column), f"{table}.{name} is new and has to be written"
            elif not column["nullable"]:
                assert not columns[name]["nullable"], f"{table}.{name} has to be written now"
            if name in columns:
                shorter = getattr(column["type"], "length", None) or 10**9
                assert shorter >= (getattr(columns[name]["type"], "length", None) or 0), name


def test_workers_before_the_newest_step_go_on_writing_what_they_know(
    app: Flask, step_before: str
) -> None:
    tables = {
        name: Table(name, MetaData(), autoload_with=db.engine)
        for name in ("users", "role_grants", "sessions", "history_events")
    }
    flask_migrate.upgrade()
    later = now() + timedelta(hours=1)
    with db.engine.begin() as connection:

        def write(table: str, **values: Any) -> int:
            written = connection.execute(insert(tables[table]).values(**values))
            return int(written.inserted_primary_key[0]) if table != "sessions" else 0

        person = write(
            "users", email="new@example.gov.uk", name="New", active=True, password_hash="x",
            reference="AAAA-BBBB", created_at=now(),
        )  # fmt: skip
        write("role_grants", user_id=person, role="team_manager")
        write("sessions", id_digest="d" * 64, user_id=person, data=b"1", expires_at=later)
        event = write(
            "history_events", at=now(), user_id=person, verb="opened", record_type="audit",
            record_reference="ABC",
        )  # fmt: skip
        for name, key in (("users", person), ("history_events", event)):
            found = connection.execute(select(tables[name]).where(tables[name].c.id == key)).one()
            assert set(found._fields) == set(tables[name].c.keys())


LATER = """
import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{head}"


def upgrade():
    op.create_table("visits", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("audits") as batch:
        batch.add_column(sa.Column("visits", sa.Integer(), nullable=True))
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("hello", sa.String(9), server_default="Hi", nullable=False))


def downgrade():
    pass
"""


def test_workers_of_this_version_serve_a_database_that_a_later_one_has_migrated(
    app: Flask, web: PageClient, world: World, tmp_path: Path
) -> None:
    web.sign_in(world.alice)
    page = record_everything(web, world)
    folder = tmp_path / "migrations"
    shutil.copytree(app.extensions["migrate"].directory, folder)
    script = LATER.format(head=_script(app).get_current_head())
    (folder / "versions" / "9998_later.py").write_text(script)
    db.session.remove()
    flask_migrate.upgrade(directory=str(folder))
    assert web.request("GET", "/readyz").get_data(as_text=True) == "ready"
    assert web.send(page, "Submit the audit").h1 == "Audit submitted"
    assert db.session.scalars(select(Audit)).one().state is AuditState.SUBMITTED
    db.session.remove()


def _upgrade(app: Flask, start: Any) -> None:
    start.wait()
    flask_migrate.upgrade()


@contextmanager
def _upgrading(app: Flask, times: int = 1) -> Iterator[list[Any]]:
    """Upgrades in processes of their own, begun at the same moment."""
    db.session.remove()
    db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(times)
    running = [fork.Process(target=_upgrade, args=(app, start)) for _ in range(times)]
    for each in running:
        each.start()
    yield running
    for each in running:
        each.join()


def test_two_who_upgrade_at_once_do_it_once(app: Flask, step_before: str) -> None:
    with _upgrading(app, times=2) as both:
        pass
    assert [each.exitcode for each in both] == [0, 0]
    with db.engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert version == _script(app).get_current_head()
    sealed = db.session.scalar(select(func.count()).select_from(HistorySeal))
    assert sealed == db.session.scalar(select(func.count()).select_from(HistoryEvent)) == 1
    db.session.remove()


def test_a_migration_gives_up_rather_than_keep_everybody_waiting(
    app: Flask, step_before: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database == "sqlite":
        pytest.skip("SQLite has one writer at once, who waits for nobody that reads")
    monkeypatch.setenv("MIGRATION_PATIENCE", "0")
    before = _names(_columns())
    with db.engine.connect() as somebody:
        somebody.execute(text("SELECT count(*) FROM users"))
        with pytest.raises(SystemExit):
            flask_migrate.upgrade()
    assert _names(_columns()) == before
    flask_migrate.upgrade()
    assert _names(_columns()) != before


def test_somebody_who_is_saving_is_never_turned_away_by_a_migration(
    app: Flask, step_before: str, database: str
) -> None:
    """A migration that waited with half of the tables would be waited for by who has the rest."""
    if database == "sqlite":
        pytest.skip("SQLite has one writer at once, who waits for nobody that reads")
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with _upgrading(app) as (migration,), db.engine.connect() as somebody:
        somebody.execute(text("UPDATE users SET name = 'Ann' WHERE email LIKE 'alice%'"))
        with db.engine.connect() as watching:
            while migration.is_alive() and not watching.scalar(waiting):
                watching.rollback()
                sleep(0.02)
        somebody.execute(text("UPDATE audits SET case_reference = case_reference"))
        somebody.commit()
    assert migration.exitcode == 0
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM users WHERE name = 'Ann'")) == 1
