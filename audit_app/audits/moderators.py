"""Who could moderate an audit: people who may, can read it, and have no stake in the case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload, lazyload

from audit_app.extensions import db
from audit_app.models import Audit, ModerationDraw, RoleGrant, User
from audit_app.rules.audit_steps import STAKES, WAITING_STATES
from audit_app.rules.permissions import Permission, Role
from audit_app.rules.workflow import Relation


@dataclass(frozen=True)
class Candidate:
    """Somebody who moderates, how many audits wait for them, and what stake they have if any."""

    user: User
    waiting: int
    stakes: frozenset[Relation]

    @property
    def eligible(self) -> bool:
        return not self.stakes


def candidates_for(audit: Audit) -> list[Candidate]:
    """Everybody who moderates where the case is held: those with the fewest waiting first."""
    waiting = _waiting_by_moderator()
    found = [
        Candidate(user, waiting.get(user.id, 0), audit.relations_of(user) & STAKES)
        for user in _moderators_of(audit.service_id)
    ]
    return sorted(found, key=_fewest_waiting)


def eligible_moderators(audit: Audit) -> list[Candidate]:
    """Those of them with no stake in the case."""
    return [each for each in candidates_for(audit) if each.eligible]


def candidates_as_shown_to(viewer: User, audit: Audit) -> list[Candidate]:
    """Those candidates, without what would tell the viewer how the audit was judged.

    That a head of service is barred shows that it was escalated. To whoever may yet judge it
    blind, every head of service of the case is barred, whether or not it was.
    """
    found = candidates_for(audit)
    if not audit.hides_judgement_from(viewer):
        return found
    return sorted((_as_head(each, audit) for each in found), key=_fewest_waiting)


def _as_head(candidate: Candidate, audit: Audit) -> Candidate:
    if not candidate.user.heads(audit.service_id):
        return candidate
    return replace(candidate, stakes=candidate.stakes | {Relation.HEAD})


def _fewest_waiting(candidate: Candidate) -> tuple[bool, int, str]:
    return bool(candidate.stakes), candidate.waiting, candidate.user.name


def _moderators_of(service_id: int) -> Iterable[User]:
    people = db.session.scalars(_MODERATORS, {"service": service_id}).unique()
    return [user for user in people if user.can(Permission.AUDIT_MODERATE)]


def _waiting_by_moderator() -> Mapping[int, int]:
    rows = db.session.execute(_WAITING)
    return {moderator_id: count for moderator_id, count in rows if moderator_id is not None}


#: Asked each time an audit is submitted, and made once.
_MODERATORS = (
    select(User)
    .where(
        User.active,
        User.grants.any(
            (RoleGrant.role == Role.MODERATOR)
            & (RoleGrant.service_id.is_(None) | (RoleGrant.service_id == bindparam("service")))
        ),
    )
    .options(joinedload(User.grants).options(lazyload("*")))
    .order_by(User.id)
)
_WAITING = (
    select(ModerationDraw.moderator_id, func.count())
    .join(Audit, Audit.id == ModerationDraw.audit_id)
    .where(ModerationDraw.moderator_id.is_not(None), Audit.state.in_(WAITING_STATES))
    .group_by(ModerationDraw.moderator_id)
)
