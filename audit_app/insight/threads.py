"""The golden threads beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint

from audit_app.insight.counting import Split, counts
from audit_app.insight.forms import QuestionForm
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.rules.judgements import SCALE
from audit_app.rules.shares import Share
from audit_app.rules.sheets import SHARE, Heading, Line, Paper, Sheet, count, share

bp = Blueprint("threads", __name__)


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=["thread"])
    return form, _page(asked) if asked else None


def _page(asked: Asked) -> Page:
    columns = (*(Heading(word.label, SHARE) for word in SCALE), Heading("Total"))
    lines = tuple(_lines(asked)) if asked.spell.periods else ()
    sheet = Sheet("Threads", "Judgements of each thread", "Thread", columns, lines)
    paper = Paper(
        "Golden threads", ("Threads beside each other.",), asked.facts, (sheet,), asked.notes
    )
    return Page(paper, asked.question.as_args(), asked.chosen)


def _lines(asked: Asked) -> Iterator[Line]:
    found = counts(asked.question.of, asked.spell, [Split.THREAD], asked.viewer)
    for code, name in asked.choices["thread"].items():
        of = found[found["thread"] == code].set_index("judgement")["n"]
        each = [int(of.get(word, 0)) for word in SCALE]
        cells = (share(Share(n, sum(each), floor=asked.floor)) for n in each)
        yield Line(name, (*cells, count(sum(each))))


open_report(bp, Report("threads", "/threads", _ask))
