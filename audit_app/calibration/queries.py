"""Reading exercises: whose they are, who could be invited, and what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import selectinload

from audit_app.audits.copies import shown_to
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Calibration,
    CalibrationJudgement,
    CalibrationPlace,
    RoleGrant,
    User,
)
from audit_app.rules.audit_steps import RECORDED_STATES, WAITING_STATES
from audit_app.rules.permissions import ROLE_PERMISSIONS, Permission
from audit_app.rules.workflow import Relation
from audit_app.web.paging import Paging

_MAY_JUDGE = tuple(role for role, held in ROLE_PERMISSIONS.items() if Permission.CALIBRATE in held)

#: Why somebody who stands so to the audit cannot judge it as one who does not know it.
_KNOWS_IT = {
    Relation.AUDITOR: "recorded this audit",
    Relation.WORKER: "the audit is of their own work",
    Relation.LINE_MANAGER: "manages the worker’s team",
    Relation.MODERATED_BY: "moderated this audit",
    Relation.HEAD: "was told of this audit as head of service",
}


@dataclass(frozen=True)
class Invitee:
    """Somebody who judges in exercises, and why not in this one, if they cannot."""

    user: User
    why_not: str | None

    @property
    def who(self) -> str:
        """``Alice (Team manager, LSW North 1)``: two people may have one name."""
        judging = [grant for grant in self.user.grants if grant.role in _MAY_JUDGE]
        roles = [", ".join(filter(None, (each.role.label, _place_of(each)))) for each in judging]
        return f"{self.user.name} ({'; '.join(sorted(roles))})"


def _place_of(grant: RoleGrant) -> str:
    place = grant.team or grant.service
    return "" if place is None else place.name


@dataclass(frozen=True)
class ExerciseLine:
    """One exercise in a list; ``place_id`` is None for whoever leads it and does not judge."""

    reference: str
    title: str
    due_on: date
    closed_at: datetime | None
    place_id: int | None
    done_at: datetime | None
    invited: int
    judged: int

    @property
    def waits(self) -> bool:
        """Whether this person has still to judge."""
        return self.place_id is not None and self.done_at is None and self.closed_at is None

    @property
    def past(self) -> bool:
        return self.due_on < date.today()


def why_not_usable(audit: Audit) -> str | None:
    """Why an audit cannot be judged in an exercise now, in a sentence; None when it can."""
    if audit.state in WAITING_STATES:
        return (
            "This audit still waits for its moderator, who must not be told what others think of "
            "it, and its evidence may change. Use it when it has been moderated."
        )
    if audit.state not in RECORDED_STATES:
        return "This audit has not been submitted yet."
    return None


def invitees(audit: Audit, lead: User) -> list[Invitee]:
    """Everybody who judges in exercises, by name, with the reason why not beside some."""
    people = db.session.scalars(
        select(User)
        .where(User.active, User.grants.any(RoleGrant.role.in_(_MAY_JUDGE)))
        .order_by(User.name, User.id)
    )
    judged_before = _judged_before(audit)
    return [Invitee(user, _why_not(audit, user, lead, judged_before)) for user in people]


def _why_not(audit: Audit, user: User, lead: User, judged_before: set[int]) -> str | None:
    if user.id == lead.id:
        return "opens this exercise"
    relations = audit.relations_of(user)
    for relation, why in _KNOWS_IT.items():
        if relation in relations:
            return why
    if audit.resolution is not None and audit.resolution.resolved_by_id == user.id:
        return "resolved the dispute about this audit"
    if any(each.asked_by_id == user.id for each in audit.evidence_requests):
        return "asked for more evidence in this audit"
    return "has judged it in another exercise" if user.id in judged_before else None


def _judged_before(audit: Audit) -> set[int]:
    rows = db.session.scalars(
        select(CalibrationPlace.user_id)
        .join(Calibration, Calibration.id == CalibrationPlace.calibration_id)
        .where(Calibration.audit_id == audit.id)
    )
    return set(rows)


def exercise_for(user: User, reference: str) -> Calibration:
    """The exercise, for whoever is invited to it or leads it; otherwise 404."""
    exercise = db.session.scalar(
        select(Calibration)
        .where(Calibration.reference == reference, _concerns(user))
        .options(selectinload(Calibration.places).joinedload(CalibrationPlace.user))
    )
    if exercise is None:
        abort(404)
    return exercise


def leads(exercise: Calibration, user: User) -> bool:
    """Whether this person runs the exercise. Who is invited to judge in it never does."""
    return user.can(Permission.MODERATION_MANAGE) and place_of(exercise, user) is None


def place_of(exercise: Calibration, user: User) -> CalibrationPlace | None:
    return next((place for place in exercise.places if place.user_id == user.id), None)


def audit_of(exercise: Calibration) -> Audit:
    return db.session.get_one(Audit, exercise.audit_id)


def evidence_of(exercise: Calibration, user: User) -> Any:
    """The audit as those who judge read it: while it is written again, as it was submitted."""
    return shown_to(user, audit_of(exercise))


def judged_by(exercise: Calibration, user: User) -> Sequence[CalibrationJudgement]:
    return [each for each in exercise.judgements if each.user_id == user.id]


def count_exercises(user: User) -> int:
    return db.session.scalar(select(func.count(Calibration.id)).where(_concerns(user))) or 0


def exercise_lines(user: User, paging: Paging) -> list[ExerciseLine]:
    """A page of the exercises that concern a person: open ones first, the soonest due first."""
    rows = db.session.execute(
        _lines(user)
        .where(_concerns(user))
        .order_by(
            Calibration.closed_at.is_not(None),
            Calibration.closed_at.desc(),
            Calibration.due_on,
            Calibration.id,
        )
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    return [ExerciseLine(**row) for row in rows.mappings()]


def invitations_of(user: User) -> list[ExerciseLine]:
    """The open exercises in which this person has still to judge, the soonest due first."""
    rows = db.session.execute(
        _lines(user)
        .where(
            _invited(user),
            Calibration.closed_at.is_(None),
            _own_place(user, CalibrationPlace.done_at).is_(None),
        )
        .order_by(Calibration.due_on, Calibration.id)
        .limit(20)
    )
    return [ExerciseLine(**row) for row in rows.mappings()]


def _lines(user: User) -> Any:
    of_it = CalibrationPlace.calibration_id == Calibration.id
    places = select(func.count(CalibrationPlace.id)).where(of_it)
    judged = places.where(CalibrationPlace.done_at.is_not(None))
    return select(
        Calibration.reference,
        Calibration.title,
        Calibration.due_on,
        Calibration.closed_at,
        _own_place(user, CalibrationPlace.id).label("place_id"),
        _own_place(user, CalibrationPlace.done_at).label("done_at"),
        places.correlate(Calibration).scalar_subquery().label("invited"),
        judged.correlate(Calibration).scalar_subquery().label("judged"),
    )


def _own_place(user: User, column: Any) -> Any:
    return (
        select(column)
        .where(
            CalibrationPlace.calibration_id == Calibration.id,
            CalibrationPlace.user_id == user.id,
        )
        .correlate(Calibration)
        .scalar_subquery()
    )


def _concerns(user: User) -> ColumnElement[bool]:
    return or_(
        _invited(user),
        Calibration.id.is_not(None) if user.can(Permission.MODERATION_MANAGE) else false(),
    )


def _invited(user: User) -> ColumnElement[bool]:
    if not user.can(Permission.CALIBRATE):
        return false()
    return and_(Calibration.places.any(CalibrationPlace.user_id == user.id))


def learning_version(exercise: Calibration) -> int:
    """A number that changes with what is written down as learned."""
    text = (exercise.learning or "").encode()
    return int(sha256(text).hexdigest()[:7], 16)
