"""What moderation changed, and how far two people agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Blueprint, current_app
from markupsafe import Markup
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from audit_app.documents.chart_moves import moves_chart
from audit_app.insight import moderation_sheets as sheets
from audit_app.insight.asking import Question
from audit_app.insight.claim import Claim
from audit_app.insight.counting import held
from audit_app.insight.forms import QuestionForm
from audit_app.insight.moderation_figures import WAYS, Moderations, Way, moderations
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.models import Chosen, User
from audit_app.rules.moderation_words import Moderated, answer, only_graded
from audit_app.rules.sheets import Paper, Sheet

bp = Blueprint("moderated", __name__)

TITLE = "What moderation changed"
TOO_FEW = "Too few audits were moderated in any period to say how far two people agree."
#: Bars in one drawing, which does not break over printed pages; and bars in all.
TOGETHER = 4
MOST_BARS = 12
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


class ModerationForm(QuestionForm):
    """The filter beside what moderation changed: one way of moderating is set out in full."""

    way = SelectField(
        "Set out in full",
        choices=[
            SelectChoice("", "First with enough audits"),
            *(SelectChoice(each.key, each.label) for each in WAYS),
        ],
    )

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        read = super().validate(extra_validators)
        asked = self.way.data
        self.asked_way = next((each for each in WAYS if each.key == asked), None)
        if asked and self.asked_way is None:
            self.way.errors = [f"“{asked}” is not one of the choices"]
        return read and not self.way.errors


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=WITHOUT, form_of=ModerationForm)
    assert isinstance(form, ModerationForm)
    return form, _page(asked, form.asked_way) if asked else None


def _page(asked: Asked, way: Way | None) -> Page:
    every = moderations(asked.question.of, asked.spell, asked.floor)
    shown = _shown(every, way)
    args = asked.question.as_args()
    chosen = [(said, {**rest, **_way_args(way)}) for said, rest in asked.chosen]
    if way is not None:
        chosen.append((f"Set out in full: {way.label}", args))
    paper = Paper(
        TITLE,
        tuple(_message([each.said for each in every if way is None or each is shown])),
        _facts(asked, shown),
        _sheets(every, shown),
        tuple(_notes(asked, every, shown)),
    )
    more = {"every": every, "shown": shown, "args": args}
    return Page(paper, {**args, **_way_args(way)}, chosen, _pictures(shown), more)


def _way_args(way: Way | None) -> dict[str, str]:
    return {} if way is None else {"way": way.key}


def _shown(every: Sequence[Moderations], way: Way | None) -> Moderations | None:
    """The one that is set out in full: what is asked for, or the first that can be told of."""
    if way is not None:
        return next((each for each in every if each.way == way), None)
    telling = [each for each in every if each.said.sentences]
    return next(iter([*telling, *every]), None)


@lru_cache(maxsize=64)
def _sheets(every: tuple[Moderations, ...], shown: Moderations | None) -> tuple[Sheet, ...]:
    summary = (sheets.summary(every),) if every else ()
    if shown is None:
        return summary
    return (
        *summary,
        sheets.by_period(shown),
        sheets.grids(shown),
        sheets.coefficients(every, shown),
    )


@lru_cache(maxsize=64)
def _pictures(shown: Moderations | None) -> Mapping[str, Sequence[Markup]]:
    """The latest periods, drawn above the table of the same figures."""
    if shown is None:
        return {}
    title = shown.said.found if shown.said.latest else f"{shown.way.title}: too few to compare"
    latest = [(period.label, grid) for period, grid in shown.grids[-MOST_BARS:]]
    drawn = [
        moves_chart(latest[start : start + TOGETHER], shown.way.blind, title, f"moves-{start}")
        for start in range(0, len(latest), TOGETHER)
    ]
    return {"periods": drawn}


def _message(found: Sequence[Moderated]) -> Iterator[str]:
    """What is to be said of blind moderation, and of open: of audits chosen at random if it can."""
    for blind in (True, False):
        telling = [each for each in found if each.blind is blind and each.sentences]
        if telling:
            yield " ".join(telling[0].sentences)
    if found and not any(each.sentences for each in found):
        yield TOO_FEW


def _facts(asked: Asked, shown: Moderations | None) -> dict[str, str]:
    facts = {name: said for name, said in asked.facts.items() if name != "Basis"}
    whole = "All services and types of audit that were moderated"
    in_full = {} if shown is None else {"Set out in full": shown.way.label}
    rest = facts | ({"Audits": whole} if "Audits" in facts else {})
    return {"Judgements": asked.judged} | rest | in_full


def _notes(asked: Asked, every: Sequence[Moderations], shown: Moderations | None) -> Iterator[str]:
    # What waits for a blind moderation was not moderated, so nothing is left out for anybody.
    yield from replace(asked, left_out=0).notes
    yield from (_APART, _REVISION, _GRADES, _BEYOND_CHANCE)
    if asked.question.of.thread is not None:
        yield _OF_THREAD
    if any(each.way.chosen is Chosen.NOT_KNOWN for each in every):
        yield _IMPORTED
    if shown is not None and len(shown.periods) > sheets.MOST_GRIDS:
        yield f"With more than {sheets.MOST_GRIDS} periods there is one grid, of all of them."


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
        _in_short(said) if said or not found else TOO_FEW,
        tuple(map(_figures, said)),
        "insight.moderated.moderation",
        link="See the grids, the intervals and each way of moderating",
        notes=(_REVISION, _APART),
    )


def _in_short(said: Sequence[Moderated]) -> str:
    """The answer, of blind moderation and of open, each of audits chosen at random if it can."""
    ways = [[each for each in said if each.blind is blind] for blind in (True, False)]
    first = [way[0] for way in ways if way]
    if not first:
        return "No audits have been moderated yet."
    parts = "; ".join(each.in_short for each in first)
    return " ".join((f"{answer(first)}: {parts}.", *only_graded(first)))


def _figures(of: Moderated) -> tuple[str, str]:
    assert of.latest is not None
    when, grid = of.latest
    how = "Judged blind" if of.blind else "Moderated in the open"
    up, down = ("higher", "lower") if of.blind else ("moved up", "moved down")
    moved = f"{grid.up.count:,} {up}, {grid.down.count:,} {down}"
    return (
        f"{how}, {of.which}, {when.label}",
        f"{grid.exact.text} of {grid.pairs:,} the same, {moved}",
    )


open_report(bp, Report("moderation", "/moderation", _ask, "insight/moderation.html"))
