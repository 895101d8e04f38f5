"""Who can own an action, wherever it is to happen. Read-only."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from audit_app.audits.owners import owners_offered
from audit_app.extensions import db
from audit_app.models import Action, RoleGrant, Service, Team, User
from audit_app.rules.permissions import Role


def owners_for(action: Action) -> list[tuple[int, str]]:
    """Row numbers and names of those who can be given an action, by name."""
    worker = action.audit.worker_staff_id if action.audit else None
    return owners_in(action.team, action.service, worker, action.owner_user)


def owners_in(
    team: Team | None,
    service: Service | None,
    worker_staff_id: str | None = None,
    chosen: User | None = None,
) -> list[tuple[int, str]]:
    """People of a team and its service; of a service; or those who act for the whole authority."""
    if team is not None:
        return owners_offered(team, worker_staff_id, chosen)
    wanted = (
        select(User)
        .where(User.signs_in, User.grants.any(_acts_for(service)))
        .order_by(User.name, User.id)
    )
    found = list(db.session.scalars(wanted))
    if chosen is not None and chosen not in found:
        found.append(chosen)
    return [(each.id, _named(each)) for each in found]


def _acts_for(service: Service | None) -> ColumnElement[bool]:
    everywhere = RoleGrant.service_id.is_(None) & (RoleGrant.role == Role.HEAD_OF_SERVICE)
    if service is None:
        return or_(everywhere, RoleGrant.role == Role.PRACTICE_LEAD)
    teams = select(Team.id).where(Team.service_id == service.id)
    managing = (RoleGrant.role == Role.TEAM_MANAGER) & RoleGrant.team_id.in_(teams)
    heading = (RoleGrant.role == Role.HEAD_OF_SERVICE) & (RoleGrant.service_id == service.id)
    return or_(everywhere, managing, heading)


def _named(user: User) -> str:
    roles = sorted(role.label.lower() for role in user.roles)
    return ", ".join([user.name, *roles])
