"""Whom a practice alert is for, and how that is said in few words.

An audience is everyone, or everybody in any of the services, roles and teams that are named: who
ticks Fostering and team managers means all of Fostering and every team manager.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit_app.rules.permissions import Role

EVERYONE = "Everyone in children’s services"

#: The roles that an alert can be for.
ROLES = (
    Role.PRACTITIONER,
    Role.TEAM_MANAGER,
    Role.HEAD_OF_SERVICE,
    Role.MODERATOR,
    Role.PRACTICE_LEAD,
    Role.DCS_OFFICE,
)
#: Who makes up a team: an alert for one of these roles is for every team to talk about.
TEAM_ROLES = (Role.PRACTITIONER, Role.TEAM_MANAGER)

_ALL_OF = {
    Role.PRACTITIONER: "all practitioners",
    Role.TEAM_MANAGER: "all team managers",
    Role.HEAD_OF_SERVICE: "all heads of service",
    Role.MODERATOR: "all moderators",
    Role.PRACTICE_LEAD: "all practice development leads",
    Role.DCS_OFFICE: "the DCS office",
    Role.ADMINISTRATOR: "all administrators",
    Role.INFORMATION_GOVERNANCE: "information governance",
    Role.INSPECTOR: "all inspectors",
}


@dataclass(frozen=True)
class Audience:
    """Whom an alert is for; services and teams by their row numbers, the lowest first."""

    everyone: bool = False
    services: tuple[int, ...] = ()
    roles: tuple[Role, ...] = ()
    teams: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        everyone: bool = False,
        services: Sequence[int] = (),
        roles: Sequence[Role] = (),
        teams: Sequence[int] = (),
    ) -> Audience:
        """The same audience is always equal to itself, however it was put together."""
        chosen = tuple(role for role in Role if role in roles)
        return cls(everyone, tuple(sorted(set(services))), chosen, tuple(sorted(set(teams))))

    @property
    def is_empty(self) -> bool:
        return not (self.everyone or self.services or self.roles or self.teams)

    @property
    def is_contradictory(self) -> bool:
        """Whether somebody is named beside everyone, so that it is not clear who is meant."""
        return self.everyone and bool(self.services or self.roles or self.teams)

    @property
    def is_for_every_team(self) -> bool:
        return self.everyone or any(role in TEAM_ROLES for role in self.roles)

    def takes_in(self, team: int, service: int) -> bool:
        """Whether a team of a service is to talk about the alert."""
        return self.is_for_every_team or service in self.services or team in self.teams


def in_words(audience: Audience, services: Mapping[int, str], teams: Mapping[int, str]) -> str:
    """Every name of it, however many there are: ``Fostering, all team managers and North 1``."""
    return next(_wordings(audience, services, teams))


def in_few_words(
    audience: Audience, services: Mapping[int, str], teams: Mapping[int, str], longest: int
) -> str:
    """As many names as there is room for: ``Fostering, North 1 and 38 other teams``.

    Roles are always named; teams are counted before services are.
    """
    wordings = list(_wordings(audience, services, teams))
    return next((each for each in wordings if len(each) <= longest), wordings[-1][:longest])


def _wordings(
    audience: Audience, services: Mapping[int, str], teams: Mapping[int, str]
) -> Iterator[str]:
    """The audience in words, the longest first."""
    if audience.everyone:
        yield EVERYONE
        return
    of_services = sorted(services[number] for number in audience.services)
    of_teams = sorted(teams[number] for number in audience.teams)
    roles = [_ALL_OF[role] for role in audience.roles]
    for kept in range(len(of_teams), -1, -1):
        yield _listed([*of_services, *roles, *_some(of_teams, kept, "team")])
    for kept in range(len(of_services) - 1, -1, -1):
        parts = [*_some(of_services, kept, "service"), *roles, *_some(of_teams, 0, "team")]
        yield _listed(parts)
    counted = [_counted(len(of_services), "service"), _counted(len(roles), "role")]
    yield _listed([each for each in (*counted, _counted(len(of_teams), "team")) if each])


def _some(names: Sequence[str], kept: int, one: str) -> list[str]:
    """The first so many names, and how many more there are."""
    more = len(names) - kept
    if not more:
        return list(names)
    return [*names[:kept], _counted(more, f"other {one}" if kept else one)]


def _counted(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}" if count else ""


def _listed(parts: Sequence[str]) -> str:
    """As one sentence's beginning: ``A, b and c``."""
    if not parts:
        return ""
    text = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return text[0].upper() + text[1:]
