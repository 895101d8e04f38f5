"""How audits were done: who was involved, how cases were chosen, what followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from flask import Blueprint
from markupsafe import Markup

from audit_app.documents.chart_places import Dot, dots_chart
from audit_app.insight.forms import QuestionForm
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.practice_figures import Answers, Practice, count_practice, programme_knows
from audit_app.insight.practice_sheets import INVOLVED, KNOWN_FEEDBACK, SOUGHT, sheets
from audit_app.insight.reading import Asked, read_question
from audit_app.insight.sampling import Sampling
from audit_app.rules.audits import FamilyFeedback, Selection, WorkerInvolvement
from audit_app.rules.intervals import wilson
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Paper

bp = Blueprint("practice", __name__)

TITLE = "How audits were done"
#: Dots in one drawing, which does not break over printed pages; of more periods, the latest.
MOST_DOTS = 12
_DESCRIBES = "Nothing on this page was tested for change. In pictures, lines are 95% intervals."
_NO_PROGRAMME = (
    "What was done against the programme is not shown: a case given out for audit has no theme, "
    "type or way of choosing until it is audited."
)


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=["thread", "basis"])
    return form, _page(asked) if asked else None


def _page(asked: Asked) -> Page:
    args = asked.question.as_args()
    facts = {name: said for name, said in asked.facts.items() if name != "Basis"}
    found = count_practice(asked, date.today()) if asked.spell.periods else None
    if found is None or not found.any:
        return Page(Paper(TITLE, (), facts, (), asked.notes), args, asked.chosen)
    notes = (*_notes(asked), *_sampled(found).notes((), None))
    paper = Paper(TITLE, tuple(_message(found)), facts, tuple(sheets(found)), notes)
    return Page(paper, args, asked.chosen, _pictures(found))


def _notes(asked: Asked) -> Iterator[str]:
    yield from asked.notes
    if not programme_knows(asked.question.of):
        yield _NO_PROGRAMME
    yield _DESCRIBES


def _sampled(found: Practice) -> Sampling:
    """How the audits of all periods were chosen, as the page counts them already."""
    if found.asked.question.of.selection is not None:
        return Sampling()
    at_random = sum(each.number(Selection.RANDOM) for each in found.selections)
    total = sum(each.total for each in found.selections)
    return Sampling((Share(at_random, total),), sum(e.number(None) for e in found.selections))


def _involved(of: Answers) -> Share:
    return of.share(INVOLVED, tuple(WorkerInvolvement))


def _given(of: Answers) -> Share:
    return of.share((FamilyFeedback.GIVEN,), KNOWN_FEEDBACK)


def _message(found: Practice) -> Iterator[str]:
    """The latest period that holds audits enough for percentages."""
    places = [
        place
        for place, each in enumerate(found.workers)
        if _involved(each).percent is not None and _given(found.families[place]).percent is not None
    ]
    if not places:
        yield "Too few audits in any period for percentages."
        return
    worker, family = found.workers[places[-1]], found.families[places[-1]]
    sought = family.share(SOUGHT, KNOWN_FEEDBACK)
    yield (
        f"{worker.period.label}: the worker was involved in {_involved(worker).percent_text} of "
        f"audits. Feedback from the child and family was sought in {sought.percent_text} and given "
        f"in {_given(family).percent_text}."
    )
    _, _, waited = found.moderated[places[-1]]
    if waited.number >= found.asked.floor:
        yield (
            f"{worker.period.label}: {waited.number:,} audits have been moderated, half of them "
            f"within {waited.median} days of the audit date and nine in ten within "
            f"{waited.nine_in_ten}."
        )


def _pictures(found: Practice) -> dict[str, list[Markup]]:
    shown = {
        "worker": ("Worker involved", found.workers, _involved),
        "feedback": ("Family feedback given", found.families, _given),
    }
    return {key: list(_dots(key, *each)) for key, each in shown.items()}


def _dots(
    key: str, measure: str, periods: Sequence[Answers], share_of: Callable[[Answers], Share]
) -> Iterator[Markup]:
    shares = [(each.period.label, share_of(each)) for each in periods[-MOST_DOTS:]]
    enough = [(label, of) for label, of in shares if of.percent is not None]
    if not enough:
        return
    dots = [Dot(label, of, wilson(of) if of.percent is not None else None) for label, of in shares]
    label, latest = enough[-1]
    yield dots_chart(measure, dots, None, f"{measure}: {latest.percent_text} in {label}", key)


open_report(bp, Report("practice", "/practice", _ask))
