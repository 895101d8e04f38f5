"""Keeping the auditor's judgement from whoever is still to judge the same practice.

One rule, for rows of the database; ``Audit.hides_judgement_from`` is the same rule for one audit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, not_, null

from audit_app.audits.reader import Reader
from audit_app.audits.stakes import escalated_to
from audit_app.models import Audit, RoleGrant, User
from audit_app.rules.audit_steps import WAITING_STATES
from audit_app.rules.permissions import Permission, Role


def anybody() -> User:
    """A reader who may yet judge every audit blind and did none: what they may know, all may."""
    return User(id=0, name="Anybody", grants=[RoleGrant(role=Role.MODERATOR)])


def waits_blind() -> ColumnElement[bool]:
    """Audits whose judgement nobody may learn who might yet judge them blind."""
    return and_(Audit.blind, Audit.state.in_(WAITING_STATES))


def judgement_hidden_from(user: User | Reader) -> ColumnElement[bool]:
    """Audits that wait for a blind moderation which this person might do."""
    if not user.can(Permission.AUDIT_MODERATE):
        return false()
    return and_(
        waits_blind(),
        Audit.auditor_id != user.id,
        not_(escalated_to(user)),
    )


def shown_to(user: User | Reader, judgement: Any) -> Any:
    """A judgement, or nothing where this person must not see it: to select, sort and filter by."""
    if not user.can(Permission.AUDIT_MODERATE):
        return judgement
    return case((judgement_hidden_from(user), null()), else_=judgement)
