"""The places an action about no single child can be raised for. Read-only."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Service, Team, User
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Permission, Role

WHOLE_AUTHORITY = "authority"


def places_answered_for(user: User) -> list[tuple[str, str]]:
    """Those this person answers for, as an address says them and by name: teams, services, all."""
    if not user.can(Permission.ACTION_RAISE):
        return []
    leads = Role.PRACTICE_LEAD in user.roles
    services = db.session.scalars(select(Service).where(Service.active).order_by(Service.name))
    teams = db.session.scalars(select(Team).where(Team.active).order_by(Team.name)).all()
    whole = [(WHOLE_AUTHORITY, "The whole authority")] if leads else []
    headed = [
        (f"service-{each.id}", f"Service: {each.name}")
        for each in services
        if leads or user.heads(each.id)
    ]
    managed = [
        (f"team-{each.id}", f"Team: {each.name}")
        for each in teams
        if leads or user.heads(each.service_id) or user.manages(each.id)
    ]
    return [*whole, *headed, *managed]


def place_named(asked: str) -> tuple[Team | None, Service | None]:
    """The team with its service, or the service, of a place as an address says it."""
    kind, _, typed = asked.partition("-")
    number = whole_number(typed)
    if kind == "team" and number is not None:
        team = db.session.get_one(Team, number)
        return team, team.service
    if kind == "service" and number is not None:
        return None, db.session.get_one(Service, number)
    return None, None
