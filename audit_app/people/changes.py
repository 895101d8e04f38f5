"""What an administrator does for people: lets them in, with a role that says what they may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError

from audit_app.account.queries import user_by_email
from audit_app.extensions import db
from audit_app.models import RoleGrant, Team, User, remember
from audit_app.people.queries import teams_in_use
from audit_app.rules.permissions import Role
from audit_app.web.passwords import hash_password, password_problem

LONGEST_NAME = 120

#: The roles that a team means something to. For any other role a team would look like a limit on
#: what the person reads, and would not be one.
_ROLES_WITH_TEAM = frozenset({Role.TEAM_MANAGER, Role.PRACTITIONER})


class PersonRefused(Exception):
    """The person cannot be made as asked. ``field`` names the answer at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class CreatedUser:
    """Who can now sign in, and whether imported history already named them."""

    user: User
    was_imported: bool


def create_user(
    email: str, name: str, role: Role, team: str | None, password: str, by: User | None = None
) -> CreatedUser:
    """Let a person sign in with one role.

    Somebody whom only imported history names, without a password, is the same person: they get the
    name, password and role given here, and the role the import guessed for them goes.

    Raises:
        PersonRefused: when an answer will not do, or somebody with the e-mail address can sign in
            already. Nothing is written then.
    """
    address, name = _address(email), _name(name)
    place = _team(role, team)
    if (problem := password_problem(password, _first_guesses(name, address))) is not None:
        raise PersonRefused("password", problem)
    user = user_by_email(address)
    was_imported = user is not None
    if user is None:
        user = User(email=address)
        db.session.add(user)
    elif user.password_hash is not None or not user.active:
        raise _taken(address)
    user.name, user.password_hash = name, hash_password(password)
    user.grants = [RoleGrant(role=role, team_id=None if place is None else place.id)]
    _save(user, by)
    return CreatedUser(user, was_imported)


def _save(user: User, by: User | None) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        # Somebody else made the same person since we looked.
        db.session.rollback()
        raise _taken(user.email) from None
    remember(db.session, by, "gave access", "user", user.reference)
    db.session.commit()


def _taken(address: str) -> PersonRefused:
    return PersonRefused("email", f"There is already a person with the e-mail address {address}")


def _address(typed: str) -> str:
    try:
        checked = validate_email(typed.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise PersonRefused(
            "email", "Enter an e-mail address in the correct format, like name@example.gov.uk"
        ) from None
    return checked.normalized.casefold()


def _first_guesses(name: str, address: str) -> tuple[str, ...]:
    local_part = address.partition("@")[0]
    return (name, *name.split(), address, local_part, *re.split(r"[._+-]+", local_part))


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name:
        raise PersonRefused("name", "Enter the person’s name")
    if len(name) > LONGEST_NAME:
        raise PersonRefused("name", f"The name must be {LONGEST_NAME} characters or fewer")
    return name


def _team(role: Role, typed: str | None) -> Team | None:
    if typed is None or not typed.strip():
        if role is Role.TEAM_MANAGER:
            raise PersonRefused("team", "A team manager needs a team")
        return None
    if role not in _ROLES_WITH_TEAM:
        raise PersonRefused("team", f"The role {role.label} is not for one team: leave it out")
    teams = {team.name.casefold(): team for team in teams_in_use()}
    wanted = " ".join(typed.split())
    if wanted.casefold() not in teams:
        raise PersonRefused("team", _no_such_team(wanted, teams))
    return teams[wanted.casefold()]


def _no_such_team(wanted: str, teams: dict[str, Team]) -> str:
    near = [teams[each].name for each in get_close_matches(wanted.casefold(), teams, n=3)]
    if not teams:
        return f"There is no team called “{wanted}”: there are no teams yet"
    advice = " or ".join(f"“{name}”" for name in near)
    return f"There is no team called “{wanted}”" + (f". Did you mean {advice}?" if near else "")
