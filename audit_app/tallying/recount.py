"""Counting every record again, to check the tallies and to mend them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, type_coerce, union_all
from sqlalchemy.types import String

from audit_app.tallying.changing import Counts, add_to_tallies, hold_tallies
from audit_app.tallying.facts import TALLIES, Kept


def differences(connection: Connection) -> Counts:
    """By tally, each key whose count is not what the records say, and by how much it falls short.

    Each tally is compared in one statement, so that nothing changes between its two sides.
    """
    return {kept.table.name: _differences(connection, kept) for kept in TALLIES}


def mend(connection: Connection) -> Counts:
    """Make every tally what the records say; what was wrong. To be committed at once."""
    hold_tallies(connection)
    wrong = differences(connection)
    add_to_tallies(connection, wrong)
    return wrong


def count_all(connection: Connection) -> None:
    """Make every tally what the records say, as :func:`mend`; quick where it holds nothing yet."""
    hold_tallies(connection)
    for kept in TALLIES:
        if connection.execute(select(kept.table.c.n).limit(1)).first() is None:
            new = insert(kept.table).from_select([*kept.key, "n"], kept.counted())
            connection.execute(new)
        else:
            add_to_tallies(connection, {kept.table.name: _differences(connection, kept)})


def _differences(connection: Connection, kept: Kept) -> Counter[tuple[Any, ...]]:
    rows = connection.execute(_compared(kept))
    return Counter({tuple(row[:-1]): int(row[-1]) for row in rows})


def _compared(kept: Kept) -> Select[Any]:
    recounted = kept.counted().subquery("recounted")
    held = [type_coerce(column, _plain(column.type)) for column in kept.table.c[*kept.key]]
    both = union_all(
        select(*(recounted.c[name] for name in kept.key), recounted.c.n),
        select(*held, -kept.table.c.n),
    ).subquery("both")
    key = [both.c[name] for name in kept.key]
    short = func.sum(both.c.n)
    return select(*key, short).group_by(*key).having(short != 0).order_by(*key)


def _plain(kind: Any) -> Any:
    """A vocabulary's words as they are stored."""
    return String() if isinstance(kind, String) else kind
