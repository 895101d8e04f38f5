"""Reading what waits for a moderator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from audit_app.audits.queries import reached_by_role, within_reach
from audit_app.extensions import db
from audit_app.models import Audit, Moderation, Service, Team, User
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import AuditState
from audit_app.web.paging import Paging


@dataclass(frozen=True)
class WaitingAudit:
    """One audit in the queue."""

    reference: str
    audit_date: date
    service: str
    team: str
    auditor: str
    overall: Judgement | None
    safeguarding_concern: bool | None
    submitted_at: datetime


@dataclass(frozen=True)
class DoneAudit:
    """One audit this person moderated."""

    reference: str
    moderated_on: date
    team: str
    audited: Judgement | None
    moderated: Judgement | None


def _waits_for(user: User) -> ColumnElement[bool]:
    """Submitted, in reach, not their own, and not of a team they manage."""
    managed = [g.team_id for g in user.grants if g.role is Role.TEAM_MANAGER and g.team_id]
    return and_(
        reached_by_role(user),
        Audit.state == AuditState.SUBMITTED,
        Audit.auditor_id != user.id,
        Audit.team_id.not_in(managed),
    )


def count_waiting(user: User) -> int:
    return db.session.scalar(select(func.count(Audit.id)).where(_waits_for(user))) or 0


def waiting_for(user: User, paging: Paging) -> list[WaitingAudit]:
    """A page of the audits this person may moderate: concerns first, then the longest waiting."""
    concern = func.coalesce(Audit.safeguarding_concern, False)
    # Found in an index alone; only the rows of this page are read whole.
    page = (
        select(Audit.id)
        .where(_waits_for(user))
        .order_by(concern.desc(), Audit.submitted_at, Audit.id)
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    ids = db.session.scalars(page).all()
    rows = {id_: rest for id_, *rest in db.session.execute(_waiting().where(Audit.id.in_(ids)))}
    return [WaitingAudit(*rows[each]) for each in ids]


def _waiting() -> Any:
    return (
        select(
            Audit.id,
            Audit.reference,
            Audit.audit_date,
            Service.name,
            Team.name,
            User.name,
            Audit.overall,
            Audit.safeguarding_concern,
            Audit.submitted_at,
        )
        .join(Audit.service)
        .join(Audit.team)
        .join(Audit.auditor)
    )


def lately_moderated_by(user: User, most: int = 10) -> Sequence[DoneAudit]:
    """What this person moderated last, newest first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Moderation.moderated_on,
            Team.name.label("team"),
            Audit.overall.label("audited"),
            Moderation.overall.label("moderated"),
        )
        .join(Audit, Audit.id == Moderation.audit_id)
        .join(Audit.team)
        .where(Moderation.moderator_id == user.id, within_reach(user))
        .order_by(Moderation.moderated_on.desc(), Moderation.id.desc())
        .limit(most)
    )
    return [DoneAudit(**row) for row in rows.mappings()]
