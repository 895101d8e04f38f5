"""Good or better over time: a control chart of months, or a run chart of quarters."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint

from audit_app.documents.chart_time import time_chart
from audit_app.insight import queries
from audit_app.insight.asking import Question, Spell, Unanswerable
from audit_app.insight.forms import QuestionForm
from audit_app.insight.over_time_figures import count_over_time
from audit_app.insight.over_time_sheets import by_service, limits_used, points, signals_found
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.rules.over_time_words import headline, level, others
from audit_app.rules.periods import PeriodKind, split
from audit_app.rules.sheets import Paper

bp = Blueprint("over_time", __name__)

#: Three years of months: what is shown where no dates are asked for.
MONTHS = 36
#: Ten years of months: the most that one address can ask for.
MOST = 120


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=["by", "team"])
    if asked is None:
        return form, None
    try:
        return form, _page(_by_month(asked), asked.question)
    except Unanswerable as problem:
        form.refuse(problem.field, str(problem))
        return form, None


def _by_month(asked: Asked) -> Asked:
    """The same question of months: those asked for, else the latest three years.

    Raises:
        Unanswerable: when there are more months than a chart can hold.
    """
    of, question = asked.question.of, replace(asked.question, by=PeriodKind.MONTH)
    if not asked.spell.periods:
        return replace(asked, question=question)
    months = split(PeriodKind.MONTH, asked.spell.first, asked.spell.last)
    if of.first is None and of.last is None:
        spell = Spell(months[-MONTHS:], shortened=len(months) > MONTHS)
    elif len(months) > MOST:
        raise Unanswerable("from" if of.first else "to", _too_many(len(months)))
    else:
        spell = Spell(months)
    hidden = queries.hidden(of, spell, asked.viewer)
    return replace(asked, question=question, spell=spell, left_out=hidden)


def _page(asked: Asked, question: Question) -> Page:
    title = "Good or better over time"
    args, chosen = question.as_args(), replace(asked, question=question).chosen
    found = count_over_time(asked) if asked.spell.periods else None
    if found is None or not found.any:
        return Page(Paper(title, (), asked.facts, (), asked.notes), args, chosen)
    series = found.series
    message = tuple(filter(None, (headline(series), level(series), others(series))))
    sheets = (points(found), *signals_found(found), limits_used(found), *by_service(found))
    notes = (*found.notes, *asked.notes, *(each.note for each in found.breaks))
    paper = Paper(title, message, {"Judgements": asked.judged, **asked.facts}, sheets, notes)
    picture = time_chart(series, "over-time", f"{asked.judged}: {message[0]}")
    pictures = {sheets[0].key: [picture]} if series.points else {}
    return Page(paper, args, chosen, pictures, {"services": found.services})


def _too_many(months: int) -> str:
    return f"These dates make {months:,} months and the most is {MOST}. Give dates nearer together"


open_report(bp, Report("trends", "/trends", _ask, template="insight/trends.html"))
