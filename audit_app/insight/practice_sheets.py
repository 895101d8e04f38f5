"""The tables about how audits were done, a line for each period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from itertools import dropwhile

from audit_app.insight.practice_figures import Answers, Practice
from audit_app.rules.actions import Difference
from audit_app.rules.audits import AuditType, FamilyFeedback, Selection, WorkerInvolvement
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    SHARE,
    SHARE_OF,
    Cell,
    Heading,
    Line,
    Rows,
    Sheet,
    count,
    number,
    share,
    share_of,
)
from audit_app.web.filters import Recorded

INVOLVED = (WorkerInvolvement.TOOK_PART, WorkerInvolvement.SPOKEN_TO, WorkerInvolvement.INVOLVED)
SOUGHT = (FamilyFeedback.GIVEN, FamilyFeedback.SOUGHT)
#: Answers that say whether feedback was sought: of the others nobody knows.
KNOWN_FEEDBACK = (*SOUGHT, FamilyFeedback.NOT_SOUGHT)

_OF_KNOWN = "Percentages are of the audits for which it was recorded."
_COHORT = (
    "Actions that came out of the audits of a period, of an auditor or a moderator, as they stand "
    "today: those of recent audits have had less time. One joined to another counts as the other. "
    "Periods before the first action are left out. “Themes” counts actions under the day they were "
    "raised, so its totals can differ from these."
)
_OF_CLOSED = "What difference an action made is said when it is closed; percentages are of those."
_DUE = "An audit belongs to the period it was first due in. More time does not move it."
_DAYS = (
    "Days from the audit date to the moderation, 0 where an imported moderation is dated before "
    "its audit. An audit that still waits has no days yet."
)


def sheets(found: Practice) -> Iterator[Sheet]:
    """Those that have something to say, in the order of an audit's life."""
    every = (
        _whole(found, completion(found)),
        # Their columns are parts of the authority, of which small numbers are hidden elsewhere.
        types(found),
        selections(found),
        *(_whole(found, made(found)) for made in (workers, families, moderated, actions)),
    )
    yield from (sheet for sheet in every if sheet.lines)


def workers(found: Practice) -> Sheet:
    known = tuple(WorkerInvolvement)
    columns = {
        "Involved": INVOLVED,
        "Took part": (WorkerInvolvement.TOOK_PART,),
        "Spoken to": (WorkerInvolvement.SPOKEN_TO,),
        "Not involved": (WorkerInvolvement.NOT_INVOLVED,),
    }
    lines = [
        Line(
            each.period.label,
            (
                *(share(each.share(words, known)) for words in columns.values()),
                count(each.number(None)),
                count(each.total),
            ),
        )
        for each in found.workers
    ]
    imported = any(each.number(WorkerInvolvement.INVOLVED) for each in found.workers)
    how = ("Involved holds audits for which how was not recorded.",) if imported else ()
    return _by_period(
        "Worker", "Was the worker involved?", columns, lines, "Not recorded", (_OF_KNOWN, *how)
    )


def families(found: Practice) -> Sheet:
    columns = {
        "Sought": SOUGHT,
        "Sought and given": (FamilyFeedback.GIVEN,),
        "Sought, none given": (FamilyFeedback.SOUGHT,),
        "Not sought": (FamilyFeedback.NOT_SOUGHT,),
    }
    lines = [
        Line(
            each.period.label,
            (
                *(share(each.share(words, KNOWN_FEEDBACK)) for words in columns.values()),
                count(each.number(None, FamilyFeedback.NONE_RECORDED)),
                count(each.total),
            ),
        )
        for each in found.families
    ]
    title = "Was feedback sought from the child and family, and given?"
    return _by_period("Feedback", title, columns, lines, "Not known", (_OF_KNOWN,))


def types(found: Practice) -> Sheet:
    return _kinds(found, "Types", "Types of audit", found.types, tuple(AuditType), "type")


def selections(found: Practice) -> Sheet:
    title, every = "How cases were chosen", tuple(Selection)
    return _kinds(found, "Chosen", title, found.selections, every, "selection")


