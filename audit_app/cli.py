"""The flask commands, thin: each reads its arguments, asks a room, and prints.

Exit status: 0 done, 1 refused (the reason on standard error, nothing written), 2 wrong usage.
"""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import with_appcontext

from audit_app.people import changes as people
from audit_app.rules.permissions import Role


def register(app: Flask) -> None:
    """Put every command on the application."""
    for command in (create_user,):
        app.cli.add_command(command)


def _role(context: click.Context, parameter: click.Parameter, typed: str) -> Role:
    try:
        return Role(typed.strip().casefold().replace("-", "_"))
    except ValueError:
        known = ", ".join(role.value.replace("_", "-") for role in Role)
        raise click.BadParameter(f"“{typed}” is not one of {known}") from None


@click.command("create-user")
@click.argument("email")
@click.option("--name", required=True, help="The person’s name.")
@click.option("--role", required=True, callback=_role, help="Such as practice-lead.")
@click.option("--team", help="The team’s name; a team manager needs one.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def create_user(email: str, name: str, role: Role, team: str | None, password_stdin: bool) -> None:
    """Let a person sign in. Asks for their password twice."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        created = people.create_user(email, name, role, team, password)
    except people.PersonRefused as refused:
        raise click.ClickException(str(refused)) from None
    known = " An import named them before; they can now sign in." if created.was_imported else ""
    click.echo(f"{created.user.name} ({created.user.email}) is a {role.label.lower()}.{known}")
