"""The commands about the audit programme."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from audit_app.programme import draw_listing
from audit_app.programme.drawing import replay as replay_of
from audit_app.programme.queries import cycle_called


@click.command("programme-draw")
@click.argument("cycle")
@click.option("--replay", is_flag=True, help="Draw again from the seed, and fail if one differs.")
@click.option("--format", "style", type=click.Choice(["table", "csv", "json"]), default="table")
@with_appcontext
def programme_draw(cycle: str, replay: bool, style: str) -> None:
    """Every case of an audit cycle’s draw; the cycle goes by its reference or its name."""
    found = cycle_called(cycle)
    if found is None:
        raise click.ClickException(f"There is no audit cycle “{cycle}”")
    if found.drawn_at is None:
        raise click.ClickException(f"{found.name} has not been drawn")
    click.echo(draw_listing.written(found, style).encode(), nl=False)
    if replay:
        again = replay_of(found)
        click.echo(draw_listing.verdict(found, again), err=True)
        if not all(each.same for each in again):
            raise click.exceptions.Exit(1)
