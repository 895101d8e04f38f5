"""Whether history is as it was written: the chain of its seals, followed from the beginning.

What another room may ask of history is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from audit_app.history.guards import unguarded
from audit_app.models import HistoryEvent, HistorySeal
from audit_app.models.history import NOTHING_BEFORE, sealed_checksum, unsealed
from audit_app.web.pages import moment, plural

#: How many events are held at a time, however many there are.
AT_ONCE = 2_000
SLIPPED_IN = (
    "An older version wrote it while the service was brought up to date, and “flask history seal” "
    "seals it; or somebody slipped it in"
)


@dataclass(frozen=True)
class Head:
    """A place in the chain: whoever keeps one elsewhere can prove that nothing before it changed.

    ``position`` is 0 where nothing was written yet.
    """

    position: int
    checksum: str

    def __str__(self) -> str:
        return f"{self.position}:{self.checksum}"


@dataclass(frozen=True)
class Verified:
    """How far the chain was followed, and what is wrong with it in plain sentences; none is good.

    Where it breaks, ``position`` and ``checksum`` are of the last seal before.
    """

    position: int
    checksum: str
    problems: tuple[str, ...] = ()

    @property
    def head(self) -> Head:
        return Head(self.position, self.checksum)


def head(connection: Connection) -> Head:
    """The newest seal."""
    newest = select(HistorySeal.position, HistorySeal.checksum)
    row = connection.execute(newest.order_by(HistorySeal.position.desc()).limit(1)).first()
    return Head(row.position, row.checksum) if row else Head(0, NOTHING_BEFORE)


def read_head(said: str) -> Head | None:
    """A head as it was kept elsewhere, ``POSITION:CHECKSUM``; None where it cannot be one."""
    position, _, checksum = said.strip().partition(":")
    if not position.isascii() or not position.isdigit() or len(checksum) != len(NOTHING_BEFORE):
        return None
    return Head(int(position), checksum.lower())


def verify_chain(connection: Connection, expected: Head | None = None) -> Verified:
    """Follow the chain from its first seal to its last, a few events at a time.

    It is found when an event or a seal was changed, removed, swapped or slipped in. That the end of
    the chain was cut off cannot be told from the chain: for that, give the head that was kept
    elsewhere as ``expected``.
    """
    followed = _follow(connection)
    problems = [
        *followed.problems,
        *_without_seal(connection),
        *unguarded(connection),
        *_not_as_kept(connection, expected),
    ]
    return replace(followed, problems=tuple(problems))


def _follow(connection: Connection) -> Verified:
    so_far = Verified(0, NOTHING_BEFORE)
    while batch := _after(connection, so_far.position, AT_ONCE):
        for row in batch:
            if (problem := _what_is_wrong(row, so_far)) is not None:
                return replace(so_far, problems=(problem,))
            assert row is not None
            so_far = Verified(row.position, row.checksum)
    return so_far


def _after(connection: Connection, position: int, most: int) -> Sequence[Row[Any] | None]:
    """The next seals with their events; None for one that cannot be read at all."""
    try:
        return connection.execute(_NEXT.where(position < _POSITION).limit(most)).all()
    except (ValueError, TypeError, SQLAlchemyError):
        if most == 1:
            return [None]
        return list(_one_by_one(connection, position, most))


def _one_by_one(connection: Connection, position: int, most: int) -> Iterator[Row[Any] | None]:
    """As far as they can be read."""
    for _ in range(most):
        for row in _after(connection, position, 1):
            yield row
            if row is None:
                return
            position = row.position


def _what_is_wrong(row: Row[Any] | None, before: Verified) -> str | None:
    place = before.position + 1
    if row is None:
        return f"At position {place:,} of the chain, what is stored cannot be read."
    if row.position != place:
        return (
            f"Position {place:,} of the chain is missing: after position {before.position:,} comes "
            f"{row.position:,}."
        )
    if row.id is None:
        return f"At position {place:,} of the chain, event {row.event_id:,} is missing."
    if not _is_as_sealed(row, place, before.checksum):
        return (
            f"The chain breaks at position {place:,}: event {row.id:,}, of {moment(row.at)}, is "
            "not as it was written, or something before it was changed, removed or slipped in."
        )
    return None


def _is_as_sealed(event: Any, place: int, before: str) -> bool:
    try:
        return bool(event.checksum == sealed_checksum(place, before, event))
    except (AttributeError, TypeError, ValueError):
        # Not even of the kind that a column holds.
        return False


def _without_seal(connection: Connection) -> Iterator[str]:
    bare = unsealed().with_only_columns(HistoryEvent.id).order_by(None).subquery()
    count, first = connection.execute(select(func.count(), func.min(bare.c.id))).one()
    if count:
        have = "has" if count == 1 else "have"
        said = f"{plural(count, 'event')} {have} no seal, the first is event {first:,}."
        yield f"{said} {SLIPPED_IN}."


def _not_as_kept(connection: Connection, expected: Head | None) -> Iterator[str]:
    if expected is None or expected == Head(0, NOTHING_BEFORE):
        return
    there = connection.scalar(
        select(HistorySeal.checksum).where(HistorySeal.position == expected.position)
    )
    if there is None:
        yield (
            f"The end is missing: the chain once reached position {expected.position:,}, and now "
            f"ends at {head(connection).position:,}."
        )
    elif there != expected.checksum:
        yield (
            f"At position {expected.position:,} stands another checksum than the one that was "
            "kept: this is not the history it was."
        )


_POSITION = HistorySeal.position
_events: Any = HistoryEvent.__table__
_NEXT: Select[Any] = (
    select(HistorySeal.position, HistorySeal.checksum, HistorySeal.event_id, *_events.c)
    .outerjoin(_events, _events.c.id == HistorySeal.event_id)
    .order_by(HistorySeal.position)
)
