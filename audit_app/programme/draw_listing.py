"""The list of a draw: every case as it was drawn, for a page, a file or a command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from audit_app.documents.csv_file import csv_lines
from audit_app.extensions import db
from audit_app.models import (
    Allocation,
    Audit,
    EndedExemption,
    Locality,
    OpenCase,
    ProgrammeCycle,
    Service,
    Team,
    User,
)
from audit_app.programme.allocations import approved_by
from audit_app.programme.drawing import Replayed
from audit_app.rules.drawing import shown_number
from audit_app.rules.permissions import Role
from audit_app.rules.programme import ExcludedBecause
from audit_app.web.paging import Paging

HEADINGS = (
    "case_reference",
    "service",
    "locality",
    "team",
    "drawn_from",
    "number",
    "place",
    "drawn",
    "left_out_because",
    "last_audited_on",
)


@dataclass(frozen=True)
class DrawnCase:
    """A case that is audited in a cycle, or was to be, with its place in the draw."""

    allocation: Allocation
    number: int
    place: int


def count_drawn(user: User, cycle: ProgrammeCycle) -> int:
    """How many cases of a cycle a named senior may see."""
    counted = select(func.count()).select_from(Allocation)
    return db.session.scalar(counted.where(*_drawn_for(user, cycle))) or 0


def _drawn_for(user: User, cycle: ProgrammeCycle) -> tuple[ColumnElement[bool], ...]:
    return (
        Allocation.cycle_id == cycle.id,
        Allocation.open_case_id.is_not(None),
        approved_by(user),
    )


def cases_drawn(user: User, cycle: ProgrammeCycle, paging: Paging) -> list[DrawnCase]:
    """A page of the cases of a cycle that a named senior may see, by service, team and place."""
    rows: Sequence[Any] = db.session.execute(
        select(Allocation, OpenCase.number, OpenCase.place)
        .join(OpenCase, OpenCase.id == Allocation.open_case_id)
        .join(Service, Service.id == Allocation.service_id)
        .join(Team, Team.id == Allocation.team_id)
        .where(*_drawn_for(user, cycle))
        .options(
            joinedload(Allocation.service),
            joinedload(Allocation.team),
            joinedload(Allocation.auditor).selectinload(User.grants),
            joinedload(Allocation.audit).load_only(Audit.state),
        )
        .order_by(Service.name, Team.name, OpenCase.stratum, OpenCase.place, Allocation.id)
        .offset(paging.offset)
        .limit(paging.per_page)
    ).all()
    return [DrawnCase(*row) for row in rows]


def example_of(user: User, cycle: ProgrammeCycle) -> ListedRow | None:
    """A case to show the working of: the first that was drawn, if this senior may see one."""
    rows = rows_of(cycle, and_(seen_by(user), OpenCase.place == 1))
    return next(iter(rows), None)


def seen_by(user: User) -> ColumnElement[bool]:
    """Open cases a named senior may see: all, or those of the services they head."""
    return _within(user, OpenCase.service_id)


def _within(user: User, service: Any) -> ColumnElement[bool]:
    if Role.PRACTICE_LEAD in user.roles:
        return true()
    headed = [g.service_id for g in user.grants if g.role is Role.HEAD_OF_SERVICE]
    return true() if None in headed else or_(false(), service.in_(headed))


def _kept_out_by(user: User) -> ColumnElement[bool]:
    """Open cases a named senior may see, and those they exempted, which are of other services."""
    return or_(seen_by(user), OpenCase.exempted_by_id == user.id)


def sees(user: User, case: OpenCase) -> bool:
    """The same of one case."""
    return Role.PRACTICE_LEAD in user.roles or user.heads(case.service_id)


def exempted(user: User, cycle: ProgrammeCycle) -> Sequence[OpenCase]:
    """Cases that are kept out of the draw by hand; those they exempted themselves too."""
    return db.session.scalars(
        select(OpenCase)
        .where(OpenCase.cycle_id == cycle.id, OpenCase.exempted_at.is_not(None), _kept_out_by(user))
        .options(
            joinedload(OpenCase.service),
            joinedload(OpenCase.team),
            joinedload(OpenCase.exempted_by),
        )
        .order_by(OpenCase.case_reference)
    ).all()


def exempted_before(user: User, cycle: ProgrammeCycle) -> Sequence[EndedExemption]:
    """Exemptions that were ended before the draw, the first one ended first."""
    theirs = or_(_within(user, EndedExemption.service_id), EndedExemption.exempted_by_id == user.id)
    return db.session.scalars(
        select(EndedExemption)
        .where(EndedExemption.cycle_id == cycle.id, theirs)
        .options(joinedload(EndedExemption.exempted_by), joinedload(EndedExemption.ended_by))
        .order_by(EndedExemption.id)
    ).all()


def open_case(cycle: ProgrammeCycle, reference: str) -> OpenCase | None:
    """The open case of a cycle with this reference, for whoever may exempt it to name."""
    return db.session.scalar(_named(cycle, reference))


def exempted_case(user: User, cycle: ProgrammeCycle, reference: str) -> OpenCase | None:
    """The same, if this senior may see it or exempted it."""
    return db.session.scalar(_named(cycle, reference).where(_kept_out_by(user)))


def _named(cycle: ProgrammeCycle, reference: str) -> Select[OpenCase]:
    return select(OpenCase).where(
        OpenCase.cycle_id == cycle.id,
        func.lower(OpenCase.case_reference) == reference.lower(),
    )


@dataclass(frozen=True)
class ListedRow:
    """One case of a draw, as a file or a command shows it."""

    case_reference: str
    service: str
    locality: str
    team: str
    stratum: str
    number: int
    place: int | None
    chosen: bool
    excluded_because: ExcludedBecause | None
    last_audited_on: object

    @property
    def cells(self) -> tuple[object, ...]:
        own_team = self.stratum.startswith("team-")
        return (
            self.case_reference,
            self.service,
            self.locality,
            self.team,
            self.team if own_team else self.service,
            shown_number(self.number),
            self.place,
            "yes" if self.chosen else "no",
            self.excluded_because and self.excluded_because.label,
            self.last_audited_on,
        )


def rows_of(cycle: ProgrammeCycle, seen: ColumnElement[bool] | None = None) -> list[ListedRow]:
    """Every case of a draw in the drawn order, stratum by stratum; those left out come last."""
    rows: Sequence[Any] = db.session.execute(
        select(
            OpenCase.case_reference,
            Service.name,
            Locality.name,
            Team.name,
            OpenCase.stratum,
            OpenCase.number,
            OpenCase.place,
            OpenCase.chosen,
            OpenCase.excluded_because,
            OpenCase.last_audited_on,
        )
        .join(Service, Service.id == OpenCase.service_id)
        .join(Locality, Locality.id == OpenCase.locality_id)
        .join(Team, Team.id == OpenCase.team_id)
        .where(OpenCase.cycle_id == cycle.id, true() if seen is None else seen)
        .order_by(Service.name, OpenCase.stratum, OpenCase.place.is_(None), OpenCase.place)
        .order_by(OpenCase.case_reference)
    ).all()
    return [ListedRow(*row) for row in rows]


def csv_of(rows: Sequence[ListedRow]) -> Iterator[str]:
    return csv_lines(HEADINGS, (row.cells for row in rows))


def written(cycle: ProgrammeCycle, style: str) -> str:
    """The whole list as the command prints it: a table to read, CSV, or JSON."""
    rows = rows_of(cycle)
    if style == "csv":
        return "".join(csv_of(rows))
    if style == "json":
        return _json(cycle, rows)
    lines = [HEADINGS, *(tuple(map(_word, row.cells)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(cell.ljust(wide) for cell, wide in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def _json(cycle: ProgrammeCycle, rows: Sequence[ListedRow]) -> str:
    settings = {
        "cycle": cycle.name,
        "reference": cycle.reference,
        "seed": cycle.seed,
        "drawn_on": str(cycle.drawn_on),
    }
    cases = [dict(zip(HEADINGS, map(_plain, row.cells), strict=True)) for row in rows]
    return json.dumps(settings | {"cases": cases}, ensure_ascii=False, indent=2) + "\n"


def _word(cell: object) -> str:
    return "" if cell is None else str(cell)


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, int) else str(cell)


def verdict(cycle: ProgrammeCycle, replayed: Sequence[Replayed]) -> str:
    """What the replay proved, in a sentence."""
    different = sum(not each.same for each in replayed)
    if different:
        return f"{cycle.name}: {different} of {len(replayed)} cases came out otherwise."
    return f"{cycle.name}: all {len(replayed)} cases came out the same."
