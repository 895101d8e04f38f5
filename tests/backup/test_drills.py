"""The drills do what they say: put a backup back, or upgrade one, elsewhere, and leave nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextvars import Context
from pathlib import Path

import flask_migrate
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from audit_app.backup import making
from audit_app.backup.queries import is_empty
from audit_app.drills import drill
from audit_app.extensions import db
from config import ROOT
from tests.backup.kept import Kept, audits_there, database_at, run

SECRET = "x" * 40


@pytest.fixture
def environment(
    app: Flask, kept: Kept, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """What an operator's shell would hold; temporary folders are made in one that can be seen."""
    db.session.commit()
    url = db.engine.url.render_as_string(hide_password=False)
    folder = tmp_path / "temporary"
    folder.mkdir()
    set_here = {
        "DATABASE_URL": url,
        "SCRATCH_DATABASE_URL": elsewhere,
        "SECRET_KEY": SECRET,
        "TMPDIR": str(folder),
    }
    for name, value in set_here.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", None)
    yield set_here
    assert list(folder.iterdir()) == []
    assert audits_there() == kept.audits
    if url.startswith("postgresql"):
        with database_at(elsewhere):
            assert is_empty(db.engine)


def _drilled(*words: object) -> Result:
    db.session.remove()
    db.engine.dispose()
    # With none of the test's context: a drill makes services of its own.
    return Context().run(CliRunner().invoke, drill, [str(each) for each in words])


def test_the_restore_drill_proves_a_backup_made_now(environment: dict[str, str]) -> None:
    done = _drilled("restore")
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert "The same judgements in all" in done.output
    assert "Restored, proved and taken away again" in done.output


def test_the_upgrade_drill_brings_a_backup_of_the_version_before_up_to_date(
    app: Flask, environment: dict[str, str], elsewhere: str, file: Path, tmp_path: Path
) -> None:
    url = db.engine.url
    with pytest.MonkeyPatch.context() as losing:
        losing.setenv("MIGRATION_MAY_LOSE_ROWS", "1")
        flask_migrate.downgrade(revision="0012")
    making.make(file, url)
    flask_migrate.upgrade()
    done = _drilled("upgrade", file)
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert "From migration 0012 to" in done.output
    assert "no row of" in done.output


def test_a_drill_that_finds_something_wrong_says_so_and_leaves_nothing(
    environment: dict[str, str], file: Path
) -> None:
    file.write_text("No backup at all.")
    failed = _drilled("restore", file)
    assert failed.exit_code == 1
    assert "is no backup" in failed.output


@pytest.mark.sqlite_only
def test_a_drill_on_a_copy_that_the_service_cannot_work_with_says_so_in_words(
    app: Flask, environment: dict[str, str], elsewhere: str, file: Path
) -> None:
    making.make(file, db.engine.url)
    changed = file.with_name("changed.zip")
    with database_at(elsewhere):
        assert run(app, "restore", file).exit_code == 0
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE escalation_entries DROP COLUMN text")
        making.make(changed, db.engine.url)
    for which in ("restore", "upgrade"):
        failed = _drilled(which, changed)
        assert (failed.exit_code, type(failed.exception)) == (1, SystemExit)
        assert "lacks escalation_entries.text" in failed.output


@pytest.mark.sqlite_only
def test_a_drill_whose_database_is_none_says_so_in_words(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.sqlite"
    other.write_text("The letters of another application.\n" * 200)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{other}")
    failed = _drilled("restore")
    assert (failed.exit_code, type(failed.exception)) == (1, SystemExit)
    assert "file is not a database" in failed.output


@pytest.mark.sqlite_only
def test_the_script_is_what_people_type(environment: dict[str, str]) -> None:
    db.session.remove()
    db.engine.dispose()
    script = ROOT / "scripts" / "drill"
    done = subprocess.run(
        [script, "restore"], env=os.environ | environment, capture_output=True, check=False
    )
    assert (done.returncode, b"taken away again" in done.stdout) == (0, True), done.stderr
    wrong = subprocess.run([script, "repair"], capture_output=True, check=False)
    assert wrong.returncode == 2
