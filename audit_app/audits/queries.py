"""Reading audits. Fetching is authorising: nobody is given an audit outside their reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVarTuple

from flask import abort
from sqlalchemy import (
    ColumnElement,
    Select,
    UnaryExpression,
    and_,
    case,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import selectinload

from audit_app.audits.blindness import judgement_hidden_from, shown_to
from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    Finding,
    JudgementRow,
    Locality,
    RoleGrant,
    Service,
    Stage,
    Team,
    Thread,
    User,
)
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import ROLE_REACH, Reach, Role
from audit_app.rules.workflow import RECORDED_STATES, AuditState
from audit_app.web.filters import AuditFilter, Basis
from audit_app.web.paging import Paging

Ts = TypeVarTuple("Ts")


def within_reach(user: User) -> ColumnElement[bool]:
    """The one condition that says which audits a person may read: their own, and their roles'."""
    own = and_(Audit.auditor_id == user.id, Audit.state != AuditState.DISCARDED)
    others = or_(false(), *(_reach_of(user, grant) for grant in user.grants))
    return or_(own, and_(Audit.state.in_(RECORDED_STATES), others))


def _reach_of(user: User, grant: RoleGrant) -> ColumnElement[bool]:
    match ROLE_REACH[grant.role]:
        case Reach.AUTHORITY:
            return true()
        case Reach.GRANTED_SERVICE:
            return true() if grant.service_id is None else Audit.service_id == grant.service_id
        case Reach.TEAM if grant.team_id is not None:
            return Audit.team_id == grant.team_id
        case Reach.OWN_WORK if user.staff_id:
            return Audit.worker_staff_id == user.staff_id
        case _:
            return false()


def audit_for(user: User, reference: str) -> Audit:
    """The audit with everything on it, if this person may read it; otherwise 404."""
    audit = db.session.scalar(
        select(Audit)
        .where(Audit.reference == reference, within_reach(user))
        .options(
            selectinload(Audit.findings),
            selectinload(Audit.sections),
            selectinload(Audit.actions),
            selectinload(Audit.moderation),
        )
    )
    if audit is None:
        abort(404)
    return audit


def thread_changes(audit: Audit) -> list[JudgementRow]:
    """The moderator's judgements of single threads that came with a reason."""
    return [
        row
        for row in audit.judgements
        if row.stage is Stage.MODERATED and row.thread_id is not None and row.reason
    ]


def narrowed(wanted: Select[*Ts], by: AuditFilter) -> Select[*Ts]:
    """Narrow any select over audits to those a filter asks for."""
    columns = {
        "service": Audit.service_id,
        "locality": Audit.locality_id,
        "team": Audit.team_id,
        "type": Audit.audit_type,
        "selection": Audit.selection,
        "state": Audit.state,
    }
    for name, column in columns.items():
        if (value := getattr(by, name)) is not None:
            wanted = wanted.where(column == value)
    if by.recorded is not None:
        wanted = wanted.where(Audit.state.in_(RECORDED_STATES))
    if by.first is not None:
        wanted = wanted.where(Audit.audit_date >= by.first)
    if by.last is not None:
        wanted = wanted.where(Audit.audit_date <= by.last)
    if by.judgement is not None:
        wanted = wanted.where(_judged(by, by.judgement))
    return wanted


def _judged(by: AuditFilter, judgement: Judgement) -> ColumnElement[bool]:
    if by.thread is None:
        return judged_overall(by.basis) == judgement
    return Audit.findings.any(
        and_(Finding.thread.has(Thread.code == by.thread), judged_thread(by.basis) == judgement)
    )


def judged_overall(basis: Basis) -> SQLColumnExpression[Judgement | None]:
    """The column that holds an audit's overall judgement, on a basis."""
    return Audit.final_overall if basis is Basis.FINAL else Audit.audited_overall


def judged_thread(basis: Basis) -> SQLColumnExpression[Judgement | None]:
    """The column that holds a finding's judgement, on a basis; for selects that join audits."""
    if basis is Basis.FINAL:
        return Finding.final_judgement
    returned = Audit.state == AuditState.RETURNED
    return case((returned, Finding.final_judgement), else_=Finding.judgement)


@dataclass(frozen=True)
class AuditLine:
    """One audit as a list shows it."""

    reference: str
    case_reference: str
    audit_date: date | None
    service: str
    team: str
    auditor: str
    overall: Judgement | None
    final_overall: Judgement | None
    state: AuditState


def _rank(judgement: Any) -> ColumnElement[int]:
    """The place on the scale, so that a list sorts by judgement and not by its spelling."""
    return case({each: place for place, each in enumerate(SCALE)}, value=judgement)


#: What a list can be sorted by, and the column behind each word.
SORTS = {
    "date": Audit.audit_date,
    "service": Service.name,
    "team": Team.name,
    "judgement": _rank(Audit.final_overall),
    "state": Audit.state,
}


def count_audits(user: User, by: AuditFilter) -> int:
    return db.session.scalar(_asked_for(user, by, select(func.count(Audit.id)))) or 0


