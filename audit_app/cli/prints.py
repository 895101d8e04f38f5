"""The commands about what was published."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from audit_app.prints.verifying import verified


@click.command("verify-published")
@with_appcontext
def verify_published() -> None:
    """Check every published document against its checksums. 1 when one is not as published."""
    checked = altered = 0
    for each in verified():
        checked += 1
        if each.changed:
            altered += 1
            parts = ", ".join(each.changed)
            click.echo(f"{each.reference}  {each.title}: not as published: {parts}")
    said = "1 published document" if checked == 1 else f"{checked:,} published documents"
    click.echo(f"{said} checked, {altered:,} not as published", err=True)
    if altered:
        raise click.exceptions.Exit(1)
