"""The commands that copy the database, prove a copy and put one back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext

from audit_app.backup import Refused
from audit_app.backup.container import in_megabytes
from audit_app.backup.making import back_up
from audit_app.backup.manifest import KEEP_TOO, Manifest
from audit_app.backup.outliving import Carried
from audit_app.backup.queries import newest_migration
from audit_app.backup.restoring import restore as put_back
from audit_app.backup.rights import give_rights
from audit_app.backup.verifying import verify
from audit_app.web.pages import plural

_FILE = click.Path(dir_okay=False, path_type=Path)
_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=_FILE)
@with_appcontext
def backup(file: Path) -> None:
    """Copy the database into a new FILE while people work."""
    try:
        made = back_up(file)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{file}: {_said(made.manifest)}, {in_megabytes(made.size)}")
    if not made.remembered:
        click.echo("History does not say that it was made: it could not be written to", err=True)
    click.echo("Keep it encrypted, on another machine, and with it:", err=True)
    for each in KEEP_TOO:
        click.echo(f"  {each}", err=True)


@click.command("verify-backup")
@click.argument("file", type=_THERE)
@click.option(
    "--into",
    metavar="URL",
    envvar="SCRATCH_DATABASE_URL",
    help="An empty database of PostgreSQL for a trial, left empty; or set SCRATCH_DATABASE_URL.",
)
@with_appcontext
def verify_backup(file: Path, into: str | None) -> None:
    """Prove that a backup is whole. 1 when it is not."""
    try:
        found = verify(file, into)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{file}: {_said(found.manifest)}: as it was made")
    if not found.put_back:
        click.echo(
            "Its rows were counted. Whether PostgreSQL takes them, and history is whole, is known "
            "after a trial: --into an empty database",
            err=True,
        )
    elif not found.chain:
        click.echo(_NOT_FOLLOWED, err=True)


_NOT_FOLLOWED = "Its history is not as this version keeps it, so its chain was not followed"


@click.command("restore")
@click.argument("file", type=_THERE)
@click.option("--force", is_flag=True, help="Where there are records already: they are kept.")
@with_appcontext
def restore(file: Path, force: bool) -> None:
    """Put a backup where DATABASE_URL points, with the service stopped."""
    try:
        done = put_back(file, force)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Put back: {_said(done.manifest)}")
    if done.kept:
        click.echo(f"What was there before is kept in {done.kept}")
    if done.carried:
        for line in _what_outlived(done.carried):
            click.echo(line)
    if done.problems is None:
        click.echo(_NOT_FOLLOWED, err=True)
    for problem in done.problems or ():
        click.echo(f"Its history was not whole when it was made: {problem}", err=True)
    for line in _what_to_do_next(done.manifest):
        click.echo(line)


def _what_outlived(carried: Carried) -> Iterator[str]:
    """Of what was written since the backup was made; for whoever tells information governance."""
    if not carried.read:
        yield (
            "What was there before could not be read: which legal holds were placed, and what was "
            "disposed of, since the backup was made is not known."
        )
    for name, some in (
        ("legal hold", carried.holds),
        ("certificate of disposal", carried.certificates),
    ):
        if some:
            yield f"Carried over, as the backup has not got it: {name} {', '.join(some)}"
    for each in carried.lifted_since:
        yield f"Hold {each} was lifted since the backup was made: it is in force again."
    for each in carried.left_out:
        yield f"Could not be carried over: {each}. Tell information governance."
    if carried.back:
        were, are = ("was", "is") if carried.back == 1 else ("were", "are")
        yield (
            f"{plural(carried.back, 'record')} that {were} disposed of {are} here again, to go "
            "with the next run of retention."
        )


def _what_to_do_next(manifest: Manifest) -> list[str]:
    at, newest = manifest.contents.migration, newest_migration()
    lines = ["Everybody signs in again, and programs need new access tokens."]
    if at != newest and (at or "") < (newest or ""):
        lines.append(f"It is at migration {at} and this version needs {newest}: run db upgrade.")
    elif at != newest:
        lines.append(f"It is at migration {at}, newer than {newest}: start the version it is of.")
    if manifest.kind == "postgresql":
        lines.append("Where the service has a role of its own: run database-rights ROLE.")
    lines.append(
        "Retention deletes nothing until information governance have confirmed, under Keeping and "
        "disposing, that the legal holds are complete."
    )
    lines.append(
        f"What happened after {manifest.made:%d %B %Y at %H:%M} UTC is not in it: also people who "
        "were disabled or given another role since."
    )
    return lines


@click.command("database-rights")
@click.argument("role")
@with_appcontext
def database_rights(role: str) -> None:
    """Let a ROLE of PostgreSQL run the service, and never change or delete history.

    Run it as the owner of the tables, again after each db upgrade and restore.
    """
    try:
        given = give_rights(role)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{role} may read and write {given.written} tables, and only add to {given.added}")


def _said(manifest: Manifest) -> str:
    held = manifest.contents
    place = "no history" if held.history is None else f"history to {held.history[0]:,}"
    return (
        f"{held.rows:,} rows of {len(held.tables)} tables, migration {held.migration}, {place}, "
        f"made {manifest.made:%d %B %Y at %H:%M} UTC"
    )