def _asked_for(user: User, by: AuditFilter, wanted: Select[*Ts]) -> Select[*Ts]:
    """What a person may read of what a filter asks for; no judgement finds what is hidden."""
    if by.judgement is not None:
        wanted = wanted.where(not_(judgement_hidden_from(user)))
    return narrowed(wanted.where(within_reach(user)), by)


@dataclass(frozen=True)
class Order:
    """How a list is sorted."""

    by: str = "date"
    descending: bool = True

    def clause(self, user: User) -> UnaryExpression[Any]:
        column = SORTS[self.by]
        if self.by == "judgement":
            column = shown_to(user, column)
        return column.desc().nulls_first() if self.descending else column.asc().nulls_last()


def audit_lines(user: User, by: AuditFilter, order: Order, paging: Paging) -> list[AuditLine]:
    """A page of the audits a person may read, sorted over the whole list."""
    wanted = _asked_for(user, by, _lines(user))
    wanted = wanted.order_by(order.clause(user), Audit.id.desc())
    return _read_lines(wanted.offset(paging.offset).limit(paging.per_page))


def audits_of_case(user: User, case_reference: str) -> list[AuditLine]:
    """Every audit of one case that a person may read, newest first."""
    wanted = _lines(user).where(within_reach(user), Audit.case_reference == case_reference)
    return _read_lines(wanted.order_by(Audit.audit_date.desc().nulls_first()).limit(100))


def drafts_of(user: User) -> list[AuditLine]:
    """A person's own drafts, the last begun first."""
    wanted = _lines(user).where(Audit.auditor_id == user.id, Audit.state == AuditState.DRAFT)
    return _read_lines(wanted.order_by(Audit.started_at.desc()).limit(100))


@dataclass(frozen=True)
class DueAction:
    """One action of a team's audits, soon due or overdue."""

    reference: str
    what: str
    owner: str
    due_on: date

    @property
    def past(self) -> bool:
        return self.due_on < date.today()


#: Actions past their date are shown for so long; nothing yet says that one was done.
_DAYS_PAST = 30


def actions_due_for(user: User, most: int = 5) -> list[DueAction]:
    """The next actions in the teams a person manages, those lately past their date first."""
    managed = [
        grant.team_id
        for grant in user.grants
        if grant.role is Role.TEAM_MANAGER and grant.team_id is not None
    ]
    rows = db.session.execute(
        select(Audit.reference, Action.what, Action.owner, Action.due_on)
        .join(Audit, Audit.id == Action.audit_id)
        .where(
            Audit.team_id.in_(managed),
            within_reach(user),
            Audit.state.in_(RECORDED_STATES),
            Action.due_on >= date.today() - timedelta(days=_DAYS_PAST),
        )
        .order_by(Action.due_on, Action.id)
        .limit(most)
    )
    return [DueAction(**row) for row in rows.mappings()]


def _lines(user: User) -> Any:
    return (
        select(
            Audit.reference,
            Audit.case_reference,
            Audit.audit_date,
            Service.name.label("service"),
            Team.name.label("team"),
            User.name.label("auditor"),
            shown_to(user, judged_overall(Basis.AUDITED)).label("overall"),
            shown_to(user, Audit.final_overall).label("final_overall"),
            Audit.state,
        )
        .join(Audit.service)
        .join(Audit.team)
        .join(Audit.auditor)
    )


def _read_lines(wanted: Any) -> list[AuditLine]:
    return [AuditLine(**row) for row in db.session.execute(wanted).mappings()]


@dataclass(frozen=True)
class FilterChoices:
    """What a list can be narrowed to: places by row number and name, threads by code and name."""

    services: Sequence[tuple[int, str]]
    localities: Sequence[tuple[int, str]]
    teams: Sequence[tuple[int, str]]
    threads: Sequence[tuple[str, str]]

    def names(self) -> dict[str, dict[Any, str]]:
        """The words for each part of a filter that is stored as a number or a code."""
        return {
            "service": dict(self.services),
            "locality": dict(self.localities),
            "team": dict(self.teams),
            "thread": dict(self.threads),
        }


def filter_choices() -> FilterChoices:
    """Every service, locality and team by name, and every thread in its set's order."""
    threads = db.session.execute(
        select(Thread.code, func.min(Thread.name).label("name"))
        .group_by(Thread.code)
        .order_by(func.min(Thread.position))
    )
    return FilterChoices(
        services=_names(Service),
        localities=_names(Locality),
        teams=_names(Team),
        threads=[(row.code, row.name) for row in threads],
    )


def teams_in_use() -> list[tuple[int, str]]:
    """The teams that can hold a case today."""
    rows = db.session.execute(select(Team.id, Team.name).where(Team.active).order_by(Team.name))
    return [(row.id, row.name) for row in rows]


def _names(table: type[Service] | type[Locality] | type[Team]) -> list[tuple[int, str]]:
    rows = db.session.execute(select(table.id, table.name).order_by(table.name))
    return [(row.id, row.name) for row in rows]
