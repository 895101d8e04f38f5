"""Making the services, localities, teams and people that a file names and nobody has made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Locality, RoleGrant, Service, Team, Thread, ThreadSet, User
from audit_app.rules.import_places import PersonToMake, Unknown

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Ids:
    """Row numbers by name as names are compared: in lower case, people by e-mail address.

    ``threads`` gives row number and position by thread set and thread code.
    """

    services: Mapping[str, int]
    localities: Mapping[str, int]
    teams: Mapping[str, int]
    people: Mapping[str, int]
    thread_sets: Mapping[str, int]
    threads: Mapping[tuple[str, str], tuple[int, int]]


def make_missing(create: Unknown) -> Ids:
    """Make what is missing, without committing, and number everything an audit can name."""
    db.session.add_all(Service(name=name) for name in create.services)
    db.session.add_all(Locality(name=name) for name in create.localities)
    db.session.flush()
    services, localities = _ids(Service.name, Service.id), _ids(Locality.name, Locality.id)
    db.session.add_all(
        Team(
            name=team.name,
            service_id=services[team.service.casefold()],
            locality_id=localities[team.locality.casefold()],
        )
        for team in create.teams
    )
    db.session.add_all(_person(each) for each in create.people)
    db.session.flush()
    return Ids(
        services=services,
        localities=localities,
        teams=_ids(Team.name, Team.id),
        people=_ids(User.email, User.id),
        thread_sets=_ids(ThreadSet.code, ThreadSet.id, as_written=True),
        threads=_threads(),
    )


def _person(named: PersonToMake) -> User:
    """Somebody who cannot sign in: whoever lets them in says then what they may do."""
    user = User(email=named.email, name=named.name[:_LONGEST_NAME])
    user.grants.extend(RoleGrant(role=role) for role in named.roles)
    return user


def _ids(name: Any, number: Any, as_written: bool = False) -> dict[str, int]:
    rows = db.session.execute(select(name, number))
    return {said if as_written else said.casefold(): row_number for said, row_number in rows}


def _threads() -> dict[tuple[str, str], tuple[int, int]]:
    rows = db.session.execute(
        select(ThreadSet.code, Thread.code, Thread.id, Thread.position).join(
            Thread, Thread.thread_set_id == ThreadSet.id
        )
    )
    return {(thread_set, code): (number, position) for thread_set, code, number, position in rows}
