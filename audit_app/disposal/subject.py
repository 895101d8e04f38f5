"""Everything that is held about one case, table by table, as people can read it.

Row numbers are left out: what another row says is told by its name or its reference, and of a
record of another case nothing is told but that there is one, and which where its text names this
case. So it is with what is about no one case, and with what somebody types on another page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, LargeBinary, Select, Table, func, select

from audit_app.disposal.belonging import AUDITS, BY_CASE, BY_REFERENCE, PARTS, numbers_of, rows_of
from audit_app.disposal.naming import naming_records, word_of
from audit_app.extensions import db
from audit_app.models import Base
from audit_app.models.base import JsonObject

#: What belongs to a case or a record and is not told, with why.
NOT_TOLD = {
    "passages": "Copies, for searching, of texts that are told with the audit.",
    "history_seals": "Checksums of the history, which is told.",
}
#: Columns that are left out of what is told, with why.
WITHIN = {("kept_forms", "opening"): "What tells one window of a page from another, for programs."}
#: Texts that may name a case or one of its records though nothing ties them to it.
SEARCHED = ("alerts", "kept_forms", "messages", "prints", "saved_views", "summaries")
#: Those that are about no one case: they may say more of others, and are named without their text.
_ABOUT_MANY = {"alerts": "alert", "summaries": "summary"}
_TYPED = "kept_forms"
#: What other rows are called by, where it is no reference.
_NAMED = (
    *("users", "teams", "services", "localities", "themes", "threads", "thread_sets"),
    *("programme_cycles", "moderation_cycles"),
)
_ANOTHER = "another record"
_AT_ONCE = 1000

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class HeldAboutCase:
    """Rows by table, each row's values by what they are called.

    ``named_in``: what is not of this case and names it in its text, without that text.
    """

    rows: Mapping[str, Sequence[JsonObject]]
    audits: tuple[str, ...]
    named_in: Sequence[JsonObject] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {table: len(rows) for table, rows in self.rows.items()}


def held_about(case: str) -> HeldAboutCase | None:
    """Gather it in the running transaction; None where nothing is held."""
    found: Rows = defaultdict(list)
    for name, column in BY_CASE.items():
        table = _table(name)
        found[name] = _rows(select(table).where(func.lower(table.c[column]) == case.lower()))
    _add_what_belongs(found)
    references = [each for rows in found.values() for row in rows if (each := row.get("reference"))]
    for name, column in BY_REFERENCE.items():
        table = _table(name)
        found[name] = _rows(select(table).where(table.c[column].in_(references)))
    elsewhere: Rows = defaultdict(list)
    for name in SEARCHED:
        for row in _naming(_table(name), [case, *references]):
            told = found if _is_of_case(name, row, references) else elsewhere
            told[name].append(row)
    named_in = [*_named_in([case, *references], found), *_named_elsewhere(elsewhere)]
    held = {name: list(_told(name, found)) for name, rows in found.items() if rows}
    audits = tuple(row["reference"] for row in found[AUDITS])
    return HeldAboutCase(held, audits, named_in) if held or named_in else None


def _is_of_case(name: str, row: Mapping[str, Any], references: Sequence[str]) -> bool:
    """Whether a row whose text names the case is about it, and not about others too.

    What somebody types is about the record of its page, whatever it names.
    """
    if name == _TYPED:
        return bool(references) and word_of(references).search(row["path"]) is not None
    return name not in _ABOUT_MANY


def _named_elsewhere(rows: Rows) -> list[JsonObject]:
    """What is not of the case, by what it is called; a form by its page and its writer."""
    records = [
        {"record": record, "reference": row["reference"], "in": table}
        for table, record in _ABOUT_MANY.items()
        for row in rows[table]
    ]
    by = _called(_table(_TYPED).c.user_id, rows)
    forms = [
        {"record": "kept_form", "reference": row["path"], "in": _TYPED, "by": by[row["user_id"]]}
        for row in rows[_TYPED]
    ]
    key = itemgetter("record", "reference")
    return sorted([*records, *forms], key=key)


def _named_in(names: Sequence[str], found: Rows) -> list[JsonObject]:
    own = {name: {row["id"] for row in rows if "id" in row} for name, rows in found.items()}
    return [
        {"record": record, "reference": reference, "in": table}
        for record, reference, table in naming_records(names, own)
    ]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _rows(wanted: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(wanted).mappings()]


def _add_what_belongs(found: Rows) -> None:
    connection = db.session.connection()
    known = dict(numbers_of(connection, [row["id"] for row in found[AUDITS]]))
    for part in PARTS:
        if part.table in NOT_TOLD:
            continue
        # Found by its case already, where it names one: what was put aside has no audit.
        there = {row["id"] for row in found[part.table]} if part.table in BY_CASE else set()
        rows = rows_of(connection, part, known)
        found[part.table] += [row for row in rows if row.get("id") not in there]
        if part.table in known:
            known[part.table] = [row["id"] for row in found[part.table]]


def _naming(table: Table, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows that name the case or one of its records anywhere, as a word of its own."""
    word = word_of(names)
    read = [column for column in table.c if not isinstance(column.type, LargeBinary)]
    for row in db.session.execute(select(*read).execution_options(yield_per=_AT_ONCE)).mappings():
        if any(word.search(str(value)) for value in row.values() if value is not None):
            yield dict(row)


def _told(name: str, found: Rows) -> Iterator[JsonObject]:
    """A table's rows with what other rows are called in place of their numbers."""
    told = [
        column
        for column in _table(name).c
        if column.name != "id" and (name, column.name) not in WITHIN
    ]
    called = {column.name: _called(column, found) for column in told if column.foreign_keys}
    for row in found[name]:
        said: JsonObject = {}
        for column in (each for each in told if each.name in row):
            value = row[column.name]
            names = called.get(column.name)
            if names is None:
                said[column.name] = _plain(value)
            elif value is not None:
                said[column.name.removesuffix("_id")] = names.get(value, _ANOTHER)
        yield said


def _called(column: Column[Any], found: Rows) -> Mapping[int, str]:
    """What the rows that a column refers to are called, by their numbers."""
    target = next(iter(column.foreign_keys)).column.table
    if target.name not in _NAMED:
        return {
            row["id"]: row.get("reference", "a row of it") for row in found.get(target.name, [])
        }
    rows = found[column.table.name]
    wanted = {row[column.name] for row in rows if row[column.name] is not None}
    named = select(target.c.id, target.c.name).where(target.c.id.in_(wanted))
    return dict(db.session.execute(named).all())


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value
