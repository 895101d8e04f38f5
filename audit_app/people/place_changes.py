"""What an administrator does for services, localities and teams. None is ever deleted."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import Team, User, remember
from audit_app.people.answers import Refused, place_name_typed
from audit_app.people.changes import Stale
from audit_app.people.queries import TABLES, Kind, Place, teams_of


def read_at(found: Place) -> str:
    """What a page that shows a place carries, to notice that it was changed since."""
    team = (found.service_id, found.locality_id) if isinstance(found, Team) else ()
    return sha256(repr((found.name, *team)).encode()).hexdigest()[:16]


def add_place(
    by: User, kind: Kind, name: str, service_id: int | None, locality_id: int | None
) -> Place:
    """Make a service, a locality or a team; not committed.

    Raises:
        Refused: when there is one of this name already, or the name will not do.
    """
    name = place_name_typed(name, kind, None)
    found = TABLES[kind](name=name)
    _put(found, service_id, locality_id)
    db.session.add(found)
    _flush(kind, name)
    remember(db.session, by, f"added {kind.value}", kind.value, str(found.id))
    return found


def change_place(
    by: User, kind: Kind, found: Place, seen: str, name: str,
    service_id: int | None, locality_id: int | None,
) -> None:  # fmt: skip
    """Rename a place; a team may also change its service and locality, for audits begun from now.

    Raises:
        Stale: when the place is no longer as it was ``seen``.
        Refused: when there is another of this name already, or the name will not do.
    """
    db.session.refresh(found, with_for_update={"of": TABLES[kind]})
    if read_at(found) != seen:
        raise Stale
    name = place_name_typed(name, kind, found)
    found.name = name
    _put(found, service_id, locality_id)
    _flush(kind, name)
    if read_at(found) != seen:
        remember(db.session, by, f"changed {kind.value}", kind.value, str(found.id))
    db.session.commit()


def take_out_of_use(by: User, kind: Kind, found: Place) -> None:
    """Offer a place no more for new work; what was recorded there stays as it is.

    Raises:
        Refused: when teams in use still belong to it.
    """
    if kind is not Kind.TEAM and (teams := teams_of(kind, found)):
        are = "team is" if teams == 1 else "teams are"
        raise Refused("name", f"{teams} {are} still in use here. Take them out of use first")
    _use(by, kind, found, False)


def put_back_in_use(by: User, kind: Kind, found: Place) -> None:
    """Offer a place again.

    Raises:
        Refused: when a team's service or locality is itself out of use.
    """
    if isinstance(found, Team):
        for place in (found.service, found.locality):
            if not place.active:
                raise Refused("name", f"{place.name} is out of use. Put it back in use first")
    _use(by, kind, found, True)


def _use(by: User, kind: Kind, found: Place, in_use: bool) -> None:
    if found.active != in_use:
        found.active = in_use
        verb = "put back in use" if in_use else "took out of use"
        remember(db.session, by, verb, kind.value, str(found.id))
    db.session.commit()


def _put(found: Place, service_id: int | None, locality_id: int | None) -> None:
    if isinstance(found, Team) and service_id is not None and locality_id is not None:
        found.service_id, found.locality_id = service_id, locality_id


def _flush(kind: Kind, name: str) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        # Somebody else used the name since we looked.
        db.session.rollback()
        raise Refused("name", f"There is already a {kind.value} called {name}") from None
