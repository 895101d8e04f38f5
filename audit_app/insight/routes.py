"""Insight by HTTP: a table of judgements as a page and as files, all drawn from one object."""

from __future__ import annotations

import json
from math import ceil

from flask import Blueprint, Response, current_app, render_template, request
from flask_login import current_user
from markupsafe import Markup

from audit_app.documents.charts import stacked_bars
from audit_app.insight import (
    claims,
    explore,
    moderated,
    over_time,
    places,
    practice,
    profiles,
    queries,
    themes,
    threads,
    words,
)
from audit_app.insight.asking import Unanswerable
from audit_app.insight.forms import QuestionForm
from audit_app.insight.pages import PAGES
from audit_app.insight.report import NOTHING, Report, report_on
from audit_app.rules.distribution import Distribution
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, JSON, WORKBOOK, download, refusal
from audit_app.web.programs import programs_may_read

bp = Blueprint("insight", __name__, url_prefix="/insight")
for part in (
    claims,
    threads,
    over_time,
    places,
    moderated,
    profiles,
    practice,
    themes,
    words,
    explore,
):
    bp.register_blueprint(part.bp)


@bp.context_processor
def _pages() -> dict[str, object]:
    """For the navigation between the pages of insight."""
    return {"insight_pages": PAGES}


#: Bars in one drawing: a drawing does not break over printed pages, so a long row of bars is cut.
BARS_TOGETHER = 4
MOST_BARS = 12


@bp.get("/distribution")
@requires(Permission.INSIGHT_READ)
def distribution() -> tuple[str, int]:
    form, report = _ask()
    linked = current_user.can(Permission.AUDIT_READ)
    page = render_template(
        "insight/distribution.html",
        form=form,
        report=report,
        charts=_charts(report),
        most_bars=MOST_BARS,
        linked=linked,
        sees_fewer=linked and not queries.reads_every_audit(current_user),
    )
    return page, 200 if report else 400


@bp.get("/distribution.csv")
@requires(Permission.INSIGHT_READ)
@programs_may_read
def distribution_csv() -> Response | tuple[Response, int]:
    form, report = _ask()
    if report is None:
        return refusal(_problem(form))
    return download(report.csv(), _file_name(report, "csv"), CSV)


@bp.get("/distribution.json")
@requires(Permission.INSIGHT_READ)
@programs_may_read
def distribution_json() -> Response | tuple[Response, int]:
    form, report = _ask()
    if report is None:
        return refusal(_problem(form))
    text = json.dumps(report.json(_marking()), ensure_ascii=False, indent=2)
    return download(text + "\n", _file_name(report, "json"), JSON)


@bp.get("/distribution.xlsx")
@requires(Permission.INSIGHT_READ)
@programs_may_read
def distribution_xlsx() -> Response | tuple[Response, int]:
    form, report = _ask()
    if report is None:
        return refusal(_problem(form))
    if report.answer.table is None:
        return refusal(NOTHING)
    council = current_app.config["SETTINGS"].council_name
    return download(report.workbook(council, _marking()), _file_name(report, "xlsx"), WORKBOOK)


def _ask() -> tuple[QuestionForm, Report | None]:
    """The question in the address and its answer; no answer where the form says what is wrong."""
    choices = queries.choices()
    form = QuestionForm(request.args, choices)
    if not form.validate():
        return form, None
    try:
        return form, report_on(form.question, choices, current_user)
    except Unanswerable as problem:
        form.refuse(problem.field, str(problem))
        return form, None


def _charts(report: Report | None) -> list[Markup]:
    """The latest periods as drawings of a few bars each."""
    if report is None or report.answer.table is None or report.answer.empty:
        return []
    columns = report.answer.table.columns[-MOST_BARS:]
    each = ceil(len(columns) / ceil(len(columns) / BARS_TOGETHER))
    starts = range(0, len(columns), each)
    return [
        stacked_bars(Distribution(columns[start : start + each]), f"chart-{start}")
        for start in starts
    ]


def _problem(form: QuestionForm) -> str:
    """The first thing that is wrong, naming the field it is wrong in."""
    field = next(field for field in form if field.errors)
    return f"{field.label.text}: {field.errors[0]}"


def _file_name(report: Report, ending: str) -> str:
    """What was counted and its first and last day: ``judgements-2019-09-01-to-2021-10-31.csv``."""
    spell, thread = report.answer.spell, report.question.of.thread
    days = [spell.first.isoformat(), "to", spell.last.isoformat()] if spell.periods else []
    return "-".join(["judgements", *([thread] if thread else []), *days]) + f".{ending}"


def _marking() -> str:
    return str(current_app.config["SETTINGS"].printed_marking)
