"""How far a cycle is prepared: its targets, its open cases, and what auditors can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import (
    Locality,
    OpenCase,
    ProgrammeCycle,
    ProgrammeTarget,
    Service,
    Team,
    User,
)
from audit_app.programme.drawing import days_of
from audit_app.programme.giving import people_away
from audit_app.programme.queries import auditors, audits_each


@dataclass(frozen=True)
class Counted:
    """How many open cases of a list each service and each team holds, by row number."""

    services: Mapping[int, int]
    teams: Mapping[int, int]


@dataclass(frozen=True)
class Boxes:
    """Whom a cycle's targets can be of, each by name."""

    services: Sequence[Service]
    teams: Sequence[Team]
    auditors: Sequence[User]

    def teams_of(self, service: Service) -> list[Team]:
        return [team for team in self.teams if team.service_id == service.id]


def targets_can_be_of() -> Boxes:
    """Services and teams in use, and everybody who audits."""
    services = select(Service).where(Service.active).order_by(Service.name)
    teams = select(Team).join(Team.service).where(Team.active, Service.active).order_by(Team.name)
    return Boxes(db.session.scalars(services).all(), db.session.scalars(teams).all(), auditors())


@dataclass(frozen=True)
class Preparation:
    """Where the preparation of a cycle stands.

    ``to_audit`` is what the targets of services come to; ``can_do`` what the auditors can do who
    are not away for half of the cycle or more. ``exempted`` cases are kept out by hand.
    """

    targets_set: bool
    to_audit: int
    can_do: int
    auditors: int
    away: Sequence[User]
    open_cases: int
    exempted: int

    @property
    def ready(self) -> bool:
        """Whether there is something to draw from and a number to draw."""
        return self.targets_set and self.open_cases > 0

    @property
    def too_many(self) -> int:
        """How many audits nobody would do."""
        return max(0, self.to_audit - self.can_do)


def preparation_of(cycle: ProgrammeCycle) -> Preparation:
    people = auditors()
    away = away_in(cycle)
    each = audits_each(cycle, people)
    of_services = [t.number for t in cycle.targets if t.service_id is not None]
    open_cases, exempted = _open_cases(cycle)
    return Preparation(
        targets_set=bool(of_services),
        to_audit=sum(of_services),
        can_do=sum(each[person.id] for person in people if person.id not in away),
        auditors=len(people),
        away=[person for person in people if person.id in away],
        open_cases=open_cases,
        exempted=exempted,
    )


def away_in(cycle: ProgrammeCycle) -> frozenset[int]:
    """Row numbers of those away for too much of what is left of a cycle to be given audits."""
    return people_away(*days_of(cycle, date.today()))


def _open_cases(cycle: ProgrammeCycle) -> tuple[int, int]:
    row = db.session.execute(
        select(func.count(), func.count(OpenCase.exempted_at)).where(OpenCase.cycle_id == cycle.id)
    ).one()
    return int(row[0]), int(row[1])


def counted(cycle: ProgrammeCycle) -> Counted:
    rows = db.session.execute(
        select(OpenCase.service_id, OpenCase.team_id, func.count())
        .where(OpenCase.cycle_id == cycle.id)
        .group_by(OpenCase.service_id, OpenCase.team_id)
    ).all()
    services: dict[int, int] = {}
    for service_id, _, number in rows:
        services[service_id] = services.get(service_id, 0) + int(number)
    return Counted(services, {team_id: int(number) for _, team_id, number in rows})


def cases_by_team(cycle: ProgrammeCycle) -> Sequence[tuple[str, str, str, int]]:
    """How many open cases each team holds: service, locality, team and number, by name."""
    rows = db.session.execute(
        select(Service.name, Locality.name, Team.name, func.count())
        .select_from(OpenCase)
        .join(OpenCase.service)
        .join(OpenCase.locality)
        .join(OpenCase.team)
        .where(OpenCase.cycle_id == cycle.id)
        .group_by(Service.name, Locality.name, Team.name)
        .order_by(Service.name, Locality.name, Team.name)
    )
    return [(service, locality, team, int(number)) for service, locality, team, number in rows]


def target_lines(cycle: ProgrammeCycle) -> Sequence[tuple[str, int]]:
    """Whom each target is of, by name, and its number: services, then teams, then auditors."""
    rows = db.session.execute(
        select(func.coalesce(Service.name, Team.name, User.name), ProgrammeTarget.number)
        .select_from(ProgrammeTarget)
        .outerjoin(Service, Service.id == ProgrammeTarget.service_id)
        .outerjoin(Team, Team.id == ProgrammeTarget.team_id)
        .outerjoin(User, User.id == ProgrammeTarget.auditor_id)
        .where(ProgrammeTarget.cycle_id == cycle.id)
        .order_by(
            ProgrammeTarget.service_id.is_(None),
            ProgrammeTarget.team_id.is_(None),
            Service.name,
            Team.name,
            User.name,
        )
    )
    return [(name, int(number)) for name, number in rows]
