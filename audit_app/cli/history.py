"""The commands about what history says, and whether it is as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import click
from flask import current_app
from flask.cli import AppGroup

from audit_app.extensions import db
from audit_app.history import changes, queries
from audit_app.history.bare import Bare, newest_sealed, without_seal
from audit_app.history.viewing import mass_viewing
from audit_app.models.sqlite import READS
from audit_app.web.pages import moment, plural

AS_DATE_WRITES_IT = "%Y-%m-%dT%H:%M:%SZ"

history = AppGroup("history", help="What was done to which record: proved, sealed, looked over.")


@history.command("verify")
@click.option("--expect", metavar="POSITION:CHECKSUM", help="a head that was kept elsewhere")
def verify(expect: str | None) -> None:
    """Follow the whole chain. 1 when anything is not as it was written; the reason is printed."""
    expected = None if expect is None else queries.read_head(expect)
    if expect is not None and expected is None:
        raise click.UsageError("Write --expect as “flask history head” prints it.")
    with db.engine.execution_options(**READS).connect() as connection:
        found = queries.verify_chain(connection, expected)
    for problem in found.problems:
        click.echo(problem)
    if found.problems:
        click.echo(f"{plural(found.position, 'event')} as written, then not", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{plural(found.position, 'event')} as written. Keep elsewhere: {found.head}")


@history.command("head")
def head() -> None:
    """Print the newest place of the chain, to be kept elsewhere as proof that it went so far."""
    with db.engine.execution_options(**READS).connect() as connection:
        click.echo(str(queries.head(connection)))


@history.command("seal")
@click.option(
    "--since",
    metavar="MOMENT",
    type=click.DateTime([AS_DATE_WRITES_IT]),
    help="when the upgrade began, as “date -u +%FT%TZ” prints it",
)
def seal(since: datetime | None) -> None:
    """Seal what an older version wrote while it still ran beside this one, and say what it is.

    Nothing is sealed where any of it is older than the newest sealed event, or than --since.
    """
    with db.engine.execution_options(**READS).connect() as connection:
        found, newest = without_seal(connection), newest_sealed(connection)
    if not found:
        click.echo("Every event has its seal.")
        return
    _tell(found)
    _refuse_older(found, since.replace(tzinfo=UTC) if since else newest)
    for run in changes.seal_what_has_no_seal(max(each.number for each in found)):
        click.echo(f"Sealed {plural(run.count, 'event')}, {run.first} to {run.last}.")


def _tell(found: Sequence[Bare]) -> None:
    first, last = min(each.first for each in found), max(each.last for each in found)
    count = plural(sum(each.count for each in found), "event")
    click.echo(f"{count} without a seal, from {_exactly(first)} to {_exactly(last)}:")
    for each in found:
        click.echo(f"{each.count:>9,}  {each.person or 'The service itself'}: {each.verb}")


def _refuse_older(found: Sequence[Bare], than: datetime | None) -> None:
    first = min(each.first for each in found)
    if than is None or first >= than:
        return
    click.echo(
        f"Nothing was sealed: an event of {_exactly(first)} is older than {_exactly(than)}. "
        "If an upgrade was being made, say when it began: --since. If not, somebody may have "
        "slipped it in: keep a copy of the database before anything else is done.",
        err=True,
    )
    raise click.exceptions.Exit(1)


def _exactly(at: datetime) -> str:
    return at.strftime(AS_DATE_WRITES_IT)


@history.command("mass-viewing")
@click.option("--since", "days", metavar="DAYS", type=click.IntRange(1, 366), default=7)
def viewing(days: int) -> None:
    """Print who read very many different audits in a short time."""
    settings = current_app.config["SETTINGS"]
    found = mass_viewing(
        datetime.now(UTC) - timedelta(days=days),
        settings.mass_viewing_cases,
        settings.mass_viewing_minutes,
    )
    for each in found:
        click.echo(
            f"{each.name} ({each.reference}): {plural(each.audits, each.of)} from "
            f"{moment(each.first)} to {moment(each.last)}, {each.how.lower()}"
        )
    if not found:
        click.echo("Nobody.")
