"""The commands of the demonstration."""

from __future__ import annotations

from datetime import date

import click
from flask import current_app
from flask.cli import with_appcontext

from audit_app.demo import changes as demo
from audit_app.demo import queries as demo_people
from audit_app.demo.people import PASSWORD as DEMO_PASSWORD


@click.command("demo-data")
@click.option("--if-empty", is_flag=True, help="Do nothing where the database is in use.")
@with_appcontext
def demo_data(if_empty: bool) -> None:
    """Fill an empty database with made-up people, audits and alerts."""
    try:
        demo.fill(date.today(), current_app.config["SETTINGS"].demo, click.echo)
    except demo.DatabaseInUse as refused:
        if not if_empty:
            raise click.ClickException(str(refused)) from None
    except demo.DemoRefused as refused:
        raise click.ClickException(str(refused)) from None


@click.command("demo-sign-ins")
@with_appcontext
def demo_sign_ins() -> None:
    """Print whom to sign in as; nothing outside the demonstration."""
    people_there = demo_people.sign_ins() if current_app.config["SETTINGS"].demo else []
    if people_there:
        widest = max(len(each.email) for each in people_there)
        click.echo(f"Demo sign-ins, all with the password: {DEMO_PASSWORD}")
        for each in people_there:
            click.echo(f"  {each.email:<{widest}}  {each.role.label}")
