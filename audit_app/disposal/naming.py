"""Which audits and actions of other cases name a case, or a record of it, in their text.

Their text is another child's, so only what they are called is told: somebody has to look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import JSON, Column, Enum, RowMapping, String, Table, Text, cast, func, or_, select

from audit_app.disposal.belonging import AUDITS, PARTS
from audit_app.extensions import db
from audit_app.models import Base

ACTIONS = "actions"
_AT_ONCE = 1000
#: A statement has room for no more.
_NAMES_AT_ONCE = 200
_PARTS = {part.table: part for part in PARTS}
#: Copies, for searching, of texts that are read where they stand.
_COPIES = frozenset({"passages"})


def word_of(names: Sequence[str]) -> re.Pattern[str]:
    """Finds any of the names where it stands as a word of its own."""
    words = "|".join(map(re.escape, names))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)


def naming_records(
    names: Sequence[str], own: Mapping[str, Collection[int]]
) -> list[tuple[str, str, str]]:
    """Type, reference, and the table of the text, of each that is not among the case's ``own``."""
    found = {
        (*record, name)
        for name in (AUDITS, *(part.table for part in PARTS))
        if name not in _COPIES
        for row in _naming_rows(_table(name), names, own.get(name, ()))
        if (record := _record_of(name, row)) is not None
    }
    return sorted(found)


def _naming_rows(table: Table, names: Sequence[str], own: Collection[int]) -> Iterator[RowMapping]:
    texts = [column for column in table.c if _is_text(column)]
    if not texts:
        return
    whole = reduce(add, (func.coalesce(cast(text, Text), "") + " " for text in texts))
    for first in range(0, len(names), _NAMES_AT_ONCE):
        some = names[first : first + _NAMES_AT_ONCE]
        word = word_of(some)
        # The database looks first, so that few rows of very many are read here.
        named = or_(*(whole.icontains(name, autoescape=True) for name in some))
        wanted = select(table).where(named).execution_options(yield_per=_AT_ONCE)
        for row in db.session.execute(wanted).mappings():
            said = (str(row[text.name]) for text in texts if row[text.name] is not None)
            if row.get("id") not in own and any(map(word.search, said)):
                yield row


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, String | JSON) and not isinstance(column.type, Enum)


def _record_of(name: str, row: RowMapping) -> tuple[str, str] | None:
    """The audit or action that a row is, or is a part of; else what has a reference of its own."""
    if name in (AUDITS, ACTIONS):
        return name.removesuffix("s"), row["reference"]
    part = _PARTS[name]
    number = next((row[each] for each in part.columns if row[each] is not None), None)
    if number is None:
        return (name.removesuffix("s"), row["reference"]) if "reference" in row else None
    owners = _table(part.of)
    owner = db.session.execute(select(owners).where(owners.c.id == number)).mappings().one()
    return _record_of(part.of, owner)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
