"""Counting judgements: one grouped query for a table, however many audits there are.

Figures here are the whole authority's. Who may open them is the route's to say; none of them names
an audit, a child or a worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import current_app

from audit_app.audits.queries import filter_choices
from audit_app.insight.asking import Question, Spell, this_and_last_quarter
from audit_app.insight.counting import Split, counts, held, judges_blind, left_out
from audit_app.models import User
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.change import movement
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution, distribution
from audit_app.rules.judgement_sheets import Beside, judgements_sheet
from audit_app.rules.permissions import ROLE_REACH, Reach
from audit_app.rules.sheets import Sheet
from audit_app.web.filters import AuditFilter

#: What a table can be narrowed to: for each part of the filter, its values and their names.
Choices = Mapping[str, Mapping[Any, str]]


@dataclass(frozen=True)
class Answer:
    """A table and the days it covers; no table where there are no days to cover."""

    spell: Spell
    table: Distribution | None
    #: How many audits were left out because this person may yet judge them without being told.
    left_out: int = 0

    @property
    def empty(self) -> bool:
        """Whether no audit was counted, so that there is nothing to read in a table."""
        columns = self.table.columns if self.table else ()
        return not any(column.total or column.not_enough_evidence for column in columns)


def answer(question: Question, viewer: User | None = None, today: date | None = None) -> Answer:
    """The table a question asks for, without what is hidden from whoever looks at it.

    Figures are the same for everybody but a moderator, who must not find in a count the judgement
    of an audit that waits for a blind moderation. No ``viewer`` leaves nothing out.

    Raises:
        Unanswerable: when the days asked for make no table; says which of them is wrong and why.
    """
    spell = question.spell(held(), today or date.today())
    if not spell.periods:
        return Answer(spell, None)
    hidden_now = hidden(question.of, spell, viewer)
    return Answer(spell, table_of(question.of, spell, viewer), hidden_now)


def hidden(of: AuditFilter, spell: Spell, viewer: User | None) -> int:
    """How many audits in these periods a moderator's figures leave out for now."""
    if not spell.has_gaps:
        return left_out(of, spell, viewer) if spell.periods else 0
    if not judges_blind(viewer):
        return 0
    # Between its periods lie months that are not counted.
    months = {key for period in spell.periods for key in period.month_keys()}
    found = (counts(of, spell, [Split.MONTH], each) for each in (None, viewer))
    every, seen = (sum(map(int, each.where("month", months)["n"])) for each in found)
    return every - seen


@dataclass(frozen=True)
class YearOnYear:
    """Overall judgements, final, by calendar year over all that is held, as one person sees it."""

    table: Distribution
    left_out: int

    @property
    def sheet(self) -> Sheet:
        beside = Beside(behind=Question().audits_behind)
        return judgements_sheet(self.table, "Overall judgement by calendar year, final", beside)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What may be said of a change from year to year."""
        return movement(self.table.columns).sentences


def year_on_year(viewer: User | None) -> YearOnYear | None:
    """The table everybody asks for first; None if nothing is held."""
    found = answer(Question(), viewer)
    if found.table is None or found.empty:
        return None
    return YearOnYear(found.table, found.left_out)


@dataclass(frozen=True)
class Quarter:
    """A financial quarter at a glance; the current one reaches to today."""

    column: Column

    @property
    def label(self) -> str:
        return self.column.period.label

    @property
    def audits(self) -> int:
        return self.column.total

    @property
    def good_or_better(self) -> str:
        """Count and share in whole percents, so that a small quarter reads like a large one."""
        return replace(self.column.good_or_better, places=0).text

    @property
    def inadequate(self) -> int:
        return self.column.counts[-1]


def this_quarter(viewer: User | None, today: date | None = None) -> tuple[Quarter, Quarter]:
    """The current financial quarter and the one before it, overall judgements, final."""
    spell = this_and_last_quarter(today or date.today())
    of = AuditFilter(first=spell.first, last=spell.last)
    before, current = table_of(of, spell, viewer).columns
    return Quarter(current), Quarter(before)


def reads_every_audit(user: User) -> bool:
    """Whether a list of the audits behind a count shows this person all of them."""
    reaches = {ROLE_REACH[grant.role] for grant in user.grants if grant.service_id is None}
    return not reaches.isdisjoint({Reach.AUTHORITY, Reach.GRANTED_SERVICE})


def choices() -> Choices:
    """Everything a table can be narrowed to, by the filter's parts."""
    kinds: Choices = {
        "type": {each: each.label for each in AuditType},
        "selection": {each: each.label for each in Selection},
    }
    return {**filter_choices().names(), **kinds}


def table_of(of: AuditFilter, spell: Spell, viewer: User | None) -> Distribution:
    """Judgements by the periods of a spell, of which there must be one."""
    floor = current_app.config["SETTINGS"].small_base
    found = counts(of, spell, [Split.MONTH], viewer)
    return distribution(found, spell.periods, floor=floor)
