"""Finding audits by what is written in them. Read-only.

Nobody finds, by words or by number, what they may not read: what is searched is the copy made when
an audit was submitted (``models/passage.py``), of the audits within a person's reach. Whoever may
yet judge an audit blind does not find it by the texts that give its judgement away. Results are by
date: no ranking weighs words that are somebody else's to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    not_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import REGCONFIG

from audit_app.audits.blindness import judgement_hidden_from, shown_to
from audit_app.audits.queries import narrowed, within_reach
from audit_app.extensions import db
from audit_app.models import Audit, Passage, Service, Team, Thread, User
from audit_app.rules.audits import OVERSIGHT_PROMPTS
from audit_app.rules.judgements import Judgement
from audit_app.rules.word_search import (
    Excerpt,
    Span,
    excerpts,
    one_after_another,
    spans_between,
    spans_together,
    words_in,
)
from audit_app.web.filters import AuditFilter
from audit_app.web.paging import Paging

#: More audits than anybody reads through; the list ends here.
LONGEST = 1_000
PER_PAGE = 20
#: Texts shown of one audit.
MOST_TEXTS = 3

#: Texts that say why the overall judgement is what it is: the page of an audit hides them with it.
_TELLING = ("rationale", "overall_reason", "good_practice_note", "good_practice_quote")

#: What each text is called on the page of its audit, in the order they stand there.
LABELS: dict[str, str] = {
    "worker_not_involved_reason": "Why the worker was not involved",
    "evidence": "Evidence",
    "working_well": "What is working well",
    "worried_about": "What are we worried about",
    "impact": "Impact for the child",
    "rationale": "Why the overall judgement",
    "overall_reason": "Reason for the difference from the threads",
    "good_practice_note": "Good practice others can learn from",
    "good_practice_quote": "A sentence others may quote",
    "concern_what": "What the immediate safeguarding concern is",
    "concern_told": "Who was told of the concern",
    "feedback_not_sought_reason": "Why family feedback was not sought",
    "feedback_from": "Family feedback: from whom",
    "feedback_how": "Family feedback: how",
    "feedback_said": "Family feedback: what they said",
    **{prompt.field: prompt.question for prompt in OVERSIGHT_PROMPTS},
    "practice_note": "Moderator’s note on the practice",
}
_ORDER = case({field: place for place, field in enumerate(LABELS)}, value=Passage.field)

#: Characters nobody types, put around what was found.
_BEGINS, _ENDS = "\ue000", "\ue001"

#: SQLite's index of words, and how PostgreSQL reads words: migration 0009.
_WORDS = table("passage_words", column("rowid"))
_CONFIGURATION = cast(literal("audit_words"), REGCONFIG)


@dataclass(frozen=True)
class Search:
    """The words that one text must hold, all of them, and the audits to look in."""

    terms: tuple[str, ...]
    of: AuditFilter


@dataclass(frozen=True)
class FoundText:
    """A text that holds the words: which thread it is about, its name, and where they stand."""

    thread: str | None
    label: str
    excerpts: Sequence[Excerpt]


@dataclass(frozen=True)
class FoundAudit:
    """An audit with the first few of its texts that hold the words; ``more`` is how many others."""

    reference: str
    audit_date: date | None
    service: str
    team: str
    judgement: Judgement | None
    texts: Sequence[FoundText]
    more: int


def find(user: User, search: Search, page: int) -> tuple[Paging, list[FoundAudit]]:
    """A page of the audits that hold the words, newest first, as far as this person may read."""
    wanted = (
        _within(select(Audit.id).join(Passage), user, search)
        .where(_holds(search.terms))
        .group_by(Audit.id, Audit.listed_on)
        .order_by(Audit.listed_on.desc(), Audit.id.desc())
    )
    ids = db.session.scalars(wanted.limit(LONGEST + 1)).all()
    paging = Paging(len(ids), page, PER_PAGE, LONGEST)
    shown = paging.of(ids)
    return paging, list(_audits(user, search, shown)) if shown else []


def _within(wanted: Select[Any], user: User, search: Search) -> Select[Any]:
    """Passages this person may read, of the audits that are asked for."""
    telling = and_(judgement_hidden_from(user), Passage.field.in_(_TELLING))
    wanted = wanted.where(Audit.recorded, within_reach(user), not_(telling))
    if search.of.thread is not None:
        about = select(Thread.id).where(Thread.code == search.of.thread)
        wanted = wanted.where(Passage.thread_id.in_(about))
    return narrowed(wanted, replace(search.of, thread=None, judgement=None, state=None))


def _audits(user: User, search: Search, ids: Sequence[int]) -> Iterator[FoundAudit]:
    texts = _texts(user, search, ids)
    lines = (
        select(
            Audit.id,
            Audit.reference,
            Audit.audit_date,
            Service.name.label("service"),
            Team.name.label("team"),
            shown_to(user, Audit.final_overall).label("judgement"),
        )
        .join(Audit.service)
        .join(Audit.team)
        .where(Audit.id.in_(ids), Audit.recorded, within_reach(user))
    )
    rows: dict[int, Any] = {row.id: row for row in db.session.execute(lines)}
    for number in ids:
        # One that was moved to another team between the questions is no longer theirs to read.
        if number in rows and texts[number]:
            row, found = rows[number], texts[number]
            yield FoundAudit(
                row.reference,
                row.audit_date,
                row.service,
                row.team,
                row.judgement,
                found[:MOST_TEXTS],
                len(found[MOST_TEXTS:]),
            )


def _texts(user: User, search: Search, ids: Sequence[int]) -> Mapping[int, list[FoundText]]:
    """The texts that hold the words, by audit, in the order of the audit's page."""
    columns: list[Any] = [Passage.audit_id, Thread.name, Passage.field, Passage.text]
    wanted = (
        select(*columns, *_marked(search.terms))
        .select_from(Passage)
        .join(Audit, Audit.id == Passage.audit_id)
        .outerjoin(Thread, Thread.id == Passage.thread_id)
        .where(Passage.audit_id.in_(ids), _matches(search.terms))
        .order_by(Thread.position.nulls_last(), _ORDER)
    )
    if _sqlite():
        wanted = wanted.join(_WORDS, _WORDS.c.rowid == Passage.id)
    found: dict[int, list[FoundText]] = defaultdict(list)
    for audit, thread, field, text, *marked in db.session.execute(_within(wanted, user, search)):
        part = excerpts(text, _hits(search.terms, marked))
        found[audit].append(FoundText(thread, LABELS[field], part))
    return found


