"""What is damaged, no backup or in the way is refused: nothing is written, and the reason said."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import inspect

from audit_app.backup import making
from audit_app.backup.container import COPIES, MANIFEST
from audit_app.backup.queries import newest_migration
from audit_app.extensions import db
from tests.backup.kept import Kept, audits_there, database_at, folder_of, run

Damage = Callable[[Path], None]


def _altered_in_the_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    file.write_bytes(content)


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _something_else(file: Path) -> None:
    file.write_text("case_reference,audit_date\n")


def _another_archive(file: Path) -> None:
    file.unlink()
    with ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")


def _says(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The same copy with something else said of it."""
    with ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    said = json.loads(parts[MANIFEST])
    change(said)
    file.unlink()
    with ZipFile(file, "w") as archive:
        for name, content in (parts | {MANIFEST: json.dumps(said).encode()}).items():
            archive.writestr(name, content)


def _says_more_rows(file: Path) -> None:
    _says(file, lambda said: said["contents"]["tables"].update(audits=5))


def _says_another_checksum(file: Path) -> None:
    _says(file, lambda said: said.update(checksum="0" * 64))


def _says_it_is_smaller(file: Path) -> None:
    _says(file, lambda said: said.update(size=1000))


def _says_nothing(file: Path) -> None:
    _says(file, lambda said: said.clear())


def _of_a_later_format(file: Path) -> None:
    _says(file, lambda said: said.update(format=2))


@pytest.mark.parametrize(
    ("damage", "reason"), [(_altered_in_the_middle, "damaged"), (_says_more_rows, "audits")]
)
def test_what_is_not_as_it_was_made_is_found_out_and_not_put_back(
    app: Flask, kept: Kept, file: Path, elsewhere: str, damage: Damage, reason: str
) -> None:
    db.session.commit()
    making.make(file, db.engine.url)
    damage(file)
    _is_refused(app, file, reason)
    with database_at(elsewhere):
        assert run(app, "restore", file).exit_code == 1
        with db.engine.connect() as connection:
            assert not inspect(connection).get_table_names()
    assert folder_of(file) == [file.name]


@pytest.mark.sqlite_only
def test_what_is_no_whole_backup_is_told_from_one(app: Flask, kept: Kept, file: Path) -> None:
    db.session.commit()
    making.make(file, db.engine.url)
    whole = file.read_bytes()
    for damage, reason in (
        (_cut_off, "is no backup, or is damaged"),
        (_something_else, "is no backup, or is damaged"),
        (_another_archive, "it does not say what it holds"),
        (_says_another_checksum, "its checksum differs"),
        (_says_it_is_smaller, "its checksum differs"),
        (_says_nothing, "cannot be read"),
        (_of_a_later_format, "a newer version"),
    ):
        file.write_bytes(whole)
        damage(file)
        _is_refused(app, file, reason)
    assert folder_of(file) == [file.name]


def _is_refused(app: Flask, file: Path, reason: str) -> None:
    verified = run(app, "verify-backup", file)
    assert (verified.exit_code, verified.stdout) == (1, "")
    assert reason in verified.stderr


def test_nothing_is_overwritten(app: Flask, kept: Kept, file: Path) -> None:
    file.write_text("Last night’s")
    refused = run(app, "backup", file)
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr
    assert file.read_text() == "Last night’s"
    assert folder_of(file) == [file.name]


def test_a_place_that_cannot_be_written_to_is_refused_and_no_history_is_written(
    app: Flask, kept: Kept, file: Path
) -> None:
    refused = run(app, "backup", file.parent / "missing" / "a.zip")
    assert refused.exit_code == 1
    assert "There is no folder" in refused.stderr
    assert folder_of(file) == []


@pytest.mark.sqlite_only
def test_wrong_usage_is_said_to_be_that(app: Flask, file: Path) -> None:
    for words in (
        ["backup"],
        ["backup", file.parent],
        ["verify-backup", file],
        ["restore", file],
        ["restore"],
        ["database-rights"],
    ):
        assert run(app, *words).exit_code == 2


@pytest.mark.sqlite_only
def test_a_database_that_is_not_there_is_not_backed_up(app: Flask, file: Path) -> None:
    with database_at(f"sqlite:///{file.parent / 'none.sqlite'}"):
        refused = run(app, "backup", file)
    assert refused.exit_code == 1
    assert "There is no database" in refused.stderr
    assert folder_of(file) == []


@pytest.mark.sqlite_only
def test_a_backup_of_another_kind_is_not_put_back(app: Flask, kept: Kept, file: Path) -> None:
    db.session.commit()
    making.make(file, db.engine.url)

    def of_postgresql(said: dict[str, Any]) -> None:
        said["kind"] = "postgresql"

    _says(file, of_postgresql)
    refused = run(app, "restore", file, "--force")
    assert refused.exit_code == 1
    with ZipFile(file) as archive:
        assert COPIES["postgresql"] not in archive.namelist()
    assert audits_there() == kept.audits


@pytest.mark.sqlite_only
def test_a_database_that_is_damaged_makes_way_and_is_kept_as_it_is(
    app: Flask, kept: Kept, file: Path, tmp_path: Path
) -> None:
    db.session.commit()
    making.make(file, db.engine.url)
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    shutil.copy(broken, tmp_path / "as-it-was")
    with database_at(f"sqlite:///{broken}"):
        assert run(app, "restore", file).exit_code == 1
        done = run(app, "restore", file, "--force")
        assert (done.exit_code, done.stderr) == (0, "")
        assert audits_there() == kept.audits
    aside = next(tmp_path.glob("broken-before-restore-*.sqlite"))
    assert aside.read_bytes() == (tmp_path / "as-it-was").read_bytes()
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


def test_a_database_of_something_else_is_left_alone_even_when_forced(
    app: Flask, kept: Kept, file: Path, elsewhere: str, database: str
) -> None:
    db.session.commit()
    making.make(file, db.engine.url)
    with database_at(elsewhere):
        with db.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE planets (name TEXT)")
            connection.exec_driver_sql("INSERT INTO planets VALUES ('Saturn')")
        refused = run(app, "restore", file, *(["--force"] if database == "postgresql" else []))
        assert refused.exit_code == 1
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT name FROM planets").scalar() == "Saturn"


def test_a_database_that_lacks_what_its_migration_made_is_not_put_back(
    app: Flask, kept: Kept, file: Path, elsewhere: str
) -> None:
    db.session.commit()
    making.make(file, db.engine.url)
    changed = file.with_name("changed.zip")
    with database_at(elsewhere):
        assert run(app, "restore", file).exit_code == 0
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE escalation_entries DROP COLUMN text")
        making.make(changed, db.engine.url)
    refused = run(app, "restore", changed, "--force")
    assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
    assert "lacks escalation_entries.text" in refused.stderr
    assert audits_there() == kept.audits
    db.session.remove()


def test_a_backup_of_another_application_is_told_from_one_of_the_service(
    app: Flask, kept: Kept, file: Path, elsewhere: str
) -> None:
    db.session.commit()
    with database_at(elsewhere):
        with db.engine.begin() as connection:
            for made in ("alembic_version (version_num TEXT)", "planets (name TEXT)"):
                connection.exec_driver_sql(f"CREATE TABLE {made}")
            at = f"INSERT INTO alembic_version VALUES ('{newest_migration()}')"  # noqa: S608
            connection.exec_driver_sql(at)
        making.make(file, db.engine.url)
    for words in (["verify-backup", file], ["restore", file, "--force"]):
        refused = run(app, *words)
        assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
        assert "a backup of something else" in refused.stderr
    assert audits_there() == kept.audits
    db.session.remove()
