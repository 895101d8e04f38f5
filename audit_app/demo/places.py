"""The made-up council: its services, localities and teams, and how much work each sends."""

from __future__ import annotations

from dataclasses import dataclass

from audit_app.extensions import db
from audit_app.models import Locality, Service, Team


@dataclass(frozen=True)
class ServicePlan:
    """One service: how its teams are named and where they are.

    ``share`` is its share of all audits; ``outstanding`` is how much more often than elsewhere
    its audits are judged Outstanding.
    """

    name: str
    prefix: str
    teams: dict[str, int]
    share: float
    outstanding: float


SERVICES: tuple[ServicePlan, ...] = (
    ServicePlan("Locality social work", "LSW", {"North": 4, "Central": 4, "South": 4}, 0.40, 0.6),
    ServicePlan("Advice, Guidance and Support", "AGS", {"Citywide": 4}, 0.14, 0.5),
    ServicePlan("Permanence", "P", {"North": 2, "Central": 2, "South": 2}, 0.16, 1.1),
    ServicePlan(
        "Children with Disabilities",
        "CWD",
        {"North": 1, "Central": 1, "South": 1, "Citywide": 1},
        0.08,
        1.2,
    ),
    ServicePlan("Leaving Care", "LC", {"North": 2, "Central": 2, "South": 2}, 0.09, 2.2),
    ServicePlan(
        "Youth Justice", "YJ", {"North": 1, "Central": 1, "South": 1, "Citywide": 1}, 0.05, 1.0
    ),
    ServicePlan("Fostering", "F", {"Citywide": 4}, 0.08, 2.0),
)
LOCALITIES = ("North", "Central", "South", "Citywide")

#: Workers in each team; most of them never sign in.
WORKERS = 5


def add_places() -> list[Team]:
    """Make every service, locality and team."""
    services = {plan.name: Service(name=plan.name) for plan in SERVICES}
    localities = {name: Locality(name=name) for name in LOCALITIES}
    db.session.add_all([*services.values(), *localities.values()])
    db.session.flush()
    teams = [
        Team(
            name=f"{plan.prefix} {place} {number}",
            service_id=services[plan.name].id,
            locality_id=localities[place].id,
        )
        for plan in SERVICES
        for place, count in plan.teams.items()
        for number in range(1, count + 1)
    ]
    db.session.add_all(teams)
    db.session.flush()
    return teams


def worker_ids(teams: list[Team]) -> dict[int, list[str]]:
    """The staff IDs of each team's workers, by the team's row number."""
    return {
        team.id: [f"S3{place:02d}{worker}" for worker in range(1, WORKERS + 1)]
        for place, team in enumerate(teams, start=1)
    }