def _hits(terms: Sequence[str], marked: Sequence[str]) -> list[Span]:
    """What to mark in a text. PostgreSQL marks each word of a phrase wherever it stands."""
    if _sqlite():
        return spans_between(marked[0], _BEGINS, _ENDS)
    return one_after_another(
        [
            span
            for term, text in zip(terms, marked, strict=True)
            for span in spans_together(
                _unmarked(text), spans_between(text, _BEGINS, _ENDS), len(words_in(term))
            )
        ]
    )


def _unmarked(text: str) -> str:
    return text.replace(_BEGINS, "").replace(_ENDS, "")


def _sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def _holds(terms: Sequence[str]) -> ColumnElement[bool]:
    """Passages that hold every term. What was typed is only ever a value, and words to compare."""
    if _sqlite():
        return Passage.id.in_(select(_WORDS.c.rowid).where(_matches(terms)))
    return _matches(terms)


def _matches(terms: Sequence[str]) -> ColumnElement[bool]:
    if _sqlite():
        quoted = " AND ".join('"' + term.replace('"', '""') + '"' for term in terms)
        return literal_column("passage_words").op("MATCH", is_comparison=True)(quoted)
    whole = _phrase(terms[0])
    for term in terms[1:]:
        whole = whole.op("&&")(_phrase(term))
    return literal_column("passages.words").op("@@", is_comparison=True)(whole)


def _marked(terms: Sequence[str]) -> list[ColumnElement[str]]:
    """Each text with marks around what was found; on PostgreSQL one for each term."""
    if _sqlite():
        return [func.highlight(literal_column("passage_words"), 0, _BEGINS, _ENDS)]
    how = f"HighlightAll=true, StartSel={_BEGINS}, StopSel={_ENDS}"
    text = _letters(Passage.text)
    return [func.ts_headline(_CONFIGURATION, text, _phrase(term), how) for term in terms]


def _phrase(term: str) -> ColumnElement[Any]:
    return func.phraseto_tsquery(_CONFIGURATION, _letters(literal(term)))


def _letters(text: Any) -> ColumnElement[str]:
    """The text as its words were read from it: letters and digits, and a space for all else."""
    return func.regexp_replace(text, "[^[:alnum:]]", " ", "g")
