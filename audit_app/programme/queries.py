"""Reading the programme: its cycles, how far each of them is, and who audits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from audit_app.audits.lately import still_to_come
from audit_app.extensions import db
from audit_app.models import (
    Absence,
    Allocation,
    Audit,
    CaseList,
    HistoryEvent,
    ProgrammeCycle,
    ProgrammeTarget,
    User,
)
from audit_app.rules.allocation_steps import AllocationState

RECORD_TYPE = "programme cycle"


def cycle_for(reference: str) -> ProgrammeCycle:
    """The cycle of this reference; otherwise 404."""
    found = db.session.scalar(select(ProgrammeCycle).where(ProgrammeCycle.reference == reference))
    if found is None:
        abort(404)
    return found


def cycle_called(typed: str) -> ProgrammeCycle | None:
    """The cycle of this reference or name, for a command."""
    return db.session.scalar(
        select(ProgrammeCycle).where(
            (ProgrammeCycle.reference == typed.upper()) | (ProgrammeCycle.name == typed)
        )
    )


def latest_cycle() -> ProgrammeCycle | None:
    """The cycle that starts last, drawn or not."""
    latest = select(ProgrammeCycle).order_by(
        ProgrammeCycle.starts_on.desc(), ProgrammeCycle.id.desc()
    )
    return db.session.scalar(latest.limit(1))


@dataclass(frozen=True)
class Given:
    """What became of the audits of a cycle. Another case in a case's place counts, that one not.

    ``exempt`` are among the ``allocated``; ``done`` are recorded; ``waiting`` have nobody who can
    do them.
    """

    allocated: int = 0
    exempt: int = 0
    done: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class CycleLine:
    """A cycle in the list. ``open_cases`` is None until a list is uploaded."""

    cycle: ProgrammeCycle
    open_cases: int | None
    to_audit: int
    given: Given


def cycles() -> list[CycleLine]:
    """Every cycle, the latest first."""
    rows = db.session.execute(
        select(ProgrammeCycle, CaseList.rows)
        .outerjoin(CaseList, CaseList.cycle_id == ProgrammeCycle.id)
        .order_by(ProgrammeCycle.starts_on.desc(), ProgrammeCycle.id.desc())
    ).all()
    targets, given = _to_audit_by_cycle(), given_by_cycle()
    return [
        CycleLine(cycle, rows_, targets.get(cycle.id, 0), given.get(cycle.id, Given()))
        for cycle, rows_ in rows
    ]


def _to_audit_by_cycle() -> dict[int, int]:
    """How many cases each cycle asks for: the services' numbers, which the teams' are part of."""
    rows = db.session.execute(
        select(ProgrammeTarget.cycle_id, func.sum(ProgrammeTarget.number))
        .where(ProgrammeTarget.service_id.is_not(None))
        .group_by(ProgrammeTarget.cycle_id)
    )
    return {cycle_id: int(number) for cycle_id, number in rows}


def given_by_cycle(*which: ColumnElement[bool]) -> dict[int, Given]:
    """What became of the audits of each cycle, by its row number."""
    exempt = Allocation.put_aside == AllocationState.EXEMPT
    rows = db.session.execute(
        select(
            Allocation.cycle_id,
            func.count(),
            _count(exempt),
            _count(and_(Allocation.put_aside.is_(None), Audit.recorded)),
            _count(without_auditor()),
        )
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(
            Allocation.cycle_id.is_not(None),
            or_(Allocation.put_aside.is_(None), exempt),
            *which,
        )
        .group_by(Allocation.cycle_id)
    )
    return {
        cycle_id: Given(*(int(each) for each in counts))
        for cycle_id, *counts in rows
        if cycle_id is not None
    }


def without_auditor() -> ColumnElement[bool]:
    """Allocations, joined to their audits, that nobody has who can do them.

    The same as the state "waiting": no person, or one who cannot sign in and record any more.
    """
    return and_(still_to_come(), ~Allocation.auditor.has(User.records_audits))


def given_of(cycle: ProgrammeCycle) -> Given:
    return given_by_cycle(Allocation.cycle_id == cycle.id).get(cycle.id, Given())


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


def auditors() -> Sequence[User]:
    """Everybody who can be given an audit: who records audits and can sign in, by name."""
    return db.session.scalars(
        select(User).where(User.records_audits).order_by(User.name, User.id)
    ).all()


def audits_each(cycle: ProgrammeCycle, people: Sequence[User]) -> dict[int, int]:
    """How many audits each of these people does in a cycle, by row number of the person."""
    own = {each.auditor_id: each.number for each in cycle.targets if each.auditor_id is not None}
    return {person.id: own.get(person.id, cycle.audits_each) for person in people}


def history_of(cycle: ProgrammeCycle) -> Sequence[HistoryEvent]:
    """What was done to a cycle, the first thing first."""
    return db.session.scalars(
        select(HistoryEvent)
        .where(
            HistoryEvent.record_type == RECORD_TYPE,
            HistoryEvent.record_reference == cycle.reference,
        )
        .order_by(HistoryEvent.id)
    ).all()


def absences_to_come() -> Sequence[Absence]:
    """Absences that are not over, the nearest first."""
    return db.session.scalars(
        select(Absence)
        .where(Absence.last_day >= date.today())
        .options(joinedload(Absence.user), joinedload(Absence.recorded_by))
        .order_by(Absence.first_day, Absence.id)
    ).all()
