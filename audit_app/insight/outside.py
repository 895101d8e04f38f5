"""Sharing outside: a report as it may leave the council, or why it may not.

What is published is fixed in advance: the whole authority over whole quarters or years, and its
parts for one calendar year that has ended. Tables of chosen days or chosen audits, taken from one
another, would tell what each of them hides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import request
from flask_login import current_user

from audit_app.insight.answered import Page
from audit_app.insight.asking import Question
from audit_app.insight.counting import Split, counts, first_waiting_blind, held
from audit_app.insight.queries import choices
from audit_app.insight.report import NOTHING
from audit_app.rules.disclosure import NotForPublication, for_publication, hides_nothing
from audit_app.rules.historic import PUBLISHED_TOTAL
from audit_app.rules.judgements import SCALE
from audit_app.rules.periods import PeriodKind, last_ended
from audit_app.rules.periods import whole as whole_period
from audit_app.rules.shares import Share
from audit_app.rules.sheets import SHARE, Heading, Line, Paper, Rows, Sheet, share
from audit_app.web.filters import Basis

SHARE_OUTSIDE = {"share": "outside"}
#: What narrows a table to some of the audits.
_NARROWING = ("service", "locality", "team", "theme", "type", "selection")
#: What the parts of the authority are called that may be told apart, and how they are counted.
_PARTS = {
    "Service": Split.SERVICE,
    "Locality": Split.LOCALITY,
    "Type of audit": Split.TYPE,
    "How the case was chosen": Split.SELECTION,
}
#: Parts that are known to be made of others: a locality may be the only place of a service, and a
#: re-audit is chosen as one. Where anything is hidden, only the first of the two is published.
_TOLD_BY = {"Locality": "Service", "How the case was chosen": "Type of audit"}
_MOST_YEARS = 10
_NO_TABLE = (
    "No table of this page is published. Published are the whole authority’s judgements, "
    "moderation and how audits were done, by quarter or year, and the overall, final judgements of "
    "its services, localities, types of audit and ways of choosing in one year. What is about "
    "teams, people, themes, words, months or very few audits is not."
)
_TOLD_APART = (
    "Small numbers of this year are hidden, and these parts, laid beside others of the same "
    "audits, could tell them."
)


@dataclass(frozen=True)
class Refused(Exception):
    """Why a report is not published as it was asked, and what to ask for instead.

    ``instead`` are pairs of words and an address's arguments.
    """

    reason: str
    instead: Sequence[tuple[str, Mapping[str, str]]] = ()


def asked_outside() -> bool:
    """Whether the address asks for a report as it may be published."""
    return request.args.get("share", "").strip() == SHARE_OUTSIDE["share"]


def as_published(page: Page, question: Question) -> Page:
    """The report as it may leave the council.

    Raises:
        Refused: when it may not, or not as it was asked.
    """
    _refuse_narrowed(question, page.args)
    _refuse_days(question, page.args)
    if page.paper.empty:
        raise Refused(f"{NOTHING} Only periods that have ended are published.")
    _refuse_what_waits_blind(question, page.args)
    sheets = tuple(replace(each, rows=_rows(each, question)) for each in page.paper.sheets)
    if not any(each.rows for each in sheets if each.lines):
        raise Refused(_NO_TABLE)
    if _one_year(question):
        sheets = tuple(_alone(each, question) for each in sheets)
        if not any(each.rows for each in sheets if each.lines):
            raise Refused(_TOLD_APART, _years(page.args))
    else:
        sheets = _without_parts(sheets, page.args)
    paper = _naming_no_place(replace(page.paper, sheets=sheets))
    try:
        out = for_publication(paper, tuple(_judgements_of_parts(sheets, question)))
    except NotForPublication as problem:
        raise Refused(f"{problem}.", _years(page.args)) from problem
    whole = {sheet.key for sheet in out.sheets if sheet.rows is Rows.WHOLE}
    pictures = {key: drawn for key, drawn in page.pictures.items() if key in whole}
    args = {**page.args, **SHARE_OUTSIDE}
    return Page(out, args, pictures=pictures, file_name=page.file_name, outside=True)


def _refuse_narrowed(question: Question, args: Mapping[str, str]) -> None:
    if any(getattr(question.of, name) is not None for name in _NARROWING):
        raise Refused(
            "Only figures of the whole authority, and of all its parts beside each other, are "
            "published. Figures of some audits alone, taken from those of all, would tell what is "
            "hidden elsewhere.",
            [("Take the filters away", _without(args, *_NARROWING))],
        )


def _refuse_days(question: Question, args: Mapping[str, str]) -> None:
    if question.by is PeriodKind.MONTH:
        longer = _without(args, "by", "from", "to")
        raise Refused(
            "A month holds too few audits to be published.",
            [("Show quarters", {**longer, "by": "quarter"}), ("Show years", longer)],
        )
    first, last = question.of.first, question.of.last
    today = date.today()
    if question.same_months:
        raise Refused(
            "Whole quarters and years are published, and no chosen months of them.",
            [("Show all months", _without(args, "same_months"))],
        )
    if last and last > last_ended(PeriodKind.QUARTER, today):
        raise Refused(
            "Only periods that have ended are published: one that still runs would be published "
            "twice, with a few audits between.",
            [("Show what has ended", _without(args, "from", "to"))],
        )
    if not (_begins_quarter(first) and _begins_quarter(last and last + timedelta(days=1))):
        raise Refused(
            "Only whole quarters and years are published. Other days, taken from those, would tell "
            "what happened in a few of them.",
            [("Show all there is", _without(args, "from", "to"))],
        )


def _begins_quarter(day: date | None) -> bool:
    return day is None or (day.day == 1 and day.month in (1, 4, 7, 10))


def _refuse_what_waits_blind(question: Question, args: Mapping[str, str]) -> None:
    """Whoever publishes: the figures less those a moderator sees would tell what waits for them."""
    spell = question.spell(held(), date.today())
    day = first_waiting_blind(spell) if spell.periods else None
    if day is None:
        return
    before = whole_period(question.by, day).first - timedelta(days=1)
    earlier = [("Show the periods before", {**args, "to": before.isoformat()})]
    raise Refused(
        "Audits of these periods wait for a blind moderation, and what is published of them could "
        "tell a moderator how they were judged. They can be published once they are moderated.",
        earlier if before > spell.first else (),
    )


def _rows(sheet: Sheet, question: Question) -> Rows | None:
    """Whose audits the rows are; of parts nothing is said but in their one published table.

    Of the parts of a year only the overall, final judgements are published: another basis, a
    thread or the actions of the same audits has totals of its own to take them from.
    """
    of = question.of
    known = sheet.heading in _PARTS and of.thread is None and of.basis is Basis.FINAL
    return sheet.rows if known or sheet.rows is not Rows.PARTS else None


def _without_parts(sheets: Sequence[Sheet], args: Mapping[str, str]) -> tuple[Sheet, ...]:
    """The tables of the whole authority, where the days are not those its parts are told for."""
    whole = tuple(replace(s, rows=None) if s.rows is Rows.PARTS else s for s in sheets)
    if any(each.rows for each in whole if each.lines):
        return whole
    raise Refused(
        "Parts of the authority are published for one calendar year at a time, once it has ended: "
        "longer and shorter spells, taken from one another, would tell what each of them hides.",
        _years(args),
    )


def _one_year(question: Question) -> bool:
    """Whether one calendar year that has ended is asked for."""
    first, last = question.of.first, question.of.last
    if first is None or last is None or question.by is not PeriodKind.CALENDAR_YEAR:
        return False
    year = first.year
    ended = year < date.today().year
    return ended and (first, last) == (date(year, 1, 1), date(year, 12, 31))


def _alone(sheet: Sheet, question: Question) -> Sheet:
    """The table, or where another of the same audits would tell what it hides, one kept inside."""
    before = _TOLD_BY.get(sheet.heading)
    if sheet.rows is not Rows.PARTS or before is None:
        return sheet
    both = [
        sheet,
        *_judgements_of_parts([sheet, replace(sheet, heading=before)], question),
    ]
    return sheet if hides_nothing(both) else replace(sheet, rows=None)


def _years(args: Mapping[str, str]) -> list[tuple[str, Mapping[str, str]]]:
    """The years that parts of the authority can be told apart for, latest first."""
    days = held()
    if days is None:
        return []
    rest = _without(args, "by", "from", "to")
    last = min(days.last.year, date.today().year - 1)
    years = range(last, max(days.first.year, last - _MOST_YEARS + 1) - 1, -1)
    ways = [(str(year), {"from": f"{year}-01-01", "to": f"{year}-12-31"}) for year in years]
    asked = (args.get("from"), args.get("to"))
    return [(said, rest | way) for said, way in ways if asked != (way["from"], way["to"])]


def _naming_no_place(paper: Paper) -> Paper:
    """The paper without sentences about one place: its figures may be hidden here."""
    there = choices()
    places = [name for part in ("service", "locality", "team") for name in there[part].values()]

    def kept(said: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            each
            for each in said
            # Where a published total was published is public, whatever that is called.
            if PUBLISHED_TOTAL in each or not any(place in each for place in places)
        )

    sheets = tuple(replace(each, notes=kept(each.notes)) for each in paper.sheets)
    return replace(paper, message=kept(paper.message), sheets=sheets, notes=kept(paper.notes))


def _judgements_of_parts(sheets: Sequence[Sheet], question: Question) -> Iterator[Sheet]:
    """All judgements of the same parts.

    Whatever of them is published, on whichever page, hides the same rows.
    """
    headings = {each.heading for each in sheets if each.rows is Rows.PARTS} & set(_PARTS)
    return (_judgements(heading, question) for heading in sorted(headings))


def _judgements(heading: str, question: Question) -> Sheet:
    split = _PARTS[heading]
    spell = question.spell(held(), date.today())
    found = counts(question.of, spell, [split], current_user).apart(split.value)
    lines = []
    for value, name in choices()[split.value].items():
        judged = dict(found[value].rows("judgement", "n")) if value in found else {}
        each = [judged.get(word, 0) for word in SCALE]
        lines.append(Line(name, tuple(share(Share(n, sum(each))) for n in each)))
    columns = tuple(Heading(word.label, SHARE) for word in SCALE)
    return Sheet(heading, heading, heading, columns, tuple(lines), rows=Rows.PARTS)


def _without(args: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in args.items() if name not in names}
