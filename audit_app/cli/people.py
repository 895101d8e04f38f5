"""The commands about people."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from flask.cli import with_appcontext

from audit_app.account.queries import user_by_email
from audit_app.people import changes as people
from audit_app.people import sign_in_changes
from audit_app.people.answers import Refused
from audit_app.rules.permissions import Role


def _role(context: click.Context, parameter: click.Parameter, typed: str) -> Role:
    try:
        return Role(typed.strip().casefold().replace("-", "_"))
    except ValueError:
        known = ", ".join(role.value.replace("_", "-") for role in Role)
        raise click.BadParameter(f"“{typed}” is not one of {known}") from None


def _password(from_standard_input: bool) -> str:
    if from_standard_input:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@click.command("create-user")
@click.argument("email")
@click.option("--name", required=True, help="The person’s name.")
@click.option("--role", required=True, callback=_role, help="Such as practice-lead.")
@click.option("--team", help="The team’s name; a team manager needs one.")
@click.option(
    "--ends-on", type=click.DateTime(["%Y-%m-%d"]), help="The last day; an inspector needs one."
)
@click.option("--council-account", is_flag=True, help="No password: they come by the council.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def create_user(
    email: str,
    name: str,
    role: Role,
    team: str | None,
    ends_on: datetime | None,
    council_account: bool,
    password_stdin: bool,
) -> None:
    """Let a person sign in. Asks for their password twice."""
    password = None if council_account else _password(password_stdin)
    try:
        last_day = ends_on.date() if ends_on else None
        created = people.create_user(email, name, role, team, password, ends_on=last_day)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    known = " An import named them before; they can now sign in." if created.was_imported else ""
    who = f"{created.user.name} ({created.user.email})"
    click.echo(f"{who} has the role “{role.label}”.{known}")


@click.command("take-second-step")
@click.argument("email")
@with_appcontext
def take_second_step(email: str) -> None:
    """Ask a person for their password alone again, when nobody who administers can sign in."""
    user = user_by_email(email)
    if user is None or not sign_in_changes.take_second_step(None, user):
        raise click.ClickException(f"Nobody with the e-mail address {email} has a second step")
    click.echo(f"{user.name} is asked for no code any more.")
