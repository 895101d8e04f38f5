"""Restoring and upgrading, tried on a copy before it matters.

Each uses the commands a person would type, on a copy elsewhere, and takes it away afterwards. The
service goes on meanwhile. ``scripts/drill`` runs them; docs/backup.md and docs/upgrade.md say when.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import NullPool, create_engine

from audit_app import create_app
from audit_app.backup import Refused, postgresql
from audit_app.backup.fitting import refuse_what_lacks_something, why
from audit_app.backup.queries import Contents, contents, is_empty, newest_migration
from audit_app.backup.verifying import empty_place
from audit_app.extensions import db
from config import Settings, SettingsError, read_settings

SCRATCH = "SCRATCH_DATABASE_URL"
FIGURES = ("distribution", "--by", "calendar-year", "--format", "csv")
#: What is made of other records, and made again by a step up.
MADE_AGAIN = ("tallies", "moderation_tallies", "moderation_waits", "passages")


@click.group()
def drill() -> None:
    """Try a restore or an upgrade on a copy, while nothing is wrong."""


_BACKUP = click.argument(
    "backup", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@drill.command()
@_BACKUP
def restore(backup: Path | None) -> None:
    """Put a BACKUP back elsewhere and compare; without one it is made now."""
    settings = _settings()
    with _in_plain_words("The drill"), _elsewhere(settings) as (folder, scratch):
        live, began = create_app(settings), monotonic()
        before = _figures(live)
        file = backup or _made(live, folder)
        _typed(live, "verify-backup", str(file))
        copy = create_app(_at(settings, scratch))
        _typed(copy, "restore", str(file))
        _prove(copy)
        if backup is None:
            _compare(before, _figures(copy), _figures(live))
    click.echo(f"Restored, proved and taken away again in {monotonic() - began:,.0f} seconds")


@drill.command()
@_BACKUP
def upgrade(backup: Path | None) -> None:
    """Bring a BACKUP up to date elsewhere, and see that no row is lost."""
    settings = _settings()
    with _in_plain_words("The drill"), _elsewhere(settings) as (folder, scratch):
        began = monotonic()
        file = backup or _made(create_app(settings), folder)
        copy = create_app(_at(settings, scratch))
        _typed(copy, "restore", str(file))
        before = _contents(copy)
        _typed(copy, "db", "upgrade")
        _typed(copy, "history", "seal")
        _refuse_losses(before, _contents(copy))
        _prove(copy)
    click.echo(f"Upgraded, proved and taken away again in {monotonic() - began:,.0f} seconds")


def _at(settings: Settings, url: str) -> Settings:
    """The settings of a service on the copy alone: its figures too are read from there."""
    return settings.model_copy(update={"database_url": url, "database_read_url": None})


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from None


@contextmanager
def _in_plain_words(what: str) -> Iterator[None]:
    """Whoever tries a drill is told what went wrong, and not where in the code."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    except Exception as problem:
        raise click.ClickException(f"{what} came to an end: {why(problem)}") from None


@contextmanager
def _elsewhere(settings: Settings) -> Iterator[tuple[Path, str]]:
    """A folder for its owner alone and the address of an empty place; both are left as found."""
    with TemporaryDirectory(prefix="drill-") as folder:
        if settings.database_url.startswith("sqlite"):
            yield Path(folder), f"sqlite:///{folder}/copy.sqlite"
            return
        scratch = os.environ.get(SCRATCH)
        if not scratch:
            raise click.ClickException(f"Set {SCRATCH} to an empty database of PostgreSQL")
        # Keeps no connection open: a database that somebody is connected to is not put back into.
        engine = create_engine(empty_place(scratch), hide_parameters=True, poolclass=NullPool)
        if not is_empty(engine):
            raise click.ClickException(f"The database that {SCRATCH} names is not empty")
        try:
            yield Path(folder), scratch
        finally:
            postgresql.make_empty(engine)


def _made(live: Flask, folder: Path) -> Path:
    # Named as every backup of the service is.
    file = folder / f"{datetime.now().astimezone():%Y-%m-%d-%H%M}.zip"
    _typed(live, "backup", str(file))
    return file


def _typed(app: Flask, *words: str) -> None:
    """Run a command of the service as if it were typed, and say so."""
    click.echo(f"$ flask {' '.join(words)}")
    began = monotonic()
    try:
        with _left(app), _in_plain_words(f"flask {' '.join(words)}"):
            app.cli.main(list(words), "flask", obj=_as(app), standalone_mode=False)
    except (click.exceptions.Exit, SystemExit) as ended:
        if getattr(ended, "exit_code", getattr(ended, "code", 1)):
            raise click.ClickException(f"flask {words[0]} was refused") from None
    click.echo(f"  {monotonic() - began:,.1f} seconds")


@contextmanager
def _left(app: Flask) -> Iterator[None]:
    """Close every connection of a service, whatever becomes of it: a database in use is not put
    back into.
    """
    try:
        yield
    finally:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def _as(app: Flask) -> ScriptInfo:
    return ScriptInfo(create_app=lambda: app)


def _figures(app: Flask) -> str:
    written = BytesIO()
    said = TextIOWrapper(written, encoding="utf-8", write_through=True)
    with _left(app), redirect_stdout(said):
        app.cli.main(list(FIGURES), "flask", obj=_as(app), standalone_mode=False)
    return written.getvalue().decode()


def _prove(copy: Flask) -> None:
    """Have the service itself say that the copy is whole and that it can work with it."""
    with _left(copy), copy.app_context(), db.engine.connect() as connection:
        refuse_what_lacks_something(connection)
    _typed(copy, "check")
    _typed(copy, "verify-published")
    _typed(copy, "history", "verify")
    with _left(copy), copy.app_context():
        at = copy.test_client().get("/readyz").status_code
        newest = newest_migration()
    if at != 200 and _contents(copy).migration == newest:
        raise click.ClickException("The service is not ready on the copy")


def _contents(app: Flask) -> Contents:
    with _left(app), app.app_context(), db.engine.connect() as connection:
        return contents(connection)


def _compare(before: str, restored: str, after: str) -> None:
    if before != after:
        click.echo("People submitted meanwhile, so the figures could not be compared")
    elif restored != before:
        raise click.ClickException("The figures of the copy are not those of the service")
    else:
        click.echo(f"The same judgements in all {restored.count(chr(10)) - 1} lines of figures")


def _refuse_losses(before: Contents, after: Contents) -> None:
    lost = [
        name
        for name, rows in before.tables.items()
        if not name.startswith(MADE_AGAIN) and after.tables.get(name, 0) < rows
    ]
    if lost:
        raise click.ClickException(f"The upgrade lost rows of {', '.join(lost)}")
    click.echo(
        f"From migration {before.migration} to {after.migration}: no row of "
        f"{len(before.tables)} tables was lost"
    )


if __name__ == "__main__":
    drill(prog_name="scripts/drill")
