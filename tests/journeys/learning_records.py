"""Records for the tour of reflections and exercises, made where the demonstration lacks one."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, Calibration, CalibrationPlace, Reflection, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role

_INVITED = (Role.TEAM_MANAGER, Role.MODERATOR, Role.HEAD_OF_SERVICE, Role.PRACTICE_LEAD)


def learning_records(people: dict[Role, User]) -> dict[str, str]:
    worker = people[Role.PRACTITIONER]
    own = db.session.scalars(
        select(Audit)
        .where(Audit.worker_staff_id == worker.staff_id, Audit.submitted_at.is_not(None))
        .order_by(Audit.audit_date.desc())
    ).all()
    reflections = db.session.scalars(
        select(Reflection).where(Reflection.user_id == worker.id)
    ).all()
    begun = next(each for each in reflections if each.shared_at is None)
    waits = next(each for each in reflections if each.shared_at and not each.acknowledged_at)
    known = {each.audit_id for each in reflections}
    return {
        "<audit to reflect on>": next(each.reference for each in own if each.id not in known),
        "<reflection begun>": db.session.get_one(Audit, begun.audit_id).reference,
        "<reflection shared>": db.session.get_one(Audit, waits.audit_id).reference,
        "<audit to calibrate on>": _calibrable().reference,
        "<exercise to judge>": _exercise_for([people[role] for role in _INVITED]),
        "<open exercise>": _exercise(closed=False),
        "<closed exercise>": _exercise(closed=True),
    }


def _calibrable() -> Audit:
    agreed = select(Audit).where(Audit.state == AuditState.ACCEPTED)
    return db.session.scalars(agreed.order_by(Audit.audit_date.desc()).limit(1)).one()


def _exercise(closed: bool) -> str:
    wanted = Calibration.closed_at.is_not(None) if closed else Calibration.closed_at.is_(None)
    first = select(Calibration.reference).where(wanted).order_by(Calibration.id).limit(1)
    return db.session.scalars(first).one()


def _exercise_for(invited: list[User]) -> str:
    """An exercise that somebody of each role is to judge in; opened by somebody else."""
    exercise = Calibration(
        title="Winter calibration: what a plan is for",
        audit_id=_calibrable().id,
        opened_by_id=db.session.scalars(select(Calibration.opened_by_id)).first(),
        due_on=date.today() + timedelta(days=20),
        places=[CalibrationPlace(user_id=user.id) for user in invited],
    )
    db.session.add(exercise)
    db.session.commit()
    return exercise.reference
