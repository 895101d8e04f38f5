"""Reading escalations. Fetching is authorising: nobody is given one outside their reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Escalation,
    EscalationCause,
    EscalationEntry,
    RoleGrant,
    Service,
    Team,
    User,
)
from audit_app.models.base import now
from audit_app.rules.audit_steps import RECORDED_STATES, WRITING_STATES, AuditState
from audit_app.rules.escalation_steps import EscalationState
from audit_app.rules.escalations import is_overdue, time_left, when_closed
from audit_app.rules.permissions import Permission, Role
from audit_app.web.moments import in_london
from audit_app.web.paging import Paging

#: How long what was closed is shown beside what is open.
LATELY = timedelta(days=90)


def escalations_for(user: User) -> ColumnElement[bool]:
    """The one condition that says which escalations a person is told of, joined to their audits.

    Those of the audits they did, of the services they head, of the teams they manage; practice
    leads of all; inspectors of all whose audit was submitted, as they read no draft. Whoever may
    still judge the practice blind is not told that it was judged.
    """
    theirs = or_(Audit.auditor_id == user.id, *(_told_as(grant) for grant in user.grants))
    return and_(theirs, _tells_nothing_hidden(user))


def _tells_nothing_hidden(user: User) -> ColumnElement[bool]:
    """Not those that would tell this person a judgement they must not know yet."""
    inadequate = Escalation.cause == EscalationCause.INADEQUATE
    return ~and_(inadequate, judgement_hidden_from(user))


def _told_as(grant: RoleGrant) -> ColumnElement[bool]:
    match grant.role:
        case Role.PRACTICE_LEAD:
            return true()
        case Role.HEAD_OF_SERVICE:
            return true() if grant.service_id is None else Audit.service_id == grant.service_id
        case Role.TEAM_MANAGER if grant.team_id is not None:
            return Audit.team_id == grant.team_id
        case Role.INSPECTOR:
            return Audit.state.in_(RECORDED_STATES)
        case _:
            return false()


def escalation_for(user: User, reference: str) -> Escalation:
    """The escalation with its audit and entries, if this person is told of it; otherwise 404."""
    escalation = db.session.scalar(
        select(Escalation)
        .join(Escalation.audit)
        .where(Escalation.reference == reference, escalations_for(user))
        .options(
            contains_eager(Escalation.audit).joinedload(Audit.service),
            contains_eager(Escalation.audit).joinedload(Audit.team),
            contains_eager(Escalation.audit).joinedload(Audit.auditor),
            joinedload(Escalation.closed_by),
            selectinload(Escalation.entries).joinedload(EscalationEntry.by),
        )
    )
    if escalation is None:
        abort(404)
    return escalation


def reads_words(user: User, audit: Audit) -> bool:
    """Whether this person may read what the auditor writes of a concern.

    While the audit is being written only its auditor and the heads of its service may; practice
    leads stand in where the service has no head who can sign in.
    """
    if audit.state not in (*WRITING_STATES, AuditState.DISCARDED):
        return True
    if user.id == audit.auditor_id or user.heads(audit.service_id):
        return True
    return Role.PRACTICE_LEAD in user.roles and audit.service.name in services_without_head()


def reads_audit(user: User, audit: Audit) -> bool:
    """Whether this person could open the audit itself."""
    wanted = select(exists().where(Audit.id == audit.id, within_reach(user)))
    return user.can(Permission.AUDIT_READ) and bool(db.session.scalar(wanted))


@dataclass(frozen=True)
class EscalationLine:
    """One escalation as a list shows it."""

    reference: str
    cause: EscalationCause
    case_reference: str
    service: str
    team: str
    started_at: datetime
    due_on: date
    closed_at: datetime | None

    @property
    def overdue(self) -> bool:
        return self.closed_at is None and is_overdue(self.due_on, date.today())

    @property
    def left(self) -> str:
        """How long there is left; only while it is open."""
        return time_left(self.due_on, date.today())

    @property
    def closed_how(self) -> str:
        """Whether it was closed in time, or how late; nothing while it is open."""
        if self.closed_at is None:
            return ""
        return when_closed(self.due_on, in_london(self.closed_at).date())


def line_of(escalation: Escalation) -> EscalationLine:
    """An escalation that was fetched already, as a list would show it."""
    audit = escalation.audit
    return EscalationLine(
        reference=escalation.reference,
        cause=escalation.cause,
        case_reference=audit.case_reference,
        service=audit.service.name,
        team=audit.team.name,
        started_at=escalation.started_at,
        due_on=escalation.due_on,
        closed_at=escalation.closed_at,
    )


def lines_of_audit(user: User, reference: str) -> list[EscalationLine]:
    """Open escalations of one audit that this person is told of, the soonest due first."""
    wanted = _lines().where(
        Audit.reference == reference, _in_state(EscalationState.OPEN), escalations_for(user)
    )
    return _read(wanted.order_by(Escalation.due_on, Escalation.id))


def heads_of(service_id: int) -> list[str]:
    """The names of those who can answer the escalations of a service."""
    wanted = select(User.name).where(User.grants.any(_heads(service_id)), User.signs_in)
    return list(db.session.scalars(wanted.order_by(User.name, User.id)))


def _heads(service_id: Any) -> ColumnElement[bool]:
    whole = RoleGrant.service_id.is_(None)
    return and_(
        RoleGrant.role == Role.HEAD_OF_SERVICE, or_(whole, RoleGrant.service_id == service_id)
    )


def _lines() -> Any:
    return (
        select(
            Escalation.reference,
            Escalation.cause,
            Audit.case_reference,
            Service.name.label("service"),
            Team.name.label("team"),
            Escalation.started_at,
            Escalation.due_on,
            Escalation.closed_at,
        )
        .join(Escalation.audit)
        .join(Audit.service)
        .join(Audit.team)
    )


def _in_state(state: EscalationState) -> ColumnElement[bool]:
    closed = Escalation.closed_at.is_not(None)
    return closed if state is EscalationState.CLOSED else ~closed


def count_escalations(user: User, state: EscalationState) -> int:
    wanted = select(func.count(Escalation.id)).join(Escalation.audit)
    return db.session.scalar(wanted.where(_in_state(state), escalations_for(user))) or 0


def escalation_lines(user: User, state: EscalationState, paging: Paging) -> list[EscalationLine]:
    """A page of them: open ones by when they are due, closed ones the latest first."""
    closed = state is EscalationState.CLOSED
    order = Escalation.closed_at.desc() if closed else Escalation.due_on.asc()
    wanted = _lines().where(_in_state(state), escalations_for(user)).order_by(order, Escalation.id)
    return _read(wanted.offset(paging.offset).limit(paging.per_page))


def closed_lately(user: User, most: int = 10) -> list[EscalationLine]:
    """Those closed in the last 90 days, the latest first."""
    lately = Escalation.closed_at >= now() - LATELY
    wanted = _lines().where(lately, escalations_for(user)).limit(most)
    return _read(wanted.order_by(Escalation.closed_at.desc(), Escalation.id))


def open_in_all() -> list[EscalationLine]:
    """Every open escalation of the authority by when it is due, for the command. No case text."""
    open_ones = _in_state(EscalationState.OPEN)
    return _read(_lines().where(open_ones).order_by(Escalation.due_on, Escalation.id))


def _read(wanted: Any) -> list[EscalationLine]:
    return [EscalationLine(**row) for row in db.session.execute(wanted).mappings()]


@dataclass(frozen=True)
class Open:
    """What waits for a person in open escalations: how many, and the first of them."""

    count: int
    overdue: int
    first: Sequence[EscalationLine] = ()


def open_for(user: User, most: int = 5) -> Open | None:
    """For the home page; None for somebody who is told of none. The DCS office gets numbers.

    Nothing is to be done about them by whoever only reads: they find them under Escalations.
    """
    if user.only_reads:
        return None
    if user.can(Permission.ESCALATION_READ):
        counted = _counted(escalations_for(user))
        if not counted.count:
            return counted
        wanted = _lines().where(_in_state(EscalationState.OPEN), escalations_for(user))
        first = _read(wanted.order_by(Escalation.due_on, Escalation.id).limit(most))
        return Open(counted.count, counted.overdue, first)
    return _counted(_tells_nothing_hidden(user)) if Role.DCS_OFFICE in user.roles else None


def _counted(which: ColumnElement[bool]) -> Open:
    late = case((Escalation.due_on < date.today(), 1), else_=0)
    row = db.session.execute(
        select(func.count(Escalation.id), func.coalesce(func.sum(late), 0))
        .join(Escalation.audit)
        .where(_in_state(EscalationState.OPEN), which)
    ).one()
    return Open(row[0], row[1])


def services_without_head(which: ColumnElement[bool] | None = None) -> list[str]:
    """Services with open escalations and no head of service who can sign in."""
    held = and_(RoleGrant.user_id == User.id, RoleGrant.holds)
    headed = exists().where(held, _heads(Service.id), User.signs_in)
    waiting = exists().where(
        Escalation.audit_id == Audit.id,
        Audit.service_id == Service.id,
        _in_state(EscalationState.OPEN),
        true() if which is None else which,
    )
    wanted = select(Service.name).where(waiting, ~headed).order_by(Service.name)
    return list(db.session.scalars(wanted))


def unheaded_for(user: User) -> list[str]:
    """Those services, for practice leads, who stand in, and administrators, who can mend it."""
    concerned = {Role.PRACTICE_LEAD, Role.ADMINISTRATOR}
    if not concerned & user.roles:
        return []
    return services_without_head(_tells_nothing_hidden(user))
