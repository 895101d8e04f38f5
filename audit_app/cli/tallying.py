"""The commands about the tallies that figures are read from."""

from __future__ import annotations

from datetime import date

import click
from flask import current_app
from flask.cli import with_appcontext

from audit_app.tallying import checking
from audit_app.web.notices import notices


@click.command("check")
@click.option("--mend", is_flag=True, help="Write what the records say.")
@with_appcontext
def check(mend: bool) -> None:
    """Count every record again and compare the tallies. 1 when one is not what the records say.

    Says too what is still to be written for the public pages, or renewed; that is no reason for 1.
    """
    for notice in notices(current_app.config["SETTINGS"], date.today()):
        click.echo(notice, err=True)
    found = checking.mend() if mend else checking.check()
    for line in found.lines():
        click.echo(line, err=not found.right)
    if not found.right and not mend:
        click.echo("Write what the records say with: flask check --mend", err=True)
        raise click.exceptions.Exit(1)
