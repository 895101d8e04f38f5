"""Counting judgements: one grouped query for a table, however many audits there are.

Figures here are the whole authority's. Who may open them is the route's to say; none of them names
an audit, a child or a worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeGuard

import pandas as pd
from flask import current_app
from sqlalchemy import ColumnElement, func, not_, select

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.audits.queries import filter_choices, judged_overall, judged_thread, narrowed
from audit_app.extensions import db
from audit_app.insight.asking import Held, Question, Spell, this_and_last_quarter
from audit_app.models import Audit, Finding, Thread, User
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution, distribution
from audit_app.rules.periods import month_key
from audit_app.rules.permissions import ROLE_REACH, Permission, Reach
from audit_app.rules.workflow import RECORDED_STATES
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
    spell = question.spell(_held(), today or date.today())
    if not spell.periods:
        return Answer(spell, None)
    left_out = _left_out(question.of, spell, viewer)
    return Answer(spell, _table(question.of, spell, viewer), left_out)


@dataclass(frozen=True)
class YearOnYear:
    """Overall judgements, final, by calendar year over all that is held, as one person sees it."""

    table: Distribution
    left_out: int


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
    before, current = _table(of, spell, viewer).columns
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


def _held() -> Held | None:
    """The days of the first and the last recorded audit; None where there is none."""
    first, last = db.session.execute(
        select(func.min(Audit.audit_date), func.max(Audit.audit_date)).where(
            Audit.state.in_(RECORDED_STATES)
        )
    ).one()
    return None if first is None or last is None else Held(first, last)


def _table(of: AuditFilter, spell: Spell, viewer: User | None) -> Distribution:
    floor = current_app.config["SETTINGS"].small_base
    return distribution(_counts(of, spell, viewer), spell.periods, floor=floor)


def _counts(of: AuditFilter, spell: Spell, viewer: User | None) -> pd.DataFrame:
    """The one query: a row for each month and judgement, as ``rules.distribution`` asks for."""
    judged = judged_overall(of.basis) if of.thread is None else judged_thread(of.basis)
    wanted: Any = (
        select(Audit.audit_month.label("month"), judged.label("judgement"), func.count().label("n"))
        .where(*_counted(spell), judged.is_not(None))
        .group_by(Audit.audit_month, judged)
    )
    if _judges_blind(viewer):
        wanted = wanted.where(not_(judgement_hidden_from(viewer)))
    if of.thread is not None:
        wanted = wanted.join(Audit.findings).join(Finding.thread).where(Thread.code == of.thread)
    found = db.session.execute(narrowed(wanted, _by_days(of, spell))).all()
    return pd.DataFrame(found, columns=["month", "judgement", "n"])


def _left_out(of: AuditFilter, spell: Spell, viewer: User | None) -> int:
    if not _judges_blind(viewer):
        return 0
    hidden = select(func.count(Audit.id)).where(*_counted(spell), judgement_hidden_from(viewer))
    return db.session.scalar(narrowed(hidden, _by_days(of, spell))) or 0


def _judges_blind(viewer: User | None) -> TypeGuard[User]:
    return viewer is not None and viewer.can(Permission.AUDIT_MODERATE)


def _counted(spell: Spell) -> tuple[ColumnElement[bool], ...]:
    """Which audits a table over these days is about."""
    return (
        Audit.state.in_(RECORDED_STATES),
        Audit.audit_month.between(month_key(spell.first), month_key(spell.last)),
    )


def _by_days(of: AuditFilter, spell: Spell) -> AuditFilter:
    """Narrow by day only where a typed day cuts a month: months alone are read from an index."""
    return replace(
        of,
        judgement=None,
        state=None,
        first=of.first if spell.cuts_first_month else None,
        last=of.last if spell.cuts_last_month else None,
    )
