"""Whatever is done to history behind the service's back is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, delete, insert, select, text, update

from audit_app.extensions import db
from audit_app.history import queries
from audit_app.history.queries import Head, Verified, head, read_head, verify_chain
from audit_app.models import ONLY_ADDED, HistoryEvent, HistorySeal, remember
from audit_app.models.base import now
from tests.people import World

EVENTS: Any = HistoryEvent.__table__
SEALS: Any = HistorySeal.__table__
LENGTH = 7


def verified(expected: Head | None = None) -> Verified:
    with db.engine.connect() as connection:
        return verify_chain(connection, expected)


def problems_of(found: Verified) -> list[str]:
    """What is wrong with the chain itself, whether or not it is still guarded."""
    return [each for each in found.problems if "no longer refuses" not in each]


@pytest.fixture
def length(world: World) -> int:
    """A chain of a few events more than making the world left, and how long it is."""
    for place in range(LENGTH):
        remember(db.session, world.alice if place % 3 else None, "tried", "audit", f"AAAA-{place}")
    db.session.commit()
    with db.engine.connect() as connection:
        return head(connection).position


@contextmanager
def unguarded() -> Iterator[Connection]:
    """A connection of somebody who has the database to themselves."""
    with db.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        for table in ("history_events", "history_seals"):
            if on_sqlite:
                for each in ("replace", "update", "delete"):
                    connection.execute(text(f"DROP TRIGGER {table}_no_{each}"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        if not on_sqlite:
            name = "fk_history_seals_event_id"
            connection.execute(text(f"ALTER TABLE history_seals DROP CONSTRAINT {name}"))
        connection.commit()
        if on_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        yield connection
        if on_sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


def test_a_chain_that_nobody_touched_is_as_written(app: Flask, length: int) -> None:
    found = verified()
    assert found.problems == ()
    assert found.position == length
    assert verified(found.head).problems == ()
    assert read_head(str(found.head)) == found.head


def test_a_chain_is_followed_a_few_events_at_a_time(
    app: Flask, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = verified()
    for at_once in (1, 2, length, length + 1):
        monkeypatch.setattr(queries, "AT_ONCE", at_once)
        assert verified() == whole


@dataclass(frozen=True)
class Tampering:
    """One thing done to one event or seal, or two; places count from the first event."""

    what: str
    at: int
    other: int
    value: str


CHANGES = {
    "verb": lambda said: f"{said} not",
    "record_type": lambda said: f"{said}s",
    "record_reference": lambda said: f"{said}1",
    "request_id": lambda said: "another",
    "at": lambda said: said + timedelta(microseconds=1),
    "user_id": lambda said: None if said else 1,
}
DEEDS = (
    *(f"change {column}" for column in CHANGES),
    "change checksum",
    "remove event",
    "remove seal",
    "remove both",
    "remove all from there on",
    "slip in event",
    "slip in event and seal",
    "swap what two events say",
    "swap two seals",
    "swap two checksums",
)
tamperings = some.builds(
    Tampering,
    some.sampled_from(DEEDS),
    some.integers(0, LENGTH - 1),
    some.integers(0, LENGTH - 1),
    some.text("0123456789abcdef", min_size=64, max_size=64),
)


def tamper(connection: Connection, how: Tampering, length: int) -> bool:
    """Do it; False where it changes nothing."""
    seals = connection.execute(select(SEALS).order_by(SEALS.c.position)).all()
    one, other = seals[length - 1 - how.at], seals[length - 1 - how.other]
    verb, *what = how.what.split()
    if verb == "change":
        return _change_one(connection, one, what[0], how.value)
    if verb == "swap":
        return how.at != how.other and _swap(connection, one, other, what[-1])
    if verb == "remove":
        _remove(connection, one, what[0])
    else:
        _slip_in(connection, seals[-1].position + 1, how.value if "seal" in what else None)
    return True


def _change_one(connection: Connection, seal: Any, column: str, checksum: str) -> bool:
    if column == "checksum":
        _change(connection, seal, checksum=checksum)
        return bool(seal.checksum != checksum)
    event = connection.execute(select(EVENTS).where(EVENTS.c.id == seal.event_id)).one()
    value = CHANGES[column](getattr(event, column))
    connection.execute(update(EVENTS).where(EVENTS.c.id == event.id).values({column: value}))
    return True


def _remove(connection: Connection, seal: Any, what: str) -> None:
    """The event, its seal, both, or both of it and of all after it."""
    gone = SEALS.c.position == seal.position
    if what == "all":
        gone = SEALS.c.position >= seal.position
    events = connection.scalars(select(SEALS.c.event_id).where(gone)).all()
    if what != "event":
        connection.execute(delete(SEALS).where(gone))
    if what != "seal":
        connection.execute(delete(EVENTS).where(EVENTS.c.id.in_(events)))


def _slip_in(connection: Connection, position: int, checksum: str | None) -> None:
    number = 1_000_000
    said = {"verb": "tried", "record_type": "audit", "record_reference": "BBBB-2222"}
    connection.execute(insert(EVENTS).values(id=number, at=now(), **said))
    if checksum is not None:
        row = {"position": position, "event_id": number, "checksum": checksum}
        connection.execute(insert(SEALS).values(**row))


def _swap(connection: Connection, one: Any, other: Any, what: str) -> bool:
    if what == "say":
        rows = {
            row.id: row
            for row in connection.execute(
                select(EVENTS).where(EVENTS.c.id.in_([one.event_id, other.event_id]))
            )
        }
        for mine, theirs in ((one, other), (other, one)):
            said = rows[theirs.event_id]
            values = {"record_reference": said.record_reference, "user_id": said.user_id}
            which = update(EVENTS).where(EVENTS.c.id == mine.event_id)
            connection.execute(which.values(values))
    elif what == "seals":
        _change(connection, one, event_id=-1)
        _change(connection, other, event_id=one.event_id)
        _change(connection, one, event_id=other.event_id)
    else:
        _change(connection, one, checksum=other.checksum)
        _change(connection, other, checksum=one.checksum)
    return True


def _change(connection: Connection, seal: Any, **values: Any) -> None:
    connection.execute(update(SEALS).where(SEALS.c.position == seal.position).values(values))


def test_any_change_removal_insertion_or_swap_is_found(app: Flask, length: int) -> None:
    kept = verified().head
    with unguarded() as connection:

        @settings(max_examples=120, suppress_health_check=list(HealthCheck))
        @given(tamperings)
        def each_is_found(how: Tampering) -> None:
            done = tamper(connection, how, length)
            found = verify_chain(connection, kept)
            connection.rollback()
            assert bool(problems_of(found)) is done

        each_is_found()
        assert problems_of(verify_chain(connection, kept)) == []


@pytest.mark.sqlite_only
def test_what_is_not_even_of_the_right_kind_is_told_and_breaks_nothing(
    app: Flask, length: int
) -> None:
    which = text(
        "UPDATE history_events SET at = :at, verb = :verb WHERE record_reference = 'AAAA-3'"
    )
    with unguarded() as connection:
        for at, verb in (("long ago", "tried"), ("2026-11-22 10:00:00.000000", b"\xff")):
            connection.execute(which, {"at": at, "verb": verb})
            (problem,) = problems_of(verify_chain(connection))
            assert f"position {length - 3}" in problem
            connection.rollback()


def test_the_first_break_is_told_with_its_place_and_its_event(app: Flask, length: int) -> None:
    with unguarded() as connection:
        seal = connection.execute(select(SEALS).where(SEALS.c.position == length - 2)).one()
        which = update(EVENTS).where(EVENTS.c.id == seal.event_id)
        connection.execute(which.values(verb="another"))
        found = verify_chain(connection)
        connection.rollback()
    (problem,) = problems_of(found)
    assert problem.startswith(f"The chain breaks at position {length - 2}: event {seal.event_id}, ")
    assert found.position == length - 3


def test_an_end_that_was_cut_off_is_found_by_the_head_kept_elsewhere(
    app: Flask, length: int
) -> None:
    kept = verified().head
    with unguarded() as connection:
        last = connection.execute(select(SEALS).where(SEALS.c.position == length)).one()
        connection.execute(delete(SEALS).where(SEALS.c.position == length))
        connection.execute(delete(EVENTS).where(EVENTS.c.id == last.event_id))
        alone, kept_elsewhere = verify_chain(connection), verify_chain(connection, kept)
        connection.rollback()
    assert problems_of(alone) == []
    (problem,) = problems_of(kept_elsewhere)
    assert problem.startswith(f"The end is missing: the chain once reached position {length}, ")


def test_a_history_that_was_written_anew_is_not_the_one_whose_head_was_kept(
    app: Flask, length: int
) -> None:
    other = Head(verified().position, "0" * 63 + "1")
    (problem,) = verified(other).problems
    assert problem.startswith(f"At position {length} stands another checksum")


def test_a_guard_that_was_taken_away_is_told(app: Flask, length: int) -> None:
    with unguarded():
        found = verified()
    assert len(found.problems) == 2
    assert all("no longer refuses every change to history_" in each for each in found.problems)
    assert not any(table in found.problems[0] for table in ONLY_ADDED if "history" not in table)


def test_a_guard_that_only_has_the_name_of_one_is_told(app: Flask, length: int) -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            replaced = [
                "DROP TRIGGER history_events_no_delete",
                (
                    "CREATE TRIGGER history_events_no_delete BEFORE DELETE ON history_events "
                    "WHEN 0 BEGIN SELECT 1; END"
                ),
                "DROP TRIGGER history_seals_no_delete",
                (
                    "CREATE TRIGGER history_seals_no_delete BEFORE DELETE ON users "
                    "BEGIN SELECT RAISE(ABORT, 'history_seals is only added to'); END"
                ),
            ]
        else:
            replaced = [
                "DROP TRIGGER history_events_only_added ON history_events",
                (
                    "CREATE TRIGGER history_events_only_added BEFORE UPDATE OR DELETE "
                    "ON history_events FOR EACH ROW WHEN (false) EXECUTE FUNCTION only_added()"
                ),
                "DROP TRIGGER history_seals_only_added ON history_seals",
                (
                    "CREATE TRIGGER history_seals_only_added BEFORE UPDATE ON history_seals "
                    "FOR EACH ROW EXECUTE FUNCTION only_added()"
                ),
            ]
        for each in replaced:
            connection.execute(text(each))
        connection.commit()
    assert [each.split(":")[0] for each in verified().problems] == [
        f"The database no longer refuses every change to history_{what}"
        for what in ("events", "seals")
    ]
