"""How much of the programme is done, by service and by month: a page and its files."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, current_app, render_template, request

from audit_app.programme.completion_report import (
    TITLE,
    CompletionReport,
    drawn_cycles,
    question_in,
    report_on,
)
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, WORKBOOK, download_remembered, refusal

bp = Blueprint("completion", __name__)

#: What history calls these figures.
RECORD = "completion report"


@bp.get("/completion")
@requires(Permission.PROGRAMME_READ)
def figures() -> tuple[str, int]:
    report = _report()
    page = render_template(
        "programme/completion.html", title=TITLE, report=report, cycles=drawn_cycles()
    )
    return page, 400 if report.question.problems else 200


@bp.get("/completion.csv")
@requires(Permission.PROGRAMME_READ)
def figures_csv() -> Response | tuple[Response, int]:
    report = _report()
    if report.question.problems:
        return refusal(next(iter(report.question.problems.values())))
    return download_remembered(report.csv(), _file_name(report, "csv"), CSV, RECORD, "csv")


@bp.get("/completion.xlsx")
@requires(Permission.PROGRAMME_READ)
def figures_xlsx() -> Response | tuple[Response, int]:
    report = _report()
    if report.question.problems:
        return refusal(next(iter(report.question.problems.values())))
    settings = current_app.config["SETTINGS"]
    file = report.workbook(settings.council_name, settings.printed_marking)
    return download_remembered(file, _file_name(report, "xlsx"), WORKBOOK, RECORD, "xlsx")


def _report() -> CompletionReport:
    today = date.today()
    return report_on(question_in(request.args, today), today)


def _file_name(report: CompletionReport, ending: str) -> str:
    """``audits-done-2026-01-01-to-2026-12-31.csv``."""
    question = report.question
    return f"audits-done-{question.first.isoformat()}-to-{question.last.isoformat()}.{ending}"
