"""The commands about escalations."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from audit_app.escalations.queries import open_in_all, services_without_head


@click.command("escalations")
@with_appcontext
def escalations() -> None:
    """List the open escalations with their deadlines, and no case text. 1 when one is overdue."""
    lines = open_in_all()
    for line in lines:
        where = f"{line.service}, {line.team}"
        click.echo(f"{line.due_on}  {line.left:<24}  {line.reference}  {line.cause.label}  {where}")
    for name in services_without_head():
        click.echo(f"No head of service for {name}")
    if not lines:
        click.echo("No escalation is open")
    if any(line.overdue for line in lines):
        raise click.exceptions.Exit(1)
