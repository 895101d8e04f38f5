"""Audits with something in every table that belongs to one, every text of it marked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy import JSON, Column, Enum, LargeBinary, String, Table, insert, select, update

from audit_app.disposal.belonging import PARTS
from audit_app.extensions import db
from audit_app.models import Allocation, Audit, Base, DisposalCertificate
from audit_app.rules.audit_steps import AuditState
from tests.people import World

_numbers = count(1)
#: What has to be said of a row so that nothing of it is open.
_SETTLED: dict[str, dict[str, Any]] = {
    "actions": {"source": "audit", "state": "closed", "difference": "yes", "look_again_on": None},
    "action_entries": {"event": "note"},
    "allocations": {"put_aside": None},
    "saved_sections": {"section": "case"},
}
#: A row that belongs to no other record, and of no programme.
_LEFT_OUT = {
    *("joined_to_id", "like_id", "in_place_of_id", "re_audit_of_id"),
    *("cycle_id", "open_case_id"),
}


def old_audit(
    world: World, mark: str, on: date = date(2018, 5, 3), case: str = "OLDCASE1", **more: Any
) -> Audit:
    """A moderated audit of years ago, all of it settled, with ``mark`` in each of its texts."""
    audit = world.recorded_audit(on=on, case=case, state=AuditState.ACCEPTED, **more)
    known = {"audits": audit.id}
    for part in PARTS:
        if part.table not in ("findings", "judgements"):
            _add_row(part.rows, world, known, mark, on)
    _mark_and_date("audits", Base.metadata.tables["audits"].c.id == audit.id, mark, on)
    for part in PARTS:
        if part.table not in ("actions", "passages"):
            _mark_and_date(part.table, part.belongs_to([known[part.of]]), mark, on)
    given = update(Allocation).where(Allocation.audit_id == audit.id)
    db.session.execute(given.values(case_reference=case))
    db.session.commit()
    return audit


def disposed_before(day: date) -> None:
    """The records of all years before were disposed of."""
    certificate = {"rule": "six years", "counts": {}, "references": [], "checksum": "0" * 64}
    made = DisposalCertificate(before=day, counts_from=day, totals=[], **certificate)
    db.session.add(made)
    db.session.commit()


def _add_row(table: Table, world: World, known: dict[str, int], mark: str, on: date) -> None:
    filled = [each for each in table.c if each.name != "id" and not _left_out(each)]
    values = {each.name: _value(each, world, known, mark, on) for each in filled}
    values |= _SETTLED.get(table.name, {})
    made = insert(table)
    if "id" in table.c:
        known[table.name] = db.session.execute(made.returning(table.c.id), values).scalar_one()
    else:
        db.session.execute(made, values)


def _left_out(column: Column[Any]) -> bool:
    return bool(column.nullable) and column.name in _LEFT_OUT


def _value(column: Column[Any], world: World, known: Mapping[str, int], mark: str, on: date) -> Any:
    kind = column.type
    if column.foreign_keys:
        return _row_of(next(iter(column.foreign_keys)).column.table, world, known)
    if isinstance(kind, Enum):
        return "good" if "good" in kind.enums else kind.enums[0]
    if column.name == "reference":
        return f"{mark[:3]}-{next(_numbers):05}"[:9]
    if isinstance(kind, String):
        return mark[: kind.length or None]
    if isinstance(kind, JSON):
        return {"said": mark}
    return {
        date: on,
        datetime: datetime.combine(on, time(12), UTC),
        bool: True,
        int: 1,
    }[kind.python_type]


def _row_of(table: Table, world: World, known: Mapping[str, int]) -> int | None:
    if table.name in known:
        return known[table.name]
    rows = {
        "users": world.alice.id,
        "teams": world.south.id,
        "services": world.south.service_id,
        "localities": world.south.locality_id,
        "threads": world.thread_set.threads[0].id,
    }
    if table.name in rows:
        return rows[table.name]
    found: int | None = db.session.scalar(select(table.c.id).limit(1))
    return found or _made(table, world)


def _made(table: Table, world: World) -> int:
    """A row that belongs to no audit and that one has to refer to."""
    known: dict[str, int] = {}
    mark = "kept"
    _add_row(table, world, known, mark, date(2018, 1, 1))
    return known[table.name]


def _mark_and_date(name: str, which: Any, mark: str, on: date) -> None:
    """Put the mark into every free text, and old dates into every moment."""
    table = Base.metadata.tables[name]
    said: dict[str, Any] = {}
    for column in table.c:
        if isinstance(column.type, Enum) or column.primary_key or column.foreign_keys:
            continue
        if column.type.python_type is datetime:
            said[column.name] = datetime.combine(on, time(12), UTC)
        elif isinstance(column.type, String) and column.name not in (
            *("reference", "case_reference", "worker_staff_id"),
        ):
            said[column.name] = mark[: column.type.length or None]
    if said:
        statement = update(table).where(which).values(said)
        db.session.execute(statement, execution_options={"synchronize_session": False})


def texts_holding(mark: str) -> list[str]:
    """Every column of every table that holds a text, searched for a mark in any case."""
    found = []
    for table in Base.metadata.tables.values():
        read = [c for c in table.c if isinstance(c.type, String | JSON | LargeBinary)]
        for row in db.session.execute(select(*read)) if read else ():
            found += [
                f"{table.name}.{column.name}"
                for column, value in zip(read, row, strict=True)
                if mark.lower() in str(value).lower()
            ]
    return sorted(set(found))
