"""What is typed about people and places, checked: as it is kept, or why it will not do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from dateutil.relativedelta import relativedelta
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import RoleGrant, Service, Team, User
from audit_app.models.base import today
from audit_app.people.queries import Kind, Place, place_called, teams_in_use
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Role
from audit_app.rules.staff_ids import read_staff_id

LONGEST_NAME = 120
LONGEST_PLACE = 80

#: The roles that a team, or a service, means something to. For any other role a place would look
#: like a limit on what the person reads, and would not be one.
ROLES_WITH_TEAM = frozenset({Role.TEAM_MANAGER, Role.PRACTITIONER})
ROLES_WITH_SERVICE = frozenset({Role.MODERATOR, Role.HEAD_OF_SERVICE})


class Refused(Exception):
    """A person or place cannot be made or changed as asked; ``problem`` names the answer."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(field, message)


@dataclass(frozen=True)
class RoleAsked:
    """A role to be given, for one team or one service where it has one; an inspector's ends."""

    role: Role
    team: Team | None = None
    service: Service | None = None
    ends_on: date | None = None

    def check(self) -> None:
        """Raises Refused when the place, or the last day, does not go with the role."""
        if self.role is Role.TEAM_MANAGER and self.team is None:
            raise Refused("team", "A team manager needs a team")
        for field, place, roles in (
            ("team", self.team, ROLES_WITH_TEAM),
            ("service", self.service, ROLES_WITH_SERVICE),
        ):
            if place is not None and self.role not in roles:
                raise Refused(
                    field, f"The role {self.role.label} is not for one {field}: leave it out"
                )

        self._check_last_day()

    def _check_last_day(self) -> None:
        if self.role is not Role.INSPECTOR:
            if self.ends_on is not None:
                raise Refused("ends_on", f"The role {self.role.label} has no last day")
        elif self.ends_on is None:
            raise Refused("ends_on", "Enter the inspector’s last day")
        elif self.ends_on < today():
            raise Refused("ends_on", "The inspector’s last day must be today or later")
        elif self.ends_on > today() + relativedelta(years=1):
            raise Refused("ends_on", "The inspector’s last day must be within a year from today")

    def grant(self) -> RoleGrant:
        return RoleGrant(
            role=self.role,
            ends_on=self.ends_on,
            team_id=self.team.id if self.team else None,
            service_id=self.service.id if self.service else None,
        )


def taken(address: str) -> Refused:
    return Refused("email", f"There is already a person with the e-mail address {address}")


def address_typed(typed: str) -> str:
    try:
        checked = validate_email(typed.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise Refused(
            "email", "Enter an e-mail address in the correct format, like name@example.gov.uk"
        ) from None
    return checked.normalized.casefold()


def staff_id_typed(typed: str | None, user: User | None) -> str | None:
    """The staff ID, or None where none was typed; nobody else may have it."""
    if not (typed or "").strip():
        return None
    try:
        staff_id = read_staff_id(typed or "")
    except ValueError as problem:
        raise Refused("staff_id", str(problem)) from None
    holder = db.session.scalar(select(User).where(User.staff_id == staff_id))
    if holder is not None and holder is not user:
        raise Refused("staff_id", f"{holder.name} has this staff ID already")
    return staff_id


def name_typed(typed: str) -> str:
    name = " ".join(typed.split())
    if not name:
        raise Refused("name", "Enter the person’s name")
    if len(name) > LONGEST_NAME:
        raise Refused("name", f"The name must be {LONGEST_NAME} characters or fewer")
    return name


def place_name_typed(typed: str, kind: Kind, found: Place | None) -> str:
    """The name of a place; no other of its kind may have it, in any letter case."""
    name = " ".join(typed.split())
    if not name:
        raise Refused("name", f"Enter the name of the {kind.value}")
    if len(name) > LONGEST_PLACE:
        raise Refused("name", f"The name must be {LONGEST_PLACE} characters or fewer")
    if place_called(kind, name) not in (None, found):
        raise Refused("name", f"There is already a {kind.value} called {name}")
    return name


def team_typed(typed: str | None) -> Team | None:
    if typed is None or not typed.strip():
        return None
    teams = {team.name.casefold(): team for team in teams_in_use()}
    wanted = " ".join(typed.split())
    if wanted.casefold() not in teams:
        raise Refused("team", _no_such_team(wanted, teams))
    return teams[wanted.casefold()]


def _no_such_team(wanted: str, teams: dict[str, Team]) -> str:
    near = [teams[each].name for each in get_close_matches(wanted.casefold(), teams, n=3)]
    if not teams:
        return f"There is no team called “{wanted}”: there are no teams yet"
    advice = " or ".join(f"“{name}”" for name in near)
    return f"There is no team called “{wanted}”" + (f". Did you mean {advice}?" if near else "")
