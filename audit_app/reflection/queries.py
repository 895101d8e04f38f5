"""Reading the audits of a person's work, and what practitioners say about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import abort
from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select

from audit_app.audits.blindness import judgement_hidden_from, shown_to
from audit_app.audits.queries import audit_for, within_reach
from audit_app.extensions import db
from audit_app.models import Audit, Reflection, Team, User
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.audits import AuditType
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.reflection_steps import REFLECTION_STEPS, ReflectionState
from audit_app.rules.workflow import Verb, allowed
from audit_app.web.paging import Paging

#: For how long after an audit a person is asked to reflect on it; they may do so at any time.
ASKED_FOR = timedelta(days=365)


@dataclass(frozen=True)
class WorkLine:
    """One audit of a person's work, and how far they are with reflecting on it."""

    reference: str
    audit_date: date
    audit_type: AuditType
    reported: Judgement | None
    state: AuditState
    saved_at: datetime | None
    shared_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class SharedLine:
    """A reflection that waits for a manager."""

    reference: str
    audit_date: date
    team: str
    worker: str
    shared_at: datetime


@dataclass(frozen=True)
class Panel:
    """What one person finds about a reflection on the page of its audit."""

    reflection: Reflection | None
    own: bool
    may_write: bool
    may_acknowledge: bool


def _work_of(user: User) -> ColumnElement[bool]:
    """Recorded audits of this person's own work."""
    if not user.staff_id:
        return false()
    return and_(
        within_reach(user),
        Audit.worker_staff_id == user.staff_id,
        Audit.state.in_(RECORDED_STATES),
    )


def work_for(user: User, reference: str) -> Audit:
    """An audit of this person's own work; otherwise 404."""
    audit = audit_for(user, reference)
    if audit.worker_staff_id != user.staff_id or audit.state not in RECORDED_STATES:
        abort(404)
    return audit


def count_work(user: User) -> int:
    return db.session.scalar(select(func.count(Audit.id)).where(_work_of(user))) or 0


def work_lines(user: User, paging: Paging) -> list[WorkLine]:
    """A page of the audits of a person's work, newest first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Audit.audit_date,
            Audit.audit_type,
            shown_to(user, Audit.final_overall).label("reported"),
            Audit.state,
            Reflection.saved_at,
            Reflection.shared_at,
            Reflection.acknowledged_at,
        )
        .outerjoin(Reflection, and_(Reflection.audit_id == Audit.id, Reflection.user_id == user.id))
        .where(_work_of(user))
        .order_by(Audit.audit_date.desc(), Audit.id.desc())
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    return [WorkLine(**row) for row in rows.mappings()]


def count_to_reflect_on(user: User, today: date | None = None) -> int:
    """Audits of a person's work in the last year that they have shared no reflection on."""
    shared = select(Reflection.audit_id).where(Reflection.shared_at.is_not(None))
    wanted = select(func.count(Audit.id)).where(
        _work_of(user),
        not_(Audit.imported),
        Audit.audit_date >= (today or date.today()) - ASKED_FOR,
        Audit.id.not_in(shared),
    )
    return db.session.scalar(wanted) or 0


def _waits_for(user: User) -> ColumnElement[bool]:
    """Shared and unacknowledged, by a worker of a team this person manages; never their own."""
    managed = [g.team_id for g in user.grants if g.role is Role.TEAM_MANAGER and g.team_id]
    return and_(
        within_reach(user),
        Audit.team_id.in_(managed),
        Reflection.shared_at.is_not(None),
        Reflection.acknowledged_at.is_(None),
        Reflection.user_id != user.id,
        or_(Audit.worker_staff_id.is_(None), Audit.worker_staff_id != (user.staff_id or "")),
        not_(judgement_hidden_from(user)),
    )


def count_to_acknowledge(user: User) -> int:
    wanted = select(func.count(Reflection.id)).join(Audit, Audit.id == Reflection.audit_id)
    return db.session.scalar(wanted.where(_waits_for(user))) or 0


def to_acknowledge(user: User, paging: Paging) -> list[SharedLine]:
    """A page of the reflections that wait for this manager, the longest waiting first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Audit.audit_date,
            Team.name.label("team"),
            User.name.label("worker"),
            Reflection.shared_at,
        )
        .join(Audit, Audit.id == Reflection.audit_id)
        .join(Audit.team)
        .join(User, User.id == Reflection.user_id)
        .where(_waits_for(user))
        .order_by(Reflection.shared_at, Reflection.id)
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    return [SharedLine(**row) for row in rows.mappings()]


def shown(audit: Audit, user: User) -> Reflection | None:
    """The reflection on an audit, if this person may see it.

    It is its writer's alone until it is shared, and may tell the judgement: whoever is still to
    judge without being told waits for it. Whoever only looks on never sees it: it is written to
    learn from, for those the writer works with.
    """
    reflection = audit.reflection
    if reflection is None or reflection.user_id == user.id:
        return reflection
    if reflection.shared_at is None or audit.hides_judgement_from(user) or user.only_reads:
        return None
    return reflection


def panel_for(user: User, reference: str) -> Panel | None:
    """What stands about a reflection on the page of an audit that this person is reading."""
    audit = db.session.scalar(select(Audit).where(Audit.reference == reference))
    if audit is None or audit.state not in RECORDED_STATES:
        return None
    seen = shown(audit, user)
    panel = Panel(
        reflection=seen,
        own=seen is not None and seen.user_id == user.id,
        may_write=(audit.reflection is seen and lets(audit, user, Verb.SAVE)),
        may_acknowledge=seen is not None and lets(audit, user, Verb.ACKNOWLEDGE),
    )
    return panel if panel.reflection or panel.may_write else None


def state_of(audit: Audit) -> ReflectionState:
    return ReflectionState.WRITING if audit.reflection is None else audit.reflection.state


def lets(audit: Audit, user: User, verb: Verb) -> bool:
    """Whether this person may do this to the reflection on this audit now."""
    return allowed(
        REFLECTION_STEPS, state_of(audit), verb, user.permissions, audit.relations_of(user)
    )
