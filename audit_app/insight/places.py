"""Services, localities and teams beside each other, never ranked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint
from markupsafe import Markup

from audit_app.documents.chart_funnel import funnel_chart
from audit_app.documents.chart_places import Dot, dots_chart
from audit_app.insight import queries
from audit_app.insight.asking import Question
from audit_app.insight.claim import Claim
from audit_app.insight.forms import QuestionForm
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.place_figures import (
    LATEST_MONTHS,
    MEASURES,
    Judged,
    Kind,
    Places,
    count_places,
    latest_unless_dated,
)
from audit_app.insight.place_sheets import by_kind, teams, tests
from audit_app.insight.reading import Asked, ask, read_question
from audit_app.insight.report import blind_note
from audit_app.models import User
from audit_app.rules.sheets import Paper, Sheet

bp = Blueprint("places", __name__)

TITLE = "Between places"
#: Dots in one drawing, which does not break over printed pages.
_DOTS_TOGETHER = 12
_INTERVALS = (
    "Each picture shows a dot for each place with its 95% interval, and upright marks for all of "
    "them. Places stand in the order of their names and are not ranked."
)


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=["by", "team"])
    return form, _page(latest_unless_dated(asked)) if asked else None


def _page(asked: Asked) -> Page:
    args = asked.question.as_args()
    facts = {"Judgements": asked.judged, **asked.facts}
    found = count_places(asked) if asked.spell.periods else None
    if found is None or not found.any:
        paper = Paper(TITLE, (), facts, (), blind_note(asked.left_out))
        return Page(paper, args, asked.chosen)
    sheets = tuple(_sheets(found))
    paper = Paper(TITLE, tuple(_message(found)), facts, sheets, tuple(_notes(found)))
    return Page(paper, args, asked.chosen, _pictures(found))


def _sheets(found: Places) -> Iterator[Sheet]:
    yield from (by_kind(found, kind) for kind in found.compared)
    yield teams(found)
    if found.answers:
        yield tests(found)


def _message(found: Places) -> Iterator[str]:
    for kind in found.compared:
        yield from (_answer(found, kind, measure) for measure in MEASURES)
    yield _of_teams(found)


def _answer(found: Places, kind: Kind, measure: str) -> str:
    return found.answers[kind.split, measure].sentence(measure, kind.plural)


def _of_teams(found: Places) -> str:
    funnel = found.funnel
    if len(funnel.compared) < 2:
        return "Too few teams have audits enough to be compared."
    outside, compared = len(funnel.outside), len(funnel.compared)
    said = (
        f"{outside or 'None'} of {compared} teams {'is' if outside == 1 else 'are'} outside the "
        "95% limits for good or better"
    )
    chance = funnel.outside_by_chance
    return f"{said}; chance alone would put about {chance or 'none'} there."


def _notes(found: Places) -> Iterator[str]:
    asked = found.asked
    yield from blind_note(asked.left_out)
    if asked.spell.shortened:
        yield f"The latest {LATEST_MONTHS} months are shown. Give dates to see others."
    if any(_any_dot(kind) for kind in found.compared):
        yield _INTERVALS
    yield from found.sampling.notes((), None)


def _pictures(found: Places) -> dict[str, list[Markup]]:
    drawn = {
        by_kind(found, kind).key: [
            picture for measure in MEASURES for picture in _dots(found, kind, measure)
        ]
        for kind in found.compared
        if _any_dot(kind)
    }
    funnel = found.funnel
    if len(funnel.compared) > 1 and 0 < funnel.whole.count < funnel.whole.total:
        drawn["teams"] = [funnel_chart(funnel, "Good or better", _of_teams(found), "funnel")]
    return drawn


def _any_dot(kind: Kind) -> bool:
    """Whether some place has audits enough for a dot: scales without any say nothing."""
    return any(each.interval(*words) for each in kind.places for words in MEASURES.values())


def _dots(found: Places, kind: Kind, measure: str) -> Iterator[Markup]:
    words = MEASURES[measure]
    whole = kind.whole(found.asked.floor)
    dots = [Dot(e.name, e.share(*words), e.interval(*words)) for e in kind.places]
    for start in range(0, len(dots), _DOTS_TOGETHER):
        yield dots_chart(
            measure,
            dots[start : start + _DOTS_TOGETHER],
            (whole.name, whole.share(*words)),
            _answer(found, kind, measure),
            f"{kind.plural}-{measure.replace(' ', '-').lower()}-{start}",
        )


def claim(viewer: User | None) -> Claim:
    """Whether Outstanding differs between services, in the latest months."""
    asked = latest_unless_dated(ask(Question(), queries.choices(), viewer))
    found = count_places(asked) if asked.spell.periods else None
    title = "Is there some disparity in Outstanding between services?"
    endpoint = "insight.places.places"
    if found is None or not found.any:
        return Claim(title, "No audits have been recorded yet.", (), endpoint)
    figures = (
        ("Audits dated", asked.spell.words),
        ("Shown", "Outstanding and its 95% interval"),
        *((each.name, _sure(each)) for each in found.services.places),
    )
    answer = found.answers[found.services.split, "Outstanding"]
    return Claim(
        title,
        answer.sentence("Outstanding", found.services.plural, with_totals=True),
        figures,
        endpoint,
        link="See services, localities and teams",
        notes=blind_note(asked.left_out),
        left_out=asked.left_out,
    )


def _sure(of: Judged) -> str:
    """Outstanding in one place, in whole percent as in every other: they are compared."""
    words = MEASURES["Outstanding"]
    reach = of.interval(*words)
    return f"{replace(of.share(*words), places=0).text_of}{f', {reach.text()}' if reach else ''}"


open_report(bp, Report("places", "/places", _ask, template="insight/places.html"))
