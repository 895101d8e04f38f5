"""No table that belongs to an audit, or names a case, is forgotten when one goes or is told."""

from __future__ import annotations

from sqlalchemy import Table

from audit_app.disposal.belonging import (
    AUDITS,
    BY_CASE,
    BY_REFERENCE,
    KEEPS,
    LETS_GO,
    NO_CASE,
    PARTS,
)
from audit_app.disposal.subject import NOT_TOLD, SEARCHED
from audit_app.models import Base

TABLES = Base.metadata.tables


def _referring_to(name: str) -> set[tuple[str, str]]:
    return {
        (table.name, key.parent.name)
        for table in TABLES.values()
        for key in table.foreign_keys
        if key.column.table.name == name
    }


def test_every_foreign_key_to_what_goes_is_dealt_with() -> None:
    goes = {AUDITS, *(part.table for part in PARTS)}
    parts = {(part.table, column) for part in PARTS for column in part.columns}
    settled = parts | set(KEEPS) | {(table, column) for table, column, _ in LETS_GO}
    assert {key for name in goes for key in _referring_to(name)} - settled == set()


def test_what_belongs_comes_after_what_it_belongs_to() -> None:
    known = [AUDITS]
    for part in PARTS:
        assert part.of in known, part
        known.append(part.table)


def test_every_table_that_belongs_to_a_case_is_told_or_says_why_not() -> None:
    told = {*BY_CASE, *BY_REFERENCE, *SEARCHED, *(part.table for part in PARTS)}
    named = told | set(NOT_TOLD)
    belongs = {table.name for table in TABLES.values() if _names_a_case(table)} - set(NO_CASE)
    while more := {key[0] for name in belongs for key in _referring_to(name)} - belongs:
        belongs |= more
    assert belongs - named == set()
    assert set(NOT_TOLD) <= belongs


def _names_a_case(table: Table) -> bool:
    names = {"case_reference", "record_reference", "audit_id"}
    return not names.isdisjoint(column.name for column in table.c)


def test_every_reason_is_a_sentence() -> None:
    assert all(each.endswith(".") for each in (*NOT_TOLD.values(), *NO_CASE.values()))
