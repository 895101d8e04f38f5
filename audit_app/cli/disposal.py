"""The commands about what is kept, for how long, and what is held about one case."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from audit_app.cli.reminders import let_go
from audit_app.disposal import subject_changes
from audit_app.disposal.copies import KEPT_FOR, old_copies
from audit_app.disposal.disposing import HoldsNotConfirmed, dispose, refuse_unconfirmed
from audit_app.disposal.foretold import foretold
from audit_app.disposal.totals import Overlaps
from audit_app.extensions import db
from audit_app.models.base import now
from audit_app.rules.retention import Periods
from audit_app.web.pages import plural


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Say what would go and write nothing.")
@with_appcontext
def retention(dry_run: bool) -> None:
    """Delete what has been kept for its time, with a certificate of what went."""
    settings = current_app.config["SETTINGS"]
    periods = Periods(settings.retention_years, settings.retention_months)
    found = foretold(periods, date.today())
    for line in found.lines(in_full=dry_run):
        click.echo(line)
    for copy in old_copies(db.engine.url, now()):
        days = plural(KEPT_FOR.days, "day")
        click.echo(f"Delete {copy}: a copy of all records, older than {days}")
    try:
        refuse_unconfirmed()
    except HoldsNotConfirmed as problem:
        if not dry_run:
            raise click.ClickException(str(problem)) from None
        click.echo(str(problem), err=True)
    if dry_run:
        click.echo("Nothing was written", err=True)
        return
    let_go()
    try:
        for certificate in dispose(periods, date.today()):
            rows = plural(sum(certificate.counts.values()), "row")
            went = plural(len(certificate.references), "record")
            click.echo(f"Certificate {certificate.reference}: {went}, {rows}")
    except Overlaps as problem:
        raise click.ClickException(str(problem)) from None


@click.command("subject-access")
@click.argument("case", required=False)
@click.option(
    "--case-stdin",
    is_flag=True,
    help="Read the case from standard input, so that no list of commands or programs shows it.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The ZIP file to write; never over another.",
)
@with_appcontext
def subject_access(case: str | None, case_stdin: bool, out: Path) -> None:
    """Write everything that is held about one case to a file, for its subject."""
    about, file = _case(case, case_stdin), out.absolute()
    try:
        found = subject_changes.export(about, file)
    except subject_changes.NothingHeld:
        raise click.ClickException("Nothing is held about that case") from None
    except FileExistsError:
        raise click.ClickException(f"{file} is there already, and is not written over") from None
    except OSError as problem:
        raise click.ClickException(f"{file} cannot be written: {problem.strerror}") from None
    for name, rows in found.counts.items():
        click.echo(f"{name}: {rows:,}")
    if found.named_in:
        click.echo(f"Names this case in its text: {plural(len(found.named_in), 'record')}")
    click.echo(f"Written to {file}")
    click.echo("Review it before release: it names workers and others", err=True)


def _case(named: str | None, from_standard_input: bool) -> str:
    """The case, which is asked for only where somebody sits at a terminal."""
    if (named is None) is not from_standard_input:
        raise click.UsageError("Give the case in one way: --case-stdin, or CASE")
    if named is not None:
        return named
    if sys.stdin.isatty():
        return str(click.prompt("Case reference", err=True))
    typed = sys.stdin.readline().strip()
    if not typed:
        raise click.UsageError("Standard input holds no case reference")
    return typed
