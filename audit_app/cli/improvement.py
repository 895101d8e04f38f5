"""The commands about improvement actions."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from audit_app.improvement import sample_listing, sample_queries


@click.command("action-sample")
@click.argument("reference")
@click.option("--replay", is_flag=True, help="Draw again from the seed, and fail if one differs.")
@with_appcontext
def action_sample(reference: str, replay: bool) -> None:
    """Every action that a sample of closed actions was drawn from, and which were chosen."""
    found = sample_queries.sample_called(reference)
    if found is None:
        raise click.ClickException(f"There is no sample of closed actions “{reference}”")
    drawn = sample_queries.replay(found.sample)
    for line in sample_listing.lines(found.sample, drawn, replay):
        click.echo(line)
    if replay:
        click.echo(sample_listing.verdict(drawn), err=True)
        if not all(each.same for each in drawn):
            raise click.exceptions.Exit(1)
