"""Reading whom alerts are for: what can be chosen, which teams are meant, and which people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import joinedload

from audit_app.extensions import db
from audit_app.models import Alert, AlertAudience, AudienceKind, Service, Team, User
from audit_app.rules.alert_audience import TEAM_ROLES, Audience, in_few_words, in_words
from audit_app.rules.alerts import LONGEST
from audit_app.rules.permissions import Role

#: Roles whose people work for a place: one of them without a place works for all of them. The
#: others are meant where everyone or their role is.
_OF_A_PLACE = (Role.PRACTITIONER, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.MODERATOR)


@dataclass(frozen=True)
class Offered:
    """The places an alert can be for: services, and the teams of each, by number and name."""

    services: Sequence[tuple[int, str]]
    teams: Mapping[str, Sequence[tuple[int, str]]]

    def all_teams(self) -> list[tuple[int, str]]:
        return [team for teams in self.teams.values() for team in teams]


def audience_of(alert: Alert) -> Audience:
    """Whom the alert is for, as saved."""
    parts = alert.audiences
    return Audience.of(
        any(part.kind is AudienceKind.EVERYONE for part in parts),
        [part.service_id for part in parts if part.service_id is not None],
        [part.role for part in parts if part.role is not None],
        [part.team_id for part in parts if part.team_id is not None],
    )


def offered(chosen: Audience) -> Offered:
    """Every service and team in use, and those chosen before."""
    in_use = or_(Service.active, Service.id.in_(chosen.services))
    services = db.session.scalars(select(Service).where(in_use).order_by(Service.name))
    teams = db.session.scalars(
        select(Team)
        .join(Team.service)
        .where(or_(Team.active, Team.id.in_(chosen.teams)))
        .options(joinedload(Team.service))
        .order_by(Service.name, Team.name)
    )
    grouped: dict[str, list[tuple[int, str]]] = {}
    for team in teams:
        grouped.setdefault(team.service.name, []).append((team.id, team.name))
    return Offered([(each.id, each.name) for each in services], grouped)


def words_of(audience: Audience) -> str:
    """The audience as it is printed, in no more letters than there is room for."""
    return in_few_words(audience, *_names(audience), LONGEST["audience"])


def whole_words_of(audience: Audience) -> str:
    """Every name of it."""
    return in_words(audience, *_names(audience))


def _names(audience: Audience) -> tuple[dict[int, str], dict[int, str]]:
    of_services = select(Service.id, Service.name).where(Service.id.in_(audience.services))
    of_teams = select(Team.id, Team.name).where(Team.id.in_(audience.teams))
    return (
        {row.id: row.name for row in db.session.execute(of_services)},
        {row.id: row.name for row in db.session.execute(of_teams)},
    )


def takes_in_team() -> ColumnElement[bool]:
    """Whether an alert is for a team, in a query that has :class:`Alert` and :class:`Team`.

    As ``Audience.takes_in`` says, and only teams in use: nobody can talk in one that is closed.
    """
    part = AlertAudience
    meant = or_(
        part.kind == AudienceKind.EVERYONE,
        part.role.in_(TEAM_ROLES),
        part.service_id == Team.service_id,
        part.team_id == Team.id,
    )
    # Said in words, as a query may ask this from further in than beside the alert.
    of_it = exists().where(part.alert_id == Alert.id, meant).correlate(Alert, Team)
    return and_(Team.active, of_it)


def is_for(user: User) -> ColumnElement[bool]:
    """Whether an alert is for this person, in a query that has :class:`Alert`."""
    part = AlertAudience
    meant = or_(
        part.kind == AudienceKind.EVERYONE,
        part.role.in_(user.roles),
        _names_a_place_of(user),
    )
    return exists().where(part.alert_id == Alert.id, meant)


def _names_a_place_of(user: User) -> ColumnElement[bool]:
    part, grants = AlertAudience, [each for each in user.grants if each.role in _OF_A_PLACE]
    if any(grant.team_id is None and grant.service_id is None for grant in grants):
        return part.kind.in_([AudienceKind.SERVICE, AudienceKind.TEAM])
    if not grants:
        return false()
    teams = [grant.team for grant in grants if grant.team is not None]
    headed = [grant.service_id for grant in grants if grant.service_id is not None]
    return or_(
        part.service_id.in_([*headed, *(team.service_id for team in teams)]),
        part.team_id.in_([team.id for team in teams]),
        part.team_id.in_(select(Team.id).where(Team.service_id.in_(headed))),
    )
