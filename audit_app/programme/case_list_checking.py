"""What taking a list of open cases would do, told before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import and_, select

from audit_app.extensions import db
from audit_app.files.limits import limits
from audit_app.files.reading import read_table
from audit_app.models import Locality, OpenCase, ProgrammeCycle, Service, Team
from audit_app.rules.open_cases import (
    Earlier,
    ListPlan,
    ListRead,
    Place,
    Places,
    TeamPlace,
    plan_list,
    read_list,
)


@dataclass(frozen=True)
class ListFile:
    """A file's rows, not yet held against what there is, and what a person should know of it."""

    name: str
    digest: str
    notes: tuple[str, ...]
    read: ListRead


@dataclass(frozen=True)
class CheckedList:
    """A file that could be read, the plan for it, and the places it was held against."""

    file: ListFile
    plan: ListPlan
    places: Places


def read_file(content: bytes, name: str) -> ListFile:
    """Read a file: the slow part, in which nobody who writes should wait.

    Raises:
        FileRefused: when it cannot be read as a table at all.
    """
    table = read_table(content, name, limits())
    return ListFile(name, sha256(content).hexdigest(), table.notes, read_list(table.rows))


def check(file: ListFile, cycle: ProgrammeCycle) -> CheckedList:
    """Hold a file against the places there are and the cycle's list so far. Writes nothing."""
    places = places_known()
    return CheckedList(file, plan_list(file.read, places, _earlier(cycle)), places)


def places_known() -> Places:
    """Every place there is, in use or not."""
    teams = db.session.execute(
        select(
            Team.id,
            Team.name,
            # A team is of no use where its service or its locality is not.
            and_(Team.active, Service.active, Locality.active),
            Service.name,
            Locality.name,
        )
        .join(Team.service)
        .join(Team.locality)
    )
    return Places(
        service=_by_name(Service),
        locality=_by_name(Locality),
        team={row.name.casefold(): TeamPlace(*row) for row in teams},
    )


def _by_name(kind: type[Service] | type[Locality]) -> dict[str, Place]:
    rows = db.session.execute(select(kind.id, kind.name, kind.active))
    return {name.casefold(): Place(id_, name, active) for id_, name, active in rows}


def _earlier(cycle: ProgrammeCycle) -> Earlier:
    rows = db.session.execute(
        select(OpenCase.case_reference, OpenCase.exempted_at).where(OpenCase.cycle_id == cycle.id)
    ).all()
    return Earlier(
        cases=frozenset(reference.casefold() for reference, _ in rows),
        exempted=frozenset(reference.casefold() for reference, at in rows if at is not None),
    )