def _kinds(
    found: Practice,
    name: str,
    title: str,
    periods: Sequence[Answers],
    words: Sequence[AuditType | Selection],
    part: str,
) -> Sheet:
    """Shares of each kind of audit, leading to the audits; kinds nobody used have no column."""
    used = [word for word in words if any(each.number(word) for each in periods)]
    unknown = any(each.number(None) for each in periods)
    columns = [*(Heading(word.label, SHARE) for word in used)]
    columns += [Heading("Not recorded")] if unknown else []
    lines = []
    for each in periods:
        cells = [
            share(each.share((word,), words), _behind(found, each.period, part, word))
            for word in used
        ]
        cells += [count(each.number(None))] if unknown else []
        cells.append(count(each.total, _behind(found, each.period)))
        lines.append(Line(each.period.label, tuple(cells)))
    notes = (_OF_KNOWN,) if unknown else ()
    return Sheet(name, title, "Period", (*columns, Heading("Audits")), tuple(lines), notes)


def _behind(
    found: Practice, period: Period, part: str = "", word: StrEnum | None = None
) -> dict[str, str]:
    kind = {part: word} if part else {}
    return found.asked.question.of.as_args(
        first=period.first, last=period.last, recorded=Recorded.ONLY, **kind
    )


def moderated(found: Practice) -> Sheet:
    columns = (
        Heading("Audits"),
        Heading("Moderated", SHARE),
        Heading("Half of them within, days"),
        Heading("Nine in ten within, days"),
        Heading("Longest, days"),
    )
    lines = tuple(
        Line(
            period.label,
            (
                count(total),
                share(Share(each.number, total, floor=found.asked.floor)),
                number(each.median),
                _days(each.nine_in_ten),
                _days(each.longest),
            ),
        )
        for period, total, each in found.moderated
    )
    if not any(each.number for *_, each in found.moderated):
        lines = ()
    return Sheet("Moderation", "How soon audits were moderated", "Period", columns, lines, (_DAYS,))


def _days(days: int | None) -> Cell:
    return number(None if days is None else Decimal(days))


def completion(found: Practice) -> Sheet:
    columns = (
        Heading("Allocated"),
        Heading("Exempt"),
        Heading("Done, of those to be done", SHARE_OF),
        Heading("Not yet due"),
        Heading("Overdue"),
    )
    lines = tuple(
        Line(
            period.label,
            (
                count(each.given_out),
                count(each.exempt),
                share_of(each.share),
                count(each.not_yet_due),
                count(each.overdue),
            ),
        )
        for period, each in found.completion
    )
    title = "Audits done against the programme"
    return Sheet("Programme", title, "First due in", columns, lines, (_DUE,))


def actions(found: Practice) -> Sheet:
    answers = {
        "Made a difference": Difference.YES,
        "Partly": Difference.PARTLY,
        "No difference": Difference.NO,
        "Too early to say": Difference.TOO_EARLY,
    }
    columns = (
        Heading("Raised"),
        Heading("Closed", SHARE),
        *(Heading(label, SHARE) for label in answers),
    )
    lines = tuple(
        Line(
            each.period.label,
            (
                count(each.raised),
                share(each.closed_share),
                *(share(each.share(word)) for word in answers.values()),
            ),
        )
        for each in dropwhile(lambda each: not each.raised, found.actions)
    )
    title = "What followed: actions raised, closed, and the difference they made"
    return Sheet("Actions", title, "Audited in", columns, lines, (_COHORT, _OF_CLOSED))


def _by_period(
    name: str,
    title: str,
    shares: dict[str, tuple[WorkerInvolvement, ...]] | dict[str, tuple[FamilyFeedback, ...]],
    lines: Sequence[Line],
    unknown: str,
    notes: tuple[str, ...],
) -> Sheet:
    columns = (*(Heading(label, SHARE) for label in shares), Heading(unknown), Heading("Audits"))
    return Sheet(name, title, "Period", columns, tuple(lines), notes)


def _whole(found: Practice, sheet: Sheet) -> Sheet:
    """Say that rows are about the whole authority where no part of it was asked for."""
    of = found.asked.question.of
    parts = (of.service, of.locality, of.team, of.theme, of.type, of.selection)
    return replace(sheet, rows=Rows.WHOLE) if all(part is None for part in parts) else sheet
