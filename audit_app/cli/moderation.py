"""The commands about moderation."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from audit_app.moderation import listing, sample


@click.command("moderation-sample")
@click.argument("cycle")
@click.option("--replay", is_flag=True, help="Draw again from the seed, and fail if one differs.")
@click.option("--format", "style", type=click.Choice(["table", "csv", "json"]), default="table")
@with_appcontext
def moderation_sample(cycle: str, replay: bool, style: str) -> None:
    """Every draw of a moderation cycle, which goes by its reference or its name."""
    found = sample.cycle_called(cycle)
    if found is None:
        raise click.ClickException(f"There is no moderation cycle “{cycle}”")
    drawn = sample.replay(found)
    click.echo(listing.written(found, drawn, replay, style).encode(), nl=False)
    if replay:
        click.echo(listing.verdict(found, drawn), err=True)
        if not all(each.same for each in drawn):
            raise click.exceptions.Exit(1)
