"""Who has a stake in a case, for rows of the database: ``Audit.relations_of`` says it of one audit.

A test compares the two.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, func, not_, true

from audit_app.models import Audit, Calibration, CalibrationPlace, User
from audit_app.rules.permissions import Role


def no_stake(user: User) -> ColumnElement[bool]:
    """Audits in which a person has none of the stakes in ``rules.workflow.STAKES``."""
    managed = [g.team_id for g in user.grants if g.role is Role.TEAM_MANAGER and g.team_id]
    return and_(
        Audit.auditor_id != user.id,
        Audit.team_id.not_in(managed),
        func.coalesce(Audit.worker_staff_id, "") != user.staff_id if user.staff_id else true(),
        not_(escalated_to(user)),
        not_(_calibrated_by(user)),
    )


def escalated_to(user: User) -> ColumnElement[bool]:
    """Audits that a head of service was told of, and so knows the judgement of."""
    headed = [g.service_id for g in user.grants if g.role is Role.HEAD_OF_SERVICE]
    if not headed:
        return false()
    theirs = true() if None in headed else Audit.service_id.in_(headed)
    return and_(Audit.escalations.any(), theirs)


def _calibrated_by(user: User) -> ColumnElement[bool]:
    judged = and_(CalibrationPlace.user_id == user.id, CalibrationPlace.done_at.is_not(None))
    return Audit.calibrations.any(Calibration.places.any(judged))
