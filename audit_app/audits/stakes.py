"""Who has a stake in a case, for rows of the database: ``Audit.relations_of`` says it of one audit.

A test compares the two.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from audit_app.audits.reader import Reader
from audit_app.models import Audit, Calibration, CalibrationPlace, RoleGrant, User
from audit_app.rules.permissions import Role


def no_stake(user: User) -> ColumnElement[bool]:
    """Audits in which a person has none of the stakes in ``rules.audit_steps.STAKES``."""
    managed = [g.team_id for g in user.grants if g.role is Role.TEAM_MANAGER and g.team_id]
    return and_(
        Audit.auditor_id != user.id,
        Audit.team_id.not_in(managed),
        func.coalesce(Audit.worker_staff_id, "") != user.staff_id if user.staff_id else true(),
        not_(escalated_to(user)),
        not_(_calibrated_by(user)),
    )


def can_be_judged_by(person_id: Any, escalated: ColumnElement[bool]) -> ColumnElement[bool]:
    """Audits that somebody, named by their row number, still could moderate.

    They are active, moderate where the case is held, and have none of the stakes. For people who
    differ from row to row; of one person :func:`no_stake` says the same.

    Args:
        escalated: which audits to take for escalated, as their head of service then has a stake.
    """
    one = aliased(User)
    here = or_(RoleGrant.service_id.is_(None), RoleGrant.service_id == Audit.service_id)
    able = (
        one.id == person_id,
        one.active,
        one.grants.any(and_(RoleGrant.role == Role.MODERATOR, here)),
        Audit.auditor_id != one.id,
        not_(
            one.grants.any(
                and_(RoleGrant.role == Role.TEAM_MANAGER, RoleGrant.team_id == Audit.team_id)
            )
        ),
        or_(
            func.coalesce(one.staff_id, "") == "",
            func.coalesce(Audit.worker_staff_id, "") != one.staff_id,
        ),
        not_(and_(escalated, one.grants.any(and_(RoleGrant.role == Role.HEAD_OF_SERVICE, here)))),
        not_(_calibrated_by(one)),
    )
    return select(one.id).where(*able).correlate(Audit).exists()


def escalated_to(user: User | Reader) -> ColumnElement[bool]:
    """Audits that a head of service was told of, and so knows the judgement of."""
    headed = [g.service_id for g in user.grants if g.role is Role.HEAD_OF_SERVICE]
    if not headed:
        return false()
    theirs = true() if None in headed else Audit.service_id.in_(headed)
    return and_(Audit.escalations.any(), theirs)


def _calibrated_by(user: Any) -> ColumnElement[bool]:
    judged = and_(CalibrationPlace.user_id == user.id, CalibrationPlace.done_at.is_not(None))
    return Audit.calibrations.any(Calibration.places.any(judged))
