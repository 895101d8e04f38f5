"""Keeping the auditor's judgement from whoever is still to judge the same practice.

One rule, for rows of the database; ``Audit.hides_judgement_from`` is the same rule for one audit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, not_, null, true

from audit_app.models import Audit, User
from audit_app.rules.permissions import Permission, Role
from audit_app.rules.workflow import WAITING_STATES


def judgement_hidden_from(user: User) -> ColumnElement[bool]:
    """Audits that wait for a blind moderation which this person might do."""
    if not user.can(Permission.AUDIT_MODERATE):
        return false()
    return and_(
        Audit.blind,
        Audit.state.in_(WAITING_STATES),
        Audit.auditor_id != user.id,
        not_(_escalated_to(user)),
    )


def shown_to(user: User, judgement: Any) -> Any:
    """A judgement, or nothing where this person must not see it: to select, sort and filter by."""
    if not user.can(Permission.AUDIT_MODERATE):
        return judgement
    return case((judgement_hidden_from(user), null()), else_=judgement)


def _escalated_to(user: User) -> ColumnElement[bool]:
    """Audits that a head of service was told of, and so knows the judgement of."""
    headed = [g.service_id for g in user.grants if g.role is Role.HEAD_OF_SERVICE]
    if not headed:
        return false()
    theirs = true() if None in headed else Audit.service_id.in_(headed)
    return and_(Audit.escalations.any(), theirs)
