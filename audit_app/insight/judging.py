"""How one auditor's judgements compare with moderators', from moderated audits alone.

Nobody else's figures stand beside them: with few auditors a figure of all would give away those of
the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from flask import abort, current_app
from sqlalchemy import Select, exists, func, or_, select

from audit_app.extensions import db
from audit_app.insight import moderation_sheets as sheets
from audit_app.insight.asking import Question, Spell
from audit_app.insight.counting import held
from audit_app.insight.moderation_figures import WHICH, Moderations, Way, added, moderations
from audit_app.insight.queries import choices
from audit_app.models import Audit, HistoryEvent, Moderation, Team, User
from audit_app.rules.audit_steps import MODERATED_STATES
from audit_app.rules.judgements import Judgement
from audit_app.rules.moderation_grid import ModerationGrid
from audit_app.rules.moderation_words import lean
from audit_app.rules.sheets import Sheet
from audit_app.tallying.pairs import moderation_pairs
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter
from audit_app.web.pages import plural
from audit_app.web.paging import Paging

#: What history says when a practice lead opens somebody's profile.
RECORD, OPENED = "user", "opened how they judge"
LATEST = 20
PEOPLE_ON_A_PAGE = 50


@dataclass(frozen=True)
class Otherwise:
    """An audit that its moderator judged otherwise than its auditor, overall."""

    reference: str
    audit_date: date
    team: str
    audited: Judgement
    moderated: Judgement
    blind: bool


@dataclass(frozen=True)
class Profile:
    """Everything that is shown of how one auditor judges; ``way`` is the one set out in full."""

    auditor: User
    every: Sequence[Moderations]
    asked: Way | None
    spell: Spell
    floor: int

    @cached_property
    def shown(self) -> Moderations | None:
        """What is asked for; else the first with enough audits, or with any."""
        if self.asked is not None:
            return next((each for each in self.every if each.way == self.asked), None)
        enough = [each for each in self.every if each.all.pairs >= self.floor]
        return next(iter([*enough, *self.every]), None)

    @property
    def message(self) -> str:
        """What the moderators did with their grades; of few audits, counts alone."""
        return "" if self.shown is None else _said(self.shown)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        if self.shown is None:
            return (sheets.summary(self.every),) if self.every else ()
        return (
            sheets.summary(self.every),
            sheets.by_period(self.shown),
            sheets.grids(self.shown, apart=False),
            *_threads(self.auditor, self.shown.way, self.spell, self.floor),
        )

    @cached_property
    def otherwise(self) -> Sequence[Otherwise]:
        return judged_otherwise(self.auditor)


def profile_of(auditor: User, asked: Way | None = None) -> Profile:
    """Their overall grades and their moderators’, by calendar year over all that is held."""
    question = Question()
    spell = question.spell(held(), date.today())
    floor = int(current_app.config["SETTINGS"].small_base)
    every = moderations(question.of, spell, floor, auditor.id)
    return Profile(auditor, every, asked, spell, floor)


def _said(of: Moderations) -> str:
    grid, blind = of.all, of.way.blind
    audits = plural(grid.pairs, "audit", "audits")
    how = "judged blind" if blind else "moderated in the open"
    same = "the moderator gave the same grade" if blind else "the moderator kept the grade"
    found = f"Of {audits} {WHICH[of.way.chosen]} and {how}, {same} in {grid.exact.count:,}."
    if grid.pairs >= grid.floor:
        return f"{found} {lean(grid, blind)}"
    return f"{found} These are too few to tell more than chance."


def _threads(auditor: User, way: Way, spell: Spell, floor: int) -> Iterator[Sheet]:
    """The threads of audits moderated in one way; six threads of an audit are never added up."""
    found = way.only(moderation_pairs(AuditFilter(), spell, [Split.THREAD], auditor.id))
    judged = found.apart("thread")
    grids = [
        (name, ModerationGrid(added(judged[code], "audited", "moderated"), floor))
        for code, name in choices()["thread"].items()
        if code in judged
    ]
    if grids:
        yield sheets.by_thread(way, grids)


def judged_otherwise(auditor: User) -> Sequence[Otherwise]:
    """The latest of their audits that the moderator judged otherwise overall, newest first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Audit.audit_date,
            Team.name.label("team"),
            Audit.overall.label("audited"),
            Moderation.overall.label("moderated"),
            Moderation.blind,
        )
        .join(Audit.moderation)
        .join(Audit.team)
        .where(
            Audit.auditor_id == auditor.id,
            Audit.state.in_(MODERATED_STATES),
            Moderation.overall != Audit.overall,
        )
        .order_by(Moderation.moderated_on.desc(), Moderation.id.desc())
        .limit(LATEST)
    )
    return [Otherwise(**row) for row in rows.mappings()]


@dataclass(frozen=True)
class Opened:
    """A practice lead opened the profile of somebody else."""

    name: str
    at: datetime


def opened_by(auditor: User) -> Sequence[Opened]:
    """Who opened this person's profile lately, newest first."""
    rows = db.session.execute(
        select(User.name, HistoryEvent.at)
        .join(User, User.id == HistoryEvent.user_id)
        .where(
            HistoryEvent.record_type == RECORD,
            HistoryEvent.record_reference == auditor.reference,
            HistoryEvent.verb == OPENED,
        )
        .order_by(HistoryEvent.id.desc())
        .limit(LATEST)
    )
    return [Opened(row.name, row.at) for row in rows]


def _auditors() -> Select[User]:
    """Whoever records audits, or has audits that were moderated."""
    moderated = exists().where(Audit.auditor_id == User.id, Audit.state.in_(MODERATED_STATES))
    return select(User).where(or_(User.records_audits, moderated))


def count_auditors() -> int:
    return db.session.scalar(select(func.count()).select_from(_auditors().subquery())) or 0


def auditors(paging: Paging) -> Sequence[User]:
    """A page of them by name; nothing of how they judge."""
    wanted = _auditors().order_by(User.name, User.id).limit(paging.per_page).offset(paging.offset)
    return db.session.scalars(wanted).all()


def auditor_for(reference: str) -> User:
    """The auditor of this reference; otherwise 404."""
    found = db.session.scalar(_auditors().where(User.reference == reference))
    if found is None:
        abort(404)
    return found
