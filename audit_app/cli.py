"""The flask commands, thin: each reads its arguments, asks a room, and prints.

Exit status: 0 done, 1 refused (the reason on standard error, nothing written), 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from audit_app.alerts.printing import alert_pdf
from audit_app.alerts.queries import alert_numbered, sheet_of
from audit_app.demo import changes as demo
from audit_app.demo import queries as demo_people
from audit_app.demo.people import PASSWORD as DEMO_PASSWORD
from audit_app.documents.pdf import AssetsMissing, write_whole
from audit_app.escalations.queries import open_in_all, services_without_head
from audit_app.files.limits import limits
from audit_app.files.reading import FileRefused, read_bytes
from audit_app.improvement import sample_listing, sample_queries
from audit_app.insight.asking import Question, Unanswerable
from audit_app.insight.naming import NoSuchName, named
from audit_app.insight.queries import choices
from audit_app.insight.yearly import Yearly, yearly_on
from audit_app.moderation import listing, sample
from audit_app.people import changes as people
from audit_app.people.answers import Refused
from audit_app.programme import draw_listing
from audit_app.programme.drawing import replay as replay_of
from audit_app.programme.queries import cycle_called
from audit_app.reminders import rounds
from audit_app.reminders.clocks import clock_messages
from audit_app.reminders.drafts import Draft
from audit_app.reminders.gathering import digests
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.dates import read_day
from audit_app.rules.periods import PeriodKind
from audit_app.rules.permissions import Role
from audit_app.tallying import checking
from audit_app.transfer import changes as transfer
from audit_app.transfer import report as import_report
from audit_app.web.filters import AuditFilter, Basis


def register(app: Flask) -> None:
    """Put every command on the application."""
    for command in (
        create_user,
        distribution,
        import_audits,
        demo_data,
        demo_sign_ins,
        print_alert,
        moderation_sample,
        action_sample,
        programme_draw,
        escalations,
        reminders,
        digest,
        check,
    ):
        app.cli.add_command(command)


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
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    known = " An import named them before; they can now sign in." if created.was_imported else ""
    who = f"{created.user.name} ({created.user.email})"
    click.echo(f"{who} has the role “{role.label}”.{known}")


def _word(vocabulary: type[StrEnum]) -> Callable[..., Any]:
    """Read a word of a closed vocabulary, with hyphens, spaces or underscores, in any case."""
    words = {_joined(each.value): each for each in vocabulary}

    def read(context: click.Context, parameter: click.Parameter, typed: str | None) -> Any:
        if typed is None:
            return None
        if _joined(typed) not in words:
            known = ", ".join(words)
            raise click.BadParameter(f"“{typed}” is not one of {known}", context, parameter)
        return words[_joined(typed)]

    return read


def _joined(typed: str) -> str:
    return "-".join(typed.casefold().replace("_", " ").replace("-", " ").split())


def _day(context: click.Context, parameter: click.Parameter, typed: str | None) -> date | None:
    try:
        return None if typed is None else read_day(typed)
    except ValueError as problem:
        raise click.BadParameter(str(problem), context, parameter) from None


@click.command("distribution")
@click.option("--by", default="calendar-year", callback=_word(PeriodKind),
              help="calendar-year, financial-year, quarter or month.")  # fmt: skip
@click.option("--from", "first", metavar="DAY", callback=_day, help="The first audit date.")
@click.option("--to", "last", metavar="DAY", callback=_day, help="The last audit date.")
@click.option("--basis", default="final", callback=_word(Basis), help="final or audited.")
@click.option("--thread", metavar="CODE", help="One thread instead of the overall judgement.")
@click.option("--service", metavar="NAME")
@click.option("--locality", metavar="NAME")
@click.option("--team", metavar="NAME")
@click.option("--type", callback=_word(AuditType), help="Such as full or dip-sample.")
@click.option("--selection", callback=_word(Selection), help="Such as random or concern.")
@click.option("--format", "style", type=click.Choice(["table", "csv", "json"]), default="table")
@with_appcontext
def distribution(
    by: PeriodKind, style: str, thread: str | None, service: str | None, locality: str | None,
    team: str | None, **rest: Any,
) -> None:  # fmt: skip
    """Judgements by period: counts, percentages and totals."""
    typed = {"thread": thread, "service": service, "locality": locality, "team": team}
    known = choices()
    try:
        places = {
            part: named(known, part, name) for part, name in typed.items() if name is not None
        }
        report = yearly_on(Question(by, AuditFilter(**places, **rest)), known, viewer=None)
    except NoSuchName as unknown:
        raise click.ClickException(str(unknown)) from None
    except Unanswerable as problem:
        raise click.BadParameter(str(problem), param_hint=f"--{problem.field}") from None
    # Bytes, because the file is UTF-8 whatever the terminal is set to.
    click.echo(_written(report, style).encode(), nl=False)


def _written(report: Yearly, style: str) -> str:
    if style == "csv":
        return report.csv()
    if style == "json":
        marking = current_app.config["SETTINGS"].printed_marking
        return json.dumps(report.json(marking), ensure_ascii=False, indent=2) + "\n"
    return "\n".join(report.text()) + "\n"


@click.command("import-audits")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--create-missing", is_flag=True, help="Make unknown places and people.")
@click.option("--skip-bad-rows", is_flag=True, help="Write the good rows and list the others.")
@with_appcontext
def import_audits(
    file: Path, dry_run: bool, as_json: bool, create_missing: bool, skip_bad_rows: bool
) -> None:
    """Add the audits of a CSV or XLSX file, one row each. The same file twice adds nothing."""
    try:
        with file.open("rb") as stream:
            content = read_bytes(stream, limits())
        done = transfer.import_audits(content, file.name, create_missing, skip_bad_rows, dry_run)
    except (FileRefused, transfer.ImportFailed) as refused:
        if as_json:
            click.echo(json.dumps(import_report.refusal_as_data(file.name, str(refused), dry_run)))
        raise click.ClickException(str(refused)) from None
    for line in import_report.problem_lines(done, skip_bad_rows):
        click.echo(line, err=True)
    if as_json:
        click.echo(
            json.dumps(import_report.as_data(done, dry_run, skip_bad_rows), ensure_ascii=False)
        )
    elif not done.refused:
        for line in import_report.done_lines(done, dry_run):
            click.echo(line)
    if done.refused:
        raise click.exceptions.Exit(1)


@click.command("alert")
@click.argument("number")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF file to write.",
)
@with_appcontext
def print_alert(number: str, out: Path) -> None:
    """Print the practice alert with this number, such as "PA 2026/04"."""
    try:
        alert = alert_numbered(number)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="NUMBER") from None
    if alert is None:
        raise click.ClickException(f"No alert has been issued with the number {number}")
    try:
        write_whole(out, alert_pdf(sheet_of(alert, date.today())))
    except AssetsMissing as problem:
        raise click.ClickException(str(problem)) from None
    except OSError as problem:
        raise click.ClickException(f"{out} cannot be written: {problem.strerror}") from None


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


@click.command("reminders")
@click.option("--dry-run", is_flag=True, help="Say what would be made; write and send nothing.")
@with_appcontext
def reminders(dry_run: bool) -> None:
    """Tell heads of service of clocks that run, and send what waits. For cron, every 15 minutes."""
    _messages(clock_messages, dry_run)


@click.command("digest")
@click.option("--dry-run", is_flag=True, help="Say what would be made; write and send nothing.")
@with_appcontext
def digest(dry_run: bool) -> None:
    """Tell each person what waits for them, once a week, and send what waits. For cron, weekly."""
    _messages(digests, dry_run)


def _messages(gather: Callable[[date], list[Draft]], dry_run: bool) -> None:
    """1 when a message waits, could not be delivered, or may or may not have been sent."""
    if dry_run:
        for line in rounds.rehearse(gather, date.today()).told():
            click.echo(line)
        return
    done = rounds.run(gather, date.today(), current_app.config["SETTINGS"])
    for line in done.told():
        click.echo(line, err=not done.all_went_well)
    if not done.all_went_well:
        raise click.exceptions.Exit(1)


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


@click.command("check")
@click.option("--mend", is_flag=True, help="Write what the records say.")
@with_appcontext
def check(mend: bool) -> None:
    """Count every record again and compare the tallies. 1 when one is not what the records say."""
    found = checking.mend() if mend else checking.check()
    for line in found.lines():
        click.echo(line, err=not found.right)
    if not found.right and not mend:
        click.echo("Write what the records say with: flask check --mend", err=True)
        raise click.exceptions.Exit(1)
