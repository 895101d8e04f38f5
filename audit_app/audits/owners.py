"""Who can be made the owner of an action: people of the team or the service, by name. Read-only."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from audit_app.extensions import db
from audit_app.models import RoleGrant, Team, User
from audit_app.rules.permissions import ROLE_PERMISSIONS, Permission, Role

_WORKING = [role for role, held in ROLE_PERMISSIONS.items() if Permission.ACTION_WORK in held]


def can_work_on_actions() -> ColumnElement[bool]:
    """People who can still see to an action they own: they can sign in, and a role lets them."""
    return and_(
        User.signs_in,
        User.grants.any(RoleGrant.role.in_(_WORKING)),
    )


def owners_offered(
    team: Team, worker_staff_id: str | None = None, chosen: User | None = None
) -> list[tuple[int, str]]:
    """Row numbers and names with roles, by name.

    They are people who can sign in and hold a role in the team or its service; the worker whose
    practice it is; and whoever was chosen already.
    """
    in_place = or_(
        RoleGrant.team_id == team.id,
        RoleGrant.service_id == team.service_id,
        and_(RoleGrant.role == Role.HEAD_OF_SERVICE, RoleGrant.service_id.is_(None)),
        and_(User.staff_id == worker_staff_id, User.staff_id.is_not(None)),
    )
    rows = db.session.execute(
        select(User.id, User.name, RoleGrant.role)
        .join(User.grants)
        .where(
            User.signs_in,
            RoleGrant.role.in_(_WORKING),
            in_place,
        )
        .order_by(RoleGrant.id)
    )
    roles: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        roles.setdefault((row.name, row.id), []).append(row.role.label.lower())
    if chosen is not None:
        roles.setdefault((chosen.name, chosen.id), [])
    return [
        (number, ", ".join([name, *dict.fromkeys(held)]))
        for (name, number), held in sorted(roles.items())
    ]
