"""Reading people with their roles, and the places they work in. No case is read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import abort
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from audit_app.extensions import db
from audit_app.models import Locality, RoleGrant, Service, Team, User
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Role
from audit_app.web.paging import Paging


def teams_in_use() -> Sequence[Team]:
    """Every team that work can be recorded for, in the order of their names."""
    return db.session.scalars(select(Team).where(Team.active).order_by(Team.name)).all()


def services_in_use() -> Sequence[Service]:
    return db.session.scalars(select(Service).where(Service.active).order_by(Service.name)).all()


class Access(StrEnum):
    """Whether a person can sign in, and why not."""

    CAN_SIGN_IN = "on"
    NO_PASSWORD = "no-password"  # noqa: S105
    SWITCHED_OFF = "off"

    @property
    def label(self) -> str:
        return {
            Access.CAN_SIGN_IN: "Can sign in",
            Access.NO_PASSWORD: "No password yet",
            Access.SWITCHED_OFF: "Switched off",
        }[self]


def access_of(user: User) -> Access:
    if not user.active:
        return Access.SWITCHED_OFF
    return Access.CAN_SIGN_IN if user.signs_in else Access.NO_PASSWORD


@dataclass(frozen=True)
class PeopleFilter:
    """Whom a list of people is narrowed to. Names, e-mail addresses and staff IDs by any part."""

    text: str = ""
    role: Role | None = None
    team: int | None = None
    access: Access | None = None

    def as_args(self) -> dict[str, str]:
        """The filter as an address carries it."""
        parts = {"q": self.text, "role": self.role, "team": self.team, "access": self.access}
        return {name: str(value) for name, value in parts.items() if value}


def read_people_filter(args: Mapping[str, str]) -> PeopleFilter:
    """Read the filter from an address's arguments; what cannot be read narrows nothing."""
    role, team, access = (args.get(name, "") for name in ("role", "team", "access"))
    return PeopleFilter(
        text=" ".join(args.get("q", "").split())[:100],
        role=Role(role) if role in list(Role) else None,
        team=whole_number(team),
        access=Access(access) if access in list(Access) else None,
    )


def count_people(by: PeopleFilter) -> int:
    return db.session.scalar(_narrowed(select(func.count(User.id)), by)) or 0


def people_page(by: PeopleFilter, paging: Paging) -> Sequence[User]:
    """A page of people in the order of their names, with their roles."""
    wanted = _narrowed(select(User), by).order_by(func.lower(User.name), User.id)
    return db.session.scalars(wanted.offset(paging.offset).limit(paging.per_page)).all()


def _narrowed(wanted: Select[Any], by: PeopleFilter) -> Select[Any]:
    if by.text:
        columns = (User.name, User.email, User.staff_id)
        wanted = wanted.where(or_(*(each.icontains(by.text, autoescape=True) for each in columns)))
    if by.role is not None:
        wanted = wanted.where(User.grants.any(RoleGrant.role == by.role))
    if by.team is not None:
        wanted = wanted.where(User.grants.any(RoleGrant.team_id == by.team))
    match by.access:
        case Access.SWITCHED_OFF:
            wanted = wanted.where(User.active.is_(False))
        case Access.CAN_SIGN_IN:
            wanted = wanted.where(User.signs_in)
        case Access.NO_PASSWORD:
            wanted = wanted.where(User.active, ~User.signs_in)
    return wanted


def person(reference: str) -> User:
    """A person by their reference; 404 where there is none."""
    found: User | None = db.session.scalar(select(User).where(User.reference == reference))
    if found is None:
        abort(404)
    return found


class Kind(StrEnum):
    """The kinds of place; the values stand in addresses."""

    SERVICE = "service"
    LOCALITY = "locality"
    TEAM = "team"

    @property
    def plural(self) -> str:
        return "localities" if self is Kind.LOCALITY else f"{self.value}s"


Place = Service | Locality | Team
TABLES: dict[Kind, type[Place]] = {
    Kind.SERVICE: Service,
    Kind.LOCALITY: Locality,
    Kind.TEAM: Team,
}


def places(kind: Kind) -> Sequence[Place]:
    """Every place of a kind by name, those in use first; teams with service and locality."""
    table = TABLES[kind]
    wanted: Select[Any] = select(table).order_by(table.active.desc(), table.name)
    if kind is Kind.TEAM:
        wanted = wanted.options(joinedload(Team.service), joinedload(Team.locality))
    return db.session.scalars(wanted).all()


def place(kind: Kind, number: int) -> Place:
    """One place by its row number; 404 where there is none."""
    found = next((each for each in places(kind) if each.id == number), None)
    if found is None:
        abort(404)
    return found


def place_called(kind: Kind, name: str) -> Place | None:
    """The place of a kind that has this name, in any letter case."""
    wanted = name.casefold()
    return next((each for each in places(kind) if each.name.casefold() == wanted), None)


def choices_for_team(team: Team | None) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Services and localities a team may have: those in use, and the ones it has now."""
    return (
        _in_use_or(Service, team.service_id if team else None),
        _in_use_or(Locality, team.locality_id if team else None),
    )


def _in_use_or(table: type[Service] | type[Locality], now: int | None) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(table.id, table.name).where(or_(table.active, table.id == now)).order_by(table.name)
    )
    return [(row.id, row.name) for row in rows]


def teams_of(kind: Kind, found: Place) -> int:
    """How many teams in use belong to a service or a locality."""
    column = Team.service_id if kind is Kind.SERVICE else Team.locality_id
    return (
        db.session.scalar(select(func.count(Team.id)).where(Team.active, column == found.id)) or 0
    )
