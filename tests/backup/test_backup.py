"""A backup is taken while people work, is whole, and is put back with nothing lost."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from audit_app.backup import making, postgresql, sqlite
from audit_app.backup.queries import contents
from audit_app.backup.restoring import restore
from audit_app.backup.verifying import verify
from audit_app.extensions import db
from audit_app.models import (
    ONLY_ADDED,
    AccessToken,
    HistoryEvent,
    HistorySeal,
    KeptForm,
    OnceToken,
    StoredSession,
    User,
    remember,
)
from audit_app.models.history import last_seal
from tests.backup.kept import Kept, audits_there, database_at, folder_of, run
from tests.browser_page import PageClient
from tests.people import World


def _rows() -> dict[str, int]:
    with db.engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {
            name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0  # noqa: S608
            for name in names
            if not name.startswith("passage_words")
        }


def test_a_backup_says_what_it_holds_and_holds_no_secret(
    app: Flask, world: World, kept: Kept, file: Path
) -> None:
    before, seal = _rows(), last_seal(db.session)
    secrets = (world.alice.email, str(world.alice.password_hash), str(app.config["SECRET_KEY"]))
    done = run(app, "backup", file)
    assert (done.exit_code, folder_of(file)) == (0, ["tonight.zip"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as archive:
        said = json.loads(archive.read("manifest.json"))
    assert said["contents"]["tables"] == before
    assert said["contents"]["history"] == list(seal)
    assert abs((datetime.fromisoformat(said["made_at"]) - datetime.now(UTC)).total_seconds()) < 600
    written = json.dumps(said)
    assert not [secret for secret in secrets if secret in written]
    assert run(app, "verify-backup", file).exit_code == 0


def test_history_says_that_a_backup_was_made(app: Flask, kept: Kept, file: Path) -> None:
    db.session.remove()
    made = making.back_up(file)
    assert made.remembered
    newest = db.session.scalars(select(HistoryEvent).order_by(HistoryEvent.id.desc())).first()
    assert newest is not None
    assert (newest.verb, newest.record_reference) == ("made a backup", made.manifest.reference)
    assert last_seal(db.session)[0] == db.session.scalar(select(func.count(HistoryEvent.id)))


def test_somebody_who_writes_is_not_waited_for_and_what_is_not_committed_is_not_in_it(
    app: Flask, world: World, kept: Kept, file: Path
) -> None:
    world.alice.name = "Somebody else"
    db.session.flush()
    manifest = making.make(file, db.engine.url)
    db.session.rollback()
    assert manifest.contents.tables["audits"] == len(kept.audits)
    found = verify(file)
    assert found.manifest == manifest


def test_what_is_committed_while_a_copy_is_made_is_in_none_of_it(
    app: Flask, world: World, kept: Kept, tmp_path: Path
) -> None:
    """Rows are counted at one moment and copied at another; both have to see the same."""
    url, copy = db.engine.url, tmp_path / "copy"
    if url.get_backend_name() == "sqlite":
        with sqlite.copied(url, tmp_path) as made:
            _submit_another(world)
            with sqlite.read_only(made).connect() as connection:
                assert contents(connection).tables["audits"] == len(kept.audits)
    else:
        engine = postgresql.engine_for(url)
        with postgresql.one_moment(engine) as (connection, snapshot):
            _submit_another(world)
            held = contents(connection)
            copy.write_bytes(b"".join(postgresql.dumped(connection, url, snapshot)))
        engine.dispose()
        assert held.tables["audits"] == len(kept.audits)
        assert postgresql.rows_dumped(copy) == held.tables
    assert len(audits_there()) == len(kept.audits) + 1


def _submit_another(world: World) -> None:
    world.recorded_audit(case="999")
    remember(db.session, world.alice, "submitted", "audit", "later")
    db.session.commit()


def test_what_is_put_back_is_what_was_there(
    app: Flask, world: World, kept: Kept, file: Path, elsewhere: str
) -> None:
    before = _rows()
    making.make(file, db.engine.url)
    with database_at(elsewhere):
        done = restore(file, force=False)
        assert (done.kept, done.problems) == (None, ())
        assert audits_there() == kept.audits
        assert db.session.scalars(select(KeptForm)).one().typed == {"what": [kept.typed]}
        # Nobody is signed in, and history says why it goes on from here.
        expected = before | {
            "sessions": 0,
            "history_events": before["history_events"] + 1,
            "history_seals": before["history_seals"] + 1,
        }
        assert _rows() == expected
        assert not folder_of(file)[1:]


def test_nobody_and_no_program_that_was_let_in_then_is_let_in_again(
    app: Flask, kept: Kept, file: Path, elsewhere: str
) -> None:
    marks = OnceToken(token="f" * 64, user_id=db.session.scalar(select(User.id)), result="/a")
    db.session.add(marks)
    db.session.commit()
    making.make(file, db.engine.url)
    with database_at(elsewhere):
        restore(file, force=False)
        assert not db.session.scalars(select(StoredSession)).all()
        assert db.session.scalars(select(AccessToken)).one().revoked_at is not None
        # A form that was sent stays sent, in whatever window it is still open.
        assert db.session.scalars(select(OnceToken.token)).all() == ["f" * 64]
        db.session.remove()


@pytest.mark.parametrize(
    ("table", "column"), [("history_events", "verb"), ("history_seals", "checksum")]
)
def test_history_is_guarded_where_it_was_put_back_and_goes_on(
    app: Flask, world: World, kept: Kept, file: Path, elsewhere: str, table: str, column: str
) -> None:
    making.make(file, db.engine.url)
    with database_at(elsewhere):
        restore(file, force=False)
        place = last_seal(db.session)[0]
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):  # noqa: S608
            with pytest.raises(DBAPIError, match=f"{table} is only added to"):
                db.session.execute(text(change))
            db.session.rollback()
        remember(db.session, None, "opened", "audit", "ABC")
        db.session.commit()
        assert db.session.scalar(select(func.max(HistorySeal.position))) == place + 1
        db.session.remove()


def test_every_guard_of_the_database_is_there_again(
    app: Flask, kept: Kept, file: Path, elsewhere: str
) -> None:
    guards = text(
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if db.engine.dialect.name == "sqlite"
        else "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    before = {tuple(row) for row in db.session.execute(guards)}
    making.make(file, db.engine.url)
    with database_at(elsewhere):
        restore(file, force=False)
        assert {tuple(row) for row in db.session.execute(guards)} == before
        db.session.remove()
    assert {table for _, table in before} >= set(ONLY_ADDED)


def test_people_sign_in_and_work_where_it_was_put_back(
    app: Flask, web: PageClient, world: World, kept: Kept, file: Path, elsewhere: str
) -> None:
    mallory = world.mallory.id
    making.make(file, db.engine.url)
    with database_at(elsewhere):
        assert run(app, "restore", file).exit_code == 0
        web.sign_in(db.session.get_one(User, mallory))
        assert web.get("/audits/").status == 200
        assert web.request("GET", "/readyz").status_code == 200


def test_where_there_are_records_nothing_is_put_unless_forced_and_then_they_are_kept(
    app: Flask, world: World, kept: Kept, file: Path
) -> None:
    making.make(file, db.engine.url)
    later = world.recorded_audit(case="999").reference
    refused = run(app, "restore", file)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert audits_there() == kept.audits | {later}
    db.session.remove()
    done = restore(file, force=True)
    assert audits_there() == kept.audits
    assert done.kept is not None
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        restore(done.kept, force=True)
        assert audits_there() == kept.audits | {later}
    else:
        with database_at(f"sqlite:///{done.kept}"):
            assert audits_there() == kept.audits | {later}
    db.session.remove()


def test_a_database_that_somebody_has_open_is_left_alone(
    app: Flask, world: World, kept: Kept, file: Path
) -> None:
    making.make(file, db.engine.url)
    later = world.recorded_audit(case="999").reference
    db.session.remove()
    db.engine.dispose()
    other = create_engine(db.engine.url, poolclass=NullPool)
    with other.connect() as worker:
        worker.execute(text("SELECT 1"))
        worker.rollback()
        refused = run(app, "restore", file, "--force")
    assert refused.exit_code == 1
    assert "Stop" in refused.stderr
    assert audits_there() == kept.audits | {later}
    db.session.remove()
