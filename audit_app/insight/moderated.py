"""What moderation changed, and how far two people agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, current_app

from audit_app.insight import moderation_sheets as sheets
from audit_app.insight.asking import Question
from audit_app.insight.claim import Claim
from audit_app.insight.counting import held
from audit_app.insight.forms import QuestionForm
from audit_app.insight.moderation_figures import Moderations, moderations
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.models import Chosen, User
from audit_app.rules.moderation_words import Moderated
from audit_app.rules.sheets import Paper, Sheet

bp = Blueprint("moderated", __name__)

TITLE = "What moderation changed"
NOTHING = "No moderated audits have grades by both people here."
#: Both judgements are the figures, so no basis is chosen; and of a team or a theme so few audits
#: are moderated that the figures would be one auditor's.
WITHOUT = ("basis", "team", "theme")

_APART = (
    "Random and other choices are never added up, nor are blind and open moderation. Audits that a "
    "cycle has moderated because they were judged Inadequate or Outstanding, and those called in, "
    "were chosen for a reason; while it does, audits chosen at random hold the grades between."
)
_REVISION = (
    "A moderator who saw the auditor’s grade may have kept it for that. So open moderation is "
    "called revision, and only blind moderation agreement."
)
_GRADES = (
    "The grades are those the auditor submitted and the moderator gave, whatever was decided in a "
    "dispute afterwards. Audits that either found too little evidence to grade are left out."
)
_BEYOND_CHANCE = (
    "Kappa and AC2 are 1 where all agree and about 0 where chance would bring as much; both count "
    "two grades apart four times as much as one. Kappa falls towards 0 where nearly all audits "
    "have one grade, however well people agree: read the grid first."
)
_OF_THREAD = (
    "In open moderation a thread that the moderator left as it was counts as kept. Of audits "
    "brought in from elsewhere nothing is known about moderation of threads."
)
_IMPORTED = (
    "Audits brought in from elsewhere count as moderated in the open, chosen in a way that nobody "
    "recorded. A moderation dated before its audit counts as 0 days."
)


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=WITHOUT)
    return form, _page(asked) if asked else None


def _page(asked: Asked) -> Page:
    every = moderations(asked.question.of, asked.spell, asked.floor)
    paper = Paper(
        TITLE,
        tuple(_message([each.said for each in every])),
        _facts(asked),
        tuple(_sheets(every)),
        tuple(_notes(asked, every)),
    )
    return Page(paper, asked.question.as_args(), asked.chosen)


def _sheets(every: Sequence[Moderations]) -> Iterator[Sheet]:
    if not every:
        return
    yield sheets.summary(every)
    for each in every:
        yield sheets.by_period(each)
        yield sheets.grids(each)
    yield sheets.coefficients(every)
    yield sheets.days(every)


def _message(found: Sequence[Moderated]) -> Iterator[str]:
    """What is to be said of blind moderation, and of open: of audits chosen at random if it can."""
    for blind in (True, False):
        telling = [each for each in found if each.blind is blind and each.sentences]
        if telling:
            yield " ".join(telling[0].sentences)
    if found and not any(each.sentences for each in found):
        yield "Too few audits were moderated in any period to say how far two people agree."


def _facts(asked: Asked) -> dict[str, str]:
    facts = {name: said for name, said in asked.facts.items() if name != "Basis"}
    whole = "All services and types of audit that were moderated"
    return {"Judgements": asked.judged} | facts | ({"Audits": whole} if "Audits" in facts else {})


def _notes(asked: Asked, every: Sequence[Moderations]) -> Iterator[str]:
    # What waits for a blind moderation was not moderated, so nothing is left out for anybody.
    yield from replace(asked, left_out=0).notes
    yield from (_APART, _REVISION, _GRADES, _BEYOND_CHANCE)
    if asked.question.of.thread is not None:
        yield _OF_THREAD
    if any(each.way.chosen is Chosen.NOT_KNOWN for each in every):
        yield _IMPORTED
    if any(len(each.periods) > sheets.MOST_GRIDS for each in every):
        yield f"With more than {sheets.MOST_GRIDS} periods one grid stands for all of them."


def claim(viewer: User | None) -> Claim:
    """Whether there is little change in moderation, of all that is held, by calendar year.

    Everybody is told the same: every audit counted here was moderated.
    """
    question = Question()
    spell = question.spell(held(), date.today())
    floor = int(current_app.config["SETTINGS"].small_base)
    found = [each.said for each in moderations(question.of, spell, floor)]
    said = [each for each in found if each.latest is not None]
    return Claim(
        "Is there little change in moderation?",
        " ".join(_message(found)) or "No audits have been moderated yet.",
        tuple(figure for each in said for figure in _figures(each)),
        "insight.moderated.moderation",
        link="See what moderation changed",
    )


def _figures(of: Moderated) -> Iterator[tuple[str, str]]:
    assert of.latest is not None
    when, grid = of.latest
    what = "Same grade, judged blind" if of.blind else "Grade kept, in the open"
    yield f"{what}, {of.which}, {when.label}", f"{grid.exact.text} of {grid.pairs:,}"


open_report(bp, Report("moderation", "/moderation", _ask))
