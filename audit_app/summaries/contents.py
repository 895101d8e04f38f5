"""All that a summary says of a period and a place but what people write in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from audit_app.rules.summary_periods import SummaryPeriod
from audit_app.rules.whole_sheets import rounding_notes
from audit_app.summaries.counted import Counted, counted
from audit_app.summaries.escalated import inadequate_section
from audit_app.summaries.followed import action_section
from audit_app.summaries.freezing import frozen, restated, sheets_of
from audit_app.summaries.headline import headline
from audit_app.summaries.judgements import judgement_section, year_section
from audit_app.summaries.learning import learning_section
from audit_app.summaries.notes import facts, label, notes
from audit_app.summaries.parts import Contents, Figure, Headline, Section, Suggestion
from audit_app.summaries.places import place_section
from audit_app.summaries.practice import (
    involvement_section,
    moderation_section,
    programme_section,
)
from audit_app.summaries.scope import NoSuchService, scope_of
from audit_app.summaries.suggesting import suggestions
from audit_app.summaries.themes import theme_section
from audit_app.summaries.threads import thread_section

__all__ = [
    "Contents",
    "Figure",
    "Headline",
    "NoSuchService",
    "Section",
    "Suggestion",
    "contents",
    "frozen",
    "restated",
    "sheets_of",
    "suggestions",
]


def contents(period: SummaryPeriod, service_id: int | None, today: date) -> Contents:
    """Count everything for a period, of the whole authority or of one service, as of ``today``.

    Raises:
        NoSuchService: when there is no service of this number.
    """
    scope = scope_of(period, service_id, today)
    found = counted(scope)
    sections = tuple(_sections(found))
    return Contents(
        period=period,
        place=scope.place,
        label=label(scope),
        as_at=today,
        headline=headline(found),
        sections=sections,
        notes=tuple(notes(found, sections)),
        facts=facts(found),
        waiting_blind=scope.waiting_blind,
        provisional=scope.running,
        empty=not found.judged.now.total,
        of_service=service_id is not None,
    )


def _sections(of: Counted) -> Iterator[Section]:
    """Those that have something to say: of a period without audits only those with a table."""
    if not of.scope.begun:
        return
    audits = of.judged.now.total
    for each in _every(of):
        if each.sheets or (audits and each.message):
            yield each if each.key in _NOTED else _with_roundings(each)


#: Judgements say it themselves, and an audit may carry several themes.
_NOTED = ("judgements", "years", "themes")


def _with_roundings(section: Section) -> Section:
    """Each of its tables with a note where percentages of one whole do not add up to 100."""
    sheets = (replace(each, notes=(*each.notes, *rounding_notes(each))) for each in section.sheets)
    return replace(section, sheets=tuple(sheets))


def _every(of: Counted) -> Iterator[Section]:
    """What practice is like, then what is done about it, then how it was looked at."""
    scope, practice = of.scope, of.done.practice
    yield judgement_section(of.judged)
    yield year_section(of.judged)
    yield thread_section(scope, of.judged, of.threads)
    yield place_section(of.places)
    yield theme_section(of.themes)
    yield inadequate_section(scope, of.escalated, of.judged)
    yield action_section(scope, of.acted, practice)
    yield learning_section(of.learning)
    yield programme_section(of.done)
    yield involvement_section(of.done)
    yield moderation_section(of.done)
