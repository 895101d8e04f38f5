"""The service works with a role that PostgreSQL itself lets neither change nor remove history."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from audit_app.extensions import db
from audit_app.models import ONLY_ADDED, Audit, Base, HistoryEvent
from audit_app.rules.audit_steps import AuditState
from tests.backup.kept import Kept, database_at, run
from tests.browser_page import PageClient
from tests.databases import POSTGRES
from tests.people import World
from tests.recording import record_everything

PASSWORD = "quiet-harbour-lantern"


@pytest.fixture
def role(database: str) -> Iterator[str]:
    """A role that may sign in to the server, and nothing else."""
    if database != "postgresql":
        pytest.skip("SQLite has no roles")
    name = f"service_{uuid.uuid4().hex[:8]}"
    server = create_engine(str(POSTGRES), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"))
    yield name
    with server.connect() as connection:
        connection.execute(text(f"DROP ROLE {name}"))


@pytest.fixture
def as_role(app: Flask, kept: Kept, role: str) -> Iterator[str]:
    """The address of the test's database as the role opens it, after it was given its rights."""
    db.session.commit()
    given = run(app, "database-rights", role)
    assert (given.exit_code, given.stderr) == (0, "")
    yield db.engine.url.set(username=role, password=PASSWORD).render_as_string(hide_password=False)
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))


def test_people_record_submit_and_print_as_ever(
    app: Flask, web: PageClient, world: World, as_role: str
) -> None:
    with database_at(as_role):
        web.sign_in(world.alice)
        web.send(record_everything(web, world), "Submit the audit")
        audit = db.session.query(Audit).order_by(Audit.id.desc()).first()
        assert audit is not None
        assert audit.state is AuditState.SUBMITTED
        assert web.request("GET", f"/audits/{audit.reference}.pdf").status_code == 200
        web.sign_out()
        web.sign_in(world.carol)
        assert web.get("/insight/distribution").status == 200
        assert web.request("GET", "/insight/distribution.pdf").status_code == 200
        assert web.request("GET", "/readyz").status_code == 200
        assert {"submitted", "printed"} <= set(db.session.scalars(select(HistoryEvent.verb)))


def test_the_role_may_add_to_what_is_kept_for_ever_and_nothing_else(as_role: str) -> None:
    with database_at(as_role):
        for table in ONLY_ADDED:
            column = next(iter(Base.metadata.tables[table].primary_key)).name
            for statement in (
                f"UPDATE {table} SET {column} = {column}",  # noqa: S608
                f"DELETE FROM {table}",  # noqa: S608
                f"TRUNCATE {table} CASCADE",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL",
                f"DROP TRIGGER {table}_only_added ON {table}",
                f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION only_added()",
                f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
                f"ALTER TABLE {table} ADD COLUMN more TEXT",
                f"DROP TABLE {table}",
            ):
                _refused(statement)


def test_the_role_changes_no_tables_and_no_guards(as_role: str) -> None:
    with database_at(as_role):
        for statement in (
            "CREATE TABLE mine (id integer)",
            "CREATE OR REPLACE FUNCTION only_added() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
            "DROP FUNCTION only_added CASCADE",
            "SET session_replication_role = replica",
            "UPDATE alembic_version SET version_num = '0001'",
            "TRUNCATE audits",
            "DROP SCHEMA public CASCADE",
        ):
            _refused(statement)


def _refused(statement: str) -> None:
    with (
        db.engine.connect() as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_a_table_that_comes_later_can_be_written_to_and_rights_are_given_again(
    app: Flask, as_role: str, role: str
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE later (id serial PRIMARY KEY, what text)"))
        connection.execute(text(f"GRANT ALL ON history_events TO {role}"))
    assert run(app, "database-rights", role).exit_code == 0
    with database_at(as_role), db.engine.begin() as connection:
        connection.execute(text("INSERT INTO later (what) VALUES ('a')"))
        connection.execute(text("UPDATE later SET what = 'b'"))
    with database_at(as_role):
        _refused("UPDATE history_events SET verb = verb")
        assert db.session.query(HistoryEvent).count() > 0
        db.session.remove()


def test_the_role_makes_backups(app: Flask, as_role: str, file: object) -> None:
    with database_at(as_role):
        assert run(app, "backup", file).exit_code == 0
    assert run(app, "verify-backup", file).exit_code == 0


def test_no_rights_are_given_to_who_owns_the_tables_or_is_not_there(
    app: Flask, database: str
) -> None:
    assert run(app, "database-rights", "app").exit_code == 1
    refused = run(app, "database-rights", "nobody_at_all")
    assert refused.exit_code == 1
    reason = "no role nobody_at_all" if database == "postgresql" else "Only PostgreSQL"
    assert reason in refused.stderr
