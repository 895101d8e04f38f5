"""Many audits that are ready to be submitted, and what submitting one of them writes."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from flask import current_app
from sqlalchemy import Table, insert, inspect, select

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Base,
    Finding,
    HistoryEvent,
    OnceToken,
    Team,
    User,
)
from audit_app.models.base import new_reference
from audit_app.tallying.keeping import count_again
from tests.bench.bare import Recipe
from tests.browser_page import PageClient
from tests.recording import record_everything
from tests.statements import given_to, statements

_INTO_TALLIES = re.compile(r"(INSERT INTO|UPDATE) \w*tallies")
#: Rows written with an audit that are not its own; its history's seals are the bare view's to add.
_BESIDE: tuple[type[Base], ...] = (HistoryEvent, OnceToken)


def ready_audit(auditor: User) -> int:
    """Record an audit through its pages, up to submitting it; its row number."""
    elsewhere = db.session.scalars(select(Team).order_by(Team.id.desc()).limit(1)).one()
    world: Any = SimpleNamespace(south=elsewhere)
    web = PageClient(current_app._get_current_object())  # type: ignore[attr-defined]
    web.sign_in(auditor)
    record_everything(web, world)
    newest = select(Audit.id).order_by(Audit.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def copies(audit: int, how_many: int) -> list[tuple[int, str]]:
    """So many more like it, each by row number and reference. Committed."""
    count_again(db.session)
    row = _held(Audit, Audit.id == audit)[0]
    named = [row | {"reference": new_reference()} for _ in range(how_many)]
    made = insert(Audit).returning(Audit.id, Audit.reference)
    found = [(id_, reference) for id_, reference in db.session.execute(made, named)]
    for kind in _of_audits():
        rows = _held(kind, kind.audit_id == audit)  # type: ignore[attr-defined]
        every = [held | {"audit_id": number} for number, _ in found for held in rows]
        if every:
            db.session.execute(insert(kind), every)
    db.session.commit()
    return found


def submitted(web: PageClient, audit: int, reference: str) -> Recipe:
    """What submitting this audit writes, found by doing so."""
    kinds = [*_of_audits(), *_BESIDE]
    before = {kind: _keys(kind) for kind in kinds}
    draft = _held(Audit, Audit.id == audit)[0]
    page = web.get(f"/audits/{reference}/check")
    with statements() as sent:
        web.send(page, "Submit the audit")
    db.session.expire_all()
    now = _held(Audit, Audit.id == audit)[0]
    findings = db.session.scalars(select(Finding).where(Finding.audit_id == audit))
    added = [
        (kind, _as_given(row))
        for kind in kinds
        for row in db.session.scalars(select(kind))
        if inspect(row).identity not in before[kind]
    ]
    return Recipe(
        added,
        {name: value for name, value in now.items() if draft[name] != value},
        {each.thread_id: each.final_judgement for each in findings},
        [(str(each), given_to(each)) for each in sent if _INTO_TALLIES.match(each)],
    )


def _of_audits() -> list[type[Base]]:
    """The tables whose rows are each of an audit."""
    mapped = (each.class_ for each in Base.registry.mappers)
    return [kind for kind in mapped if "audit_id" in kind.__mapper__.columns and kind is not Audit]


def _keys(kind: type[Base]) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in db.session.execute(select(*inspect(kind).primary_key))}


def _held(kind: type[Base], which: Any) -> list[dict[str, Any]]:
    return [_as_given(row) for row in db.session.scalars(select(kind).where(which))]


def _as_given(row: Base) -> dict[str, Any]:
    """A row's values, but for those the database makes."""
    table = row.__table__
    assert isinstance(table, Table)
    made = {"id"} if "id" in table.primary_key else set()
    columns = inspect(type(row)).column_attrs
    return {
        each.key: getattr(row, each.key)
        for each in columns
        if each.key not in made
        and getattr(each.columns[0], "computed", None) is None
        and each.columns[0].table is table
    }
