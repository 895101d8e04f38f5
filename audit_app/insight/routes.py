"""Insight by HTTP: a table of judgements as a page and as files, all drawn from one object."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint
from flask_login import current_user
from markupsafe import Markup

from audit_app.documents.charts import stacked_bars
from audit_app.documents.sheet_table import sheet_rows
from audit_app.insight import (
    claims,
    effects,
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
from audit_app.insight.asking import Question
from audit_app.insight.forms import QuestionForm, YearsForm
from audit_app.insight.other_ways import other_ways
from audit_app.insight.pages import pages_open_to
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import read_question
from audit_app.insight.yearly import Yearly, yearly_with_published
from audit_app.rules.distribution import Distribution
from audit_app.web.filters import AuditFilter

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
    effects,
):
    bp.register_blueprint(part.bp)
bp.add_app_template_global(sheet_rows)


@bp.context_processor
def _pages() -> dict[str, object]:
    """For the navigation between the pages of insight."""
    return {"insight_pages": pages_open_to(current_user)}


#: Bars in one drawing. A drawing does not break over printed pages, so more stand each alone.
BARS_TOGETHER = 4
MOST_BARS = 12


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(form_of=YearsForm)
    return form, _page(yearly_with_published(asked)) if asked else None


def _page(report: Yearly) -> Page:
    asked, paper = report.asked, report.paper
    return Page(
        paper,
        asked.question.as_args(),
        asked.chosen,
        {paper.sheets[0].key: _charts(report)} if paper.sheets else {},
        {
            "report": report,
            "most_bars": MOST_BARS,
            "sees_fewer": not queries.reads_every_audit(current_user),
            "other_ways": other_ways(asked),
            "on_one_page": _on_one_page(asked.question),
        },
        tidy=report.tidy,
        also=report.also,
        file_name=report.file_name,
    )


def _on_one_page(question: Question) -> Mapping[str, str] | None:
    """What the print of years is asked for, where this question is one it answers."""
    days = Question(question.by, AuditFilter(first=question.of.first, last=question.of.last))
    return days.as_args() if question.by.months == 12 and question == days else None


def _charts(report: Yearly) -> list[Markup]:
    """The latest periods as bars: a few in one drawing, which says what they show; more apart."""
    assert report.shown is not None
    columns = report.shown.columns[-MOST_BARS:]
    if not any(column.percents_shown for column in columns):
        return []
    if len(columns) <= BARS_TOGETHER:
        return [stacked_bars(Distribution(columns), "chart", report.movement.sentence)]
    return [
        stacked_bars(Distribution((column,)), f"chart-{place}")
        for place, column in enumerate(columns)
    ]


open_report(bp, Report("distribution", "/distribution", _ask, "insight/distribution.html"))
