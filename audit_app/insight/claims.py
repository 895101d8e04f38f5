"""The three claims about practice, each answered in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from werkzeug import Response

from audit_app.insight import moderated, places, queries
from audit_app.insight.asking import Unanswerable
from audit_app.insight.claim import Claim
from audit_app.insight.counting import held
from audit_app.insight.forms import QuestionForm
from audit_app.insight.other_ways import other_ways
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.insight.report import PARTS
from audit_app.insight.yearly import Yearly, yearly
from audit_app.rules.change import Direction, Movement, movement
from audit_app.rules.change_sheet import ROUNDED_LAST, VERDICTS, points, signed
from audit_app.rules.judgement_sheets import good_or_better_interval
from audit_app.rules.permissions import Permission
from audit_app.rules.sheets import Cell, Heading, Line, Paper, Sheet, count, words
from audit_app.rules.steadiness import clear_steps, findings, named, steadily, steadiness
from audit_app.web.access import requires

bp = Blueprint("claims", __name__)

#: Claims are of everything that is held, so there is nothing to choose.
_NOTHING_TO_CHOOSE = (
    *("by", "first", "last", "basis", "thread", "service", "locality", "team", "theme"),
    *("type", "selection"),
)
#: The same as an address names them.
_NOT_ASKED = ("by", "from", "to", "same_months", "basis", "thread", *PARTS)


@bp.get("/")
@requires(Permission.INSIGHT_READ)
def insight() -> Response:
    """The page insight opens with."""
    return redirect(url_for("insight.claims.claims"))


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=_NOTHING_TO_CHOOSE)
    return form, _page(asked) if asked else None


def _page(asked: Asked) -> Page:
    found = yearly(asked)
    if found.empty:
        return Page(Paper("Is practice getting better?", (), asked.facts, ()), {})
    ways = {"all audits": found.movement, **_counted_otherwise(asked)}
    first = claim(found, ways)
    claims = (first, places.claim(current_user), moderated.claim(current_user))
    sheets = (_answers(claims), _figures(claims), _standing(ways))
    paper = Paper(
        "Is practice getting better?",
        tuple(_not_used()),
        asked.facts,
        sheets,
        tuple(dict.fromkeys(note for each in claims for note in each.notes)),
    )
    return Page(paper, {}, more={"claims": claims})


def _not_used() -> Iterator[str]:
    """What the address asks for that changes nothing here, so that nobody takes it for counted."""
    asked = [f"“{name}”" for name in _NOT_ASKED if request.args.get(name, "").strip()]
    if asked:
        yield (
            f"The claims are of everything that is held: {', '.join(asked)} in the address of this "
            "page changes nothing. Each answer leads to a page that can be narrowed."
        )


def claim(found: Yearly, ways: Mapping[str, Movement]) -> Claim:
    """Whether practice improved, over all years held; ``ways`` are those of counting it."""
    columns = found.table.columns if found.table else ()
    figures = [("Shown", "Good or better with its 95% interval")] if columns else []
    for column in columns:
        share, reach = column.good_or_better, good_or_better_interval(column)
        said = f"{share.percent_text} ({reach.text(share.places)})" if reach else share.text
        figures.append((column.period.label, said))
    return Claim(
        "Has practice steadily improved?",
        " ".join(_steadily(found.movement)),
        tuple(figures),
        "insight.distribution",
        link="See the years, the intervals and the tests",
        notes=found.notes,
        otherwise=" ".join(_otherwise(ways)),
        also=(("See the months, and whether any of them is a signal", "insight.over_time.trends"),),
        left_out=found.asked.left_out,
    )


def _steadily(moved: Movement) -> Iterator[str]:
    """The answer and its clear steps, then the trend; the last step where it adds something."""
    last, *over_all = moved.sentences
    yield steadily(moved)
    yield from over_all
    if len(moved.steps) < 2 or moved.steps[-1] in clear_steps(moved):
        yield last


def _otherwise(ways: Mapping[str, Movement]) -> Iterator[str]:
    """What the other ways of counting find that the first, of all audits, does not."""
    (_, first), *others = ways.items()
    differ = [(said, found) for said, found in others if findings(found) != findings(first)]
    if differ:
        yield "Counted in other ways this does not wholly stand up."
    for said, found in differ:
        answer = steadiness(found)
        same = "" if answer is steadiness(first) else f"{answer.value}; "
        yield f"{_capital(said)}: {same}good or better {named(found, years=True)}."


def _counted_otherwise(asked: Asked) -> Mapping[str, Movement]:
    """What may be said of the same years, counted in each other way that can be answered."""
    found = {}
    for said, question in other_ways(asked).items():
        try:
            spell = question.spell(held(), date.today())
        except Unanswerable:
            continue
        table = queries.table_of(question.of, spell, asked.viewer)
        found[said] = movement(table.columns)
    return found


def _answers(claims: Sequence[Claim]) -> Sheet:
    columns = (Heading("Answer", numeric=False),)
    lines = tuple(Line(each.title, (words(each.answer),)) for each in claims)
    return Sheet("Claims", "The claims and their answers", "Claim", columns, lines)


def _figures(claims: Sequence[Claim]) -> Sheet:
    columns = (Heading("Figure", numeric=False), Heading("Value"))
    lines = tuple(
        Line(each.title, (words(name), words(value)))
        for each in claims
        for name, value in each.figures
    )
    return Sheet("Figures", "The figures they rest on", "Claim", columns, lines)


def _standing(ways: Mapping[str, Movement]) -> Sheet:
    """Whether the first answer stands up when the same years are counted in other ways."""
    columns = (
        Heading("Compared", numeric=False),
        Heading("Before"),
        Heading("After"),
        Heading("Difference in percentage points"),
        Heading("Last step", numeric=False),
        Heading("Clear rises"),
        Heading("Clear falls"),
        Heading("All periods", numeric=False),
    )
    lines = tuple(Line(_capital(said), tuple(_way(found))) for said, found in ways.items())
    title = "Improvement counted in other ways"
    note = (
        "Good or better in the last two periods, how many steps from one period to the next were "
        "a clear rise or a clear fall, and the trend of all judgements over all."
    )
    return Sheet("Other ways", title, "Counted", columns, lines, (note, ROUNDED_LAST))


def _way(found: Movement) -> Iterator[Cell]:
    step, trend = found.step, found.trend
    if step is None:
        yield from (words("–"),) * 5
    else:
        yield words(f"{step.before.period.label} and {step.after.period.label}")
        yield from (words(share.text) for share in step.shares)
        apart = points(step)
        yield Cell(signed(apart), (apart,))
        yield words(VERDICTS[step.direction])
    yield from (count(len(clear_steps(found, way))) for way in (Direction.BETTER, Direction.WORSE))
    yield words(VERDICTS[trend.direction if trend else Direction.TOO_FEW])


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


open_report(bp, Report("claims", "/claims", _ask, "insight/claims.html"))
