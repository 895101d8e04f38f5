"""The commands that cron runs to tell people what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import click
from flask import current_app
from flask.cli import with_appcontext

from audit_app.account.sessions import delete_old
from audit_app.extensions import db
from audit_app.files.holding import let_go_of_old
from audit_app.reminders import rounds
from audit_app.reminders.alerts_issued import alert_messages
from audit_app.reminders.clocks import clock_messages
from audit_app.reminders.drafts import Draft
from audit_app.reminders.gathering import digests


@click.command("reminders")
@click.option("--dry-run", is_flag=True, help="Say what would be made; write and send nothing.")
@with_appcontext
def reminders(dry_run: bool) -> None:
    """Tell of clocks that run and of alerts, and send what waits. For cron, every 15 minutes."""
    _messages(lambda today: [*clock_messages(today), *alert_messages(today)], dry_run)


@click.command("digest")
@click.option("--dry-run", is_flag=True, help="Say what would be made; write and send nothing.")
@with_appcontext
def digest(dry_run: bool) -> None:
    """Tell each person what waits for them, once a week, and send what waits. For cron, weekly."""
    _messages(digests, dry_run)


def let_go() -> None:
    """Delete sessions, counts, typed text and checked files of no more use.

    Signing in does too, but strangers who never sign in leave the most.
    """
    delete_old(db.session)
    db.session.commit()
    let_go_of_old()


def _messages(gather: Callable[[date], list[Draft]], dry_run: bool) -> None:
    """1 when a message waits, could not be delivered, or may or may not have been sent."""
    if dry_run:
        for line in rounds.rehearse(gather, date.today()).told():
            click.echo(line)
        return
    let_go()
    done = rounds.run(gather, date.today(), current_app.config["SETTINGS"])
    for line in done.told():
        click.echo(line, err=not done.all_went_well)
    if not done.all_went_well:
        raise click.exceptions.Exit(1)
