"""The commands that print figures."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from audit_app.cli.arguments import day, word
from audit_app.insight.asking import Question, Unanswerable
from audit_app.insight.naming import NoSuchName, named
from audit_app.insight.queries import choices
from audit_app.insight.yearly import Yearly, yearly_on
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.periods import PeriodKind
from audit_app.web.filters import AuditFilter, Basis


@click.command("distribution")
@click.option("--by", default="calendar-year", callback=word(PeriodKind),
              help="calendar-year, financial-year, quarter or month.")  # fmt: skip
@click.option("--from", "first", metavar="DAY", callback=day, help="The first audit date.")
@click.option("--to", "last", metavar="DAY", callback=day, help="The last audit date.")
@click.option("--same-months", is_flag=True, help="Count only the months every year has.")
@click.option("--basis", default="final", callback=word(Basis), help="final or audited.")
@click.option("--thread", metavar="CODE", help="One thread instead of the overall judgement.")
@click.option("--service", metavar="NAME")
@click.option("--locality", metavar="NAME")
@click.option("--team", metavar="NAME")
@click.option("--type", callback=word(AuditType), help="Such as full or dip-sample.")
@click.option("--selection", callback=word(Selection), help="Such as random or concern.")
@click.option("--format", "style", type=click.Choice(["table", "csv", "json"]), default="table")
@with_appcontext
def distribution(
    by: PeriodKind, same_months: bool, style: str, thread: str | None, service: str | None,
    locality: str | None, team: str | None, **rest: Any,
) -> None:  # fmt: skip
    """Judgements by period: counts, percentages and totals."""
    typed = {"thread": thread, "service": service, "locality": locality, "team": team}
    known = choices()
    try:
        places = {
            part: named(known, part, name) for part, name in typed.items() if name is not None
        }
        question = Question(by, AuditFilter(**places, **rest), same_months)
        report = yearly_on(question, known, viewer=None)
    except NoSuchName as unknown:
        raise click.ClickException(str(unknown)) from None
    except Unanswerable as problem:
        option = problem.field.replace("_", "-")
        raise click.BadParameter(str(problem), param_hint=f"--{option}") from None
    # Bytes, because the file is UTF-8 whatever the terminal is set to.
    click.echo(_written(report, style).encode(), nl=False)


def _written(report: Yearly, style: str) -> str:
    if style == "csv":
        return report.csv()
    if style == "json":
        marking = current_app.config["SETTINGS"].printed_marking
        return json.dumps(report.json(marking), ensure_ascii=False, indent=2) + "\n"
    return "\n".join(report.text()) + "\n"
