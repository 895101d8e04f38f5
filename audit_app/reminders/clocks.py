"""Word of the clocks that run: an escalation that began, is nearly due, or is overdue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select, true

from audit_app.escalations.queries import escalations_for, services_without_head
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EntryKind,
    Escalation,
    EscalationEntry,
    MessageKind,
    RoleGrant,
    Service,
    User,
)
from audit_app.reminders.drafts import Draft, Line, draft_to, path_of
from audit_app.rules.permissions import Role
from audit_app.rules.working_days import working_days_after
from audit_app.web.moments import in_london
from audit_app.web.pages import day


class Stage(StrEnum):
    """How far a clock has run. Each is told once; one that was missed is not told afterwards."""

    STARTED = "started"
    DUE = "due"
    OVERDUE = "overdue"

    @property
    def subject(self) -> str:
        return {
            Stage.STARTED: "An escalation has started",
            Stage.DUE: "An escalation is due soon",
            Stage.OVERDUE: "An escalation is overdue",
        }[self]

    def sentence(self, reference: str, due_on: date) -> str:
        return {
            Stage.STARTED: f"Escalation {reference} has started. Answer it by {day(due_on)}.",
            Stage.DUE: f"Escalation {reference} is open and due by {day(due_on)}.",
            Stage.OVERDUE: f"Escalation {reference} was due by {day(due_on)} and is still open.",
        }[self]


@dataclass(frozen=True)
class Clock:
    """An open escalation as a message tells of it; ``runs`` counts how often it was reopened."""

    reference: str
    due_on: date
    started_at: datetime
    runs: int

    def stage(self, today: date) -> Stage:
        if self.due_on < today:
            return Stage.OVERDUE
        began_today = self.runs == 0 and in_london(self.started_at).date() >= today
        if working_days_after(today, 1) >= self.due_on and not began_today:
            return Stage.DUE
        return Stage.STARTED

    @property
    def about(self) -> str:
        """How what every message about this run of it is about begins."""
        return f"clock:{self.reference}:{self.runs}:"

    def told_to(self, user: User, today: date) -> Draft:
        stage = self.stage(today)
        line = Line(
            stage.sentence(self.reference, self.due_on),
            path_of("escalations.escalation", reference=self.reference),
        )
        about = f"{self.about}{stage}"
        return draft_to(user, MessageKind.CLOCK, about, stage.subject, [line])


def clock_messages(today: date) -> list[Draft]:
    """What every head of service should have been told by now, by person and by day due.

    Where a service has no head who can sign in, practice leads stand in. Nobody is told of a clock
    that would tell them a judgement they are still to make blind.
    """
    unheaded = services_without_head()
    return [
        clock.told_to(user, today)
        for user in _who_answers()
        for clock in _clocks_of(user, unheaded)
    ]


def still_runs_for(user: User, about: str) -> bool:
    """Whether the clock that a message is about still runs, and is this person's to be told of."""
    clocks = _clocks_of(user, services_without_head())
    return any(about.startswith(clock.about) for clock in clocks)


def _who_answers() -> Sequence[User]:
    answering = RoleGrant.role.in_([Role.HEAD_OF_SERVICE, Role.PRACTICE_LEAD])
    return db.session.scalars(
        select(User).where(User.signs_in, User.grants.any(answering)).order_by(User.id)
    ).all()


def _clocks_of(user: User, unheaded: Sequence[str]) -> Iterator[Clock]:
    theirs = list(_answered_as(user, unheaded))
    if not theirs:
        return
    reopened = (
        select(func.count(EscalationEntry.id))
        .where(
            EscalationEntry.escalation_id == Escalation.id,
            EscalationEntry.kind == EntryKind.REOPENED,
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Escalation.reference, Escalation.due_on, Escalation.started_at, reopened.label("runs")
        )
        .join(Escalation.audit)
        .join(Audit.service)
        .where(Escalation.closed_at.is_(None), escalations_for(user), or_(*theirs))
        .order_by(Escalation.due_on, Escalation.id)
    )
    for row in rows.mappings():
        yield Clock(**row)


def _answered_as(user: User, unheaded: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    for grant in user.grants:
        if grant.role is Role.HEAD_OF_SERVICE:
            yield true() if grant.service_id is None else Audit.service_id == grant.service_id
        elif grant.role is Role.PRACTICE_LEAD and unheaded:
            yield Service.name.in_(unheaded)
