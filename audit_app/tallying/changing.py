"""Reading what audits add to the tallies, and putting a difference into them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from audit_app.models import Audit, TallyStamp
from audit_app.rules.audit_steps import MODERATED_STATES, RECORDED_STATES, AuditState
from audit_app.tallying.facts import TALLIES, Kept

#: By the name of the tally: how many there are of each key.
Counts = dict[str, Counter[tuple[Any, ...]]]

#: Any number, the same in every process: whoever holds it is changing the tallies.
_TALLYING = 20_260_907
#: A statement takes no more row numbers than this at once.
_AT_ONCE = 5_000
_log = logging.getLogger(__name__)


def read(connection: Connection, audits: Collection[int], hold: bool = False) -> Counts:
    """What audits add to each tally as they are now; ``hold`` keeps them so for others to see.

    Whoever changes what an audit adds holds its row first: two people cannot both start from the
    same count and leave one of them out.
    """
    found: Counts = {kept.table.name: Counter() for kept in TALLIES}
    for some in _in_parts(sorted(audits)):
        states = _states(connection, some, hold)
        recorded = [each for each, state in states if state in RECORDED_STATES]
        moderated = [each for each, state in states if state in MODERATED_STATES]
        for kept, these in zip(TALLIES, (recorded, moderated, moderated), strict=True):
            if these:
                rows = connection.execute(kept.of_audits, {"audits": these})
                found[kept.table.name].update({tuple(row[:-1]): int(row[-1]) for row in rows})
    return found


def _in_parts(audits: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(audits), _AT_ONCE):
        yield audits[start : start + _AT_ONCE]


def _states(connection: Connection, audits: list[int], hold: bool) -> list[tuple[int, AuditState]]:
    which = _HOLDING if hold else _LOOKING
    return [(row.id, row.state) for row in connection.execute(which, {"audits": audits})]


_LOOKING = (
    select(Audit.id, Audit.state)
    .where(Audit.id.in_(bindparam("audits", expanding=True)))
    .order_by(Audit.id)
)
# Others may still add rows that belong to the audit, as nothing does that leaves its key alone.
_HOLDING = _LOOKING.with_for_update(key_share=True)


def difference(after: Counts, before: Counts) -> Counts:
    """What has to be added so that the tallies go from one to the other; negative to take away."""
    changed: Counts = {}
    for name, counted in after.items():
        left = Counter(counted)
        left.subtract(before[name])
        changed[name] = Counter({key: n for key, n in left.items() if n})
    return changed


def add_to_tallies(connection: Connection, changed: Counts) -> None:
    """Put a difference into the tallies; the commit should follow at once.

    A count that is not there to be taken from is left alone and said in the log: the tallies were
    changed from outside, and recording what somebody found must not fail for it.
    """
    hold_tallies(connection)
    for kept in TALLIES:
        _add(connection, kept, changed.get(kept.table.name, Counter()))


def hold_tallies(connection: Connection) -> None:
    """Let nobody else change the tallies until the transaction ends, and stamp them as changed.

    Every change touches the authority's own count, so that writers would wait for each other in any
    case; waiting for one lock, last of all, they cannot wait in a circle.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT_FOR_TURN)
    connection.execute(_ANOTHER, {"stamp": token_hex(16)})


#: Made once, as every change of a count needs them.
_WAIT_FOR_TURN = select(func.pg_advisory_xact_lock(_TALLYING))
_ANOTHER = update(TallyStamp)


def _add(connection: Connection, kept: Kept, changed: Counter[tuple[Any, ...]]) -> None:
    more = [_row(kept, key, n) for key, n in changed.items() if n > 0]
    fewer = [_row(kept, key, -n) for key, n in changed.items() if n < 0]
    ways = _ways(kept.table, connection.dialect.name)
    if more:
        connection.execute(ways["add"], more)
    if fewer:
        taken = connection.execute(ways["take"], fewer)
        if taken.rowcount != len(fewer):
            _log.error("The tally %s is not what the records say: flask check", kept.table.name)
        connection.execute(ways["tidy"], fewer)


def _row(kept: Kept, key: tuple[Any, ...], n: int) -> dict[str, Any]:
    return {f"_{name}": value for name, value in zip(kept.key, key, strict=True)} | {"_n": n}


@cache
def _ways(table: Table, dialect: str) -> dict[str, Any]:
    """Statements that add a row's count, take it away, and delete what is then 0."""
    key = [column == bindparam(f"_{column.name}") for column in table.primary_key]
    insert: Any = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    insert = insert.values({column.name: bindparam(f"_{column.name}") for column in table.c})
    n = table.c.n
    return {
        "add": insert.on_conflict_do_update(
            index_elements=list(table.primary_key), set_={"n": n + insert.excluded.n}
        ),
        "take": update(table).where(*key, n >= bindparam("_n")).values(n=n - bindparam("_n")),
        "tidy": delete(table).where(*key, n == 0),
    }
