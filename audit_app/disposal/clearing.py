"""What goes besides audits: messages, old lists of open cases, stakes in cases long gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, null, or_, select, update

from audit_app.disposal.standing import under_hold
from audit_app.extensions import db
from audit_app.models import (
    Allocation,
    AllocationRequest,
    Audit,
    CaseList,
    DeclaredStake,
    EndedExemption,
    Message,
    MessageState,
    OpenCase,
    ProgrammeCycle,
)
from audit_app.rules.retention import Due, Periods

_ON_THEIR_WAY = (MessageState.WAITING, MessageState.SENDING)
#: What holds a cycle's cases, each before what it refers to.
_OF_CYCLES: tuple[Any, ...] = (Allocation, OpenCase, EndedExemption, CaseList)
_WITH_CASES: tuple[Any, ...] = (Allocation, OpenCase, EndedExemption)


@dataclass(frozen=True)
class ListDue:
    """The open cases of a cycle that ended long ago: how many rows of which table."""

    id: int
    reference: str
    name: str
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Clearing:
    """What goes besides audits. ``lists_held`` wait for an audit or for a case under hold."""

    messages: int = 0
    stakes: tuple[int, ...] = ()
    lists: tuple[ListDue, ...] = ()
    lists_held: int = 0


def to_clear(periods: Periods, today: date, going: Collection[Due] = ()) -> Clearing:
    """What goes besides audits today, once these audits and drafts are gone."""
    before = periods.audits_before(today)
    messages = _count(Message, _old_messages(periods, today))
    if before is None:
        return Clearing(messages)
    gone = {each.id for each in going if not each.draft}
    unfinished = {each.id for each in going if each.draft}
    ended = db.session.execute(
        select(ProgrammeCycle.id, ProgrammeCycle.reference, ProgrammeCycle.name)
        .where(ProgrammeCycle.ends_on < before, _has_rows())
        .order_by(ProgrammeCycle.starts_on, ProgrammeCycle.id)
    ).all()
    kept = _kept([row.id for row in ended], gone | unfinished)
    lists = [row for row in ended if row.id not in kept]
    stakes = _old_stakes(before, gone, {row.id for row in lists})
    found = tuple(ListDue(*row, rows=_rows_of(row.id, gone)) for row in lists)
    return Clearing(messages, stakes, tuple(each for each in found if each.rows), len(kept))


def clear_messages(periods: Periods, today: date) -> int:
    """Delete messages whose time is up; how many. Not committed."""
    return _run(delete(Message).where(_old_messages(periods, today)))


def clear_stakes(stakes: Sequence[int]) -> int:
    """Delete stakes by their numbers; how many. Not committed."""
    return _run(delete(DeclaredStake).where(DeclaredStake.id.in_(stakes))) if stakes else 0


def may_go(cycle: int) -> bool:
    """Whether nothing keeps the list of a cycle."""
    return not _kept([cycle], ())


def clear_list(cycle: int) -> dict[str, int]:
    """Delete a cycle's open cases and what was given of them; rows by table. Not committed."""
    given = select(Allocation.id).where(Allocation.cycle_id == cycle)
    instead = update(Allocation).where(Allocation.in_place_of_id.in_(given))
    _run(instead.values(in_place_of_id=None))
    requests = AllocationRequest.allocation_id.in_(given)
    counts = {AllocationRequest.__tablename__: _run(delete(AllocationRequest).where(requests))}
    for table in _OF_CYCLES:
        counts[table.__tablename__] = _run(delete(table).where(table.cycle_id == cycle))
    return {table: n for table, n in counts.items() if n}


def _rows_of(cycle: int, gone: Collection[int]) -> dict[str, int]:
    given = select(Allocation.id, Allocation.audit_id, Allocation.re_audit_of_id)
    left = [
        row.id
        for row in db.session.execute(given.where(Allocation.cycle_id == cycle))
        if row.audit_id not in gone and row.re_audit_of_id not in gone
    ]
    of_list = {each: _count(each, each.cycle_id == cycle) for each in _OF_CYCLES[1:]}
    counts = {
        AllocationRequest.__tablename__: _count(
            AllocationRequest, AllocationRequest.allocation_id.in_(left)
        ),
        Allocation.__tablename__: len(left),
        **{each.__tablename__: n for each, n in of_list.items()},
    }
    return {table: n for table, n in counts.items() if n}


def _has_rows() -> ColumnElement[bool]:
    of = (select(each.id).where(each.cycle_id == ProgrammeCycle.id) for each in _OF_CYCLES)
    return or_(*(each.exists() for each in of))


def _kept(cycles: Sequence[int], gone: Collection[int]) -> set[int]:
    """The cycles of which an audit is left, or a case is under hold."""
    drawn = select(Allocation.cycle_id, Allocation.audit_id).where(
        Allocation.cycle_id.in_(cycles), Allocation.audit_id.is_not(None)
    )
    kept = {cycle for cycle, audit in db.session.execute(drawn) if cycle and audit not in gone}
    for table in _WITH_CASES:
        held = func.lower(table.case_reference).in_(under_hold())
        of = select(table.cycle_id).where(table.cycle_id.in_(cycles), held)
        kept |= set(db.session.scalars(of))
    return kept


def _old_messages(periods: Periods, today: date) -> ColumnElement[bool]:
    before = periods.drafts_before(today) or date.min
    return and_(
        Message.made_at < datetime.combine(before, time.min, UTC),
        Message.state.not_in(_ON_THEIR_WAY),
    )


def _old_stakes(before: date, gone: Collection[int], lists: Collection[int]) -> tuple[int, ...]:
    """Stakes declared long ago in cases of which nothing else will be left."""
    case = func.lower(DeclaredStake.case_reference)
    declared = DeclaredStake.declared_at < datetime.combine(before, time.min, UTC)
    wanted = select(DeclaredStake.id, case).where(declared, case.not_in(under_hold()))
    old: dict[int, str] = dict(db.session.execute(wanted).all())
    named = set(old.values())
    left = {name for number, name in _cases(Audit, named, Audit.id) if number not in gone}
    for table in _WITH_CASES:
        audits = [getattr(table, name, null()) for name in ("audit_id", "re_audit_of_id")]
        for cycle, audit, earlier, name in _cases(table, named, table.cycle_id, *audits):
            if cycle not in lists and audit not in gone and earlier not in gone:
                left.add(name)
    return tuple(number for number, name in old.items() if name not in left)


def _cases(table: Any, named: Collection[str], *of: Any) -> list[tuple[Any, ...]]:
    case = func.lower(table.case_reference)
    return [tuple(row) for row in db.session.execute(select(*of, case).where(case.in_(named)))]


def _count(table: Any, which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(which)) or 0


def _run(statement: Any) -> int:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)
