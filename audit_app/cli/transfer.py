"""The commands that bring audits in."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from audit_app.files.limits import limits
from audit_app.files.reading import FileRefused, read_bytes
from audit_app.transfer import changes as transfer
from audit_app.transfer import report as import_report


@click.command("import-audits")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--create-missing", is_flag=True, help="Make unknown places and people.")
@click.option("--skip-bad-rows", is_flag=True, help="Write the good rows and list the others.")
@with_appcontext
def import_audits(
    file: Path, dry_run: bool, as_json: bool, create_missing: bool, skip_bad_rows: bool
) -> None:
    """Add the audits of a CSV or XLSX file, one row each. The same file twice adds nothing."""
    try:
        with file.open("rb") as stream:
            content = read_bytes(stream, limits())
        done = transfer.import_audits(content, file.name, create_missing, skip_bad_rows, dry_run)
    except (FileRefused, transfer.ImportFailed) as refused:
        if as_json:
            click.echo(json.dumps(import_report.refusal_as_data(file.name, str(refused), dry_run)))
        raise click.ClickException(str(refused)) from None
    for line in import_report.problem_lines(done, skip_bad_rows):
        click.echo(line, err=True)
    if as_json:
        click.echo(
            json.dumps(import_report.as_data(done, dry_run, skip_bad_rows), ensure_ascii=False)
        )
    elif not done.refused:
        for line in import_report.done_lines(done, dry_run):
            click.echo(line)
    if done.refused:
        raise click.exceptions.Exit(1)
