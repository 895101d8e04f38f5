"""Every event is sealed in the transaction that writes it, whoever else writes at that moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from audit_app.extensions import db
from audit_app.models import HistoryEvent, HistorySeal, User, remember
from audit_app.models.history import NOTHING_BEFORE, last_seal, sealed_checksum
from tests.people import World


def chain() -> list[tuple[int, str, HistoryEvent]]:
    """The seals in their order, each with its event."""
    rows = db.session.execute(
        select(HistorySeal.position, HistorySeal.checksum, HistoryEvent)
        .join(HistoryEvent, HistoryEvent.id == HistorySeal.event_id)
        .order_by(HistorySeal.position)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def check_chain() -> int:
    """Add the chain up from its beginning; how long it is."""
    before = NOTHING_BEFORE
    found = chain()
    for place, (position, checksum, what) in enumerate(found, 1):
        assert position == place
        assert checksum == sealed_checksum(position, before, what)
        before = checksum
    assert db.session.scalar(select(func.count(HistoryEvent.id))) == len(found)
    assert last_seal(db.session) == (len(found), before)
    return len(found)


def test_each_event_is_sealed_with_what_it_says(app: Flask, world: World) -> None:
    already = check_chain()
    for number in range(3):
        remember(db.session, world.alice, "tried", "audit", f"AAAA-000{number}")
    remember(db.session, None, "tried", "audit", "AAAA-0009")
    db.session.commit()
    assert check_chain() == already + 4


def test_rows_put_straight_into_the_table_are_sealed_too(app: Flask, world: World) -> None:
    already = check_chain()
    rows = [
        {"verb": "tried", "record_type": "audit", "record_reference": f"A{n}"} for n in range(9)
    ]
    db.session.execute(insert(HistoryEvent.__table__), rows)  # type: ignore[arg-type]
    remember(db.session, world.alice, "tried", "audit", "AAAA-0009")
    db.session.commit()
    assert check_chain() == already + 10


def test_what_was_undone_is_not_sealed(app: Flask, world: World) -> None:
    already = check_chain()
    remember(db.session, world.alice, "kept", "audit", "AAAA-0001")
    inside = db.session.begin_nested()
    remember(db.session, world.alice, "undone", "audit", "AAAA-0002")
    db.session.flush()
    inside.rollback()
    with db.session.begin_nested():
        remember(db.session, world.alice, "kept", "audit", "AAAA-0003")
    db.session.commit()
    remember(db.session, world.alice, "undone", "audit", "AAAA-0004")
    db.session.flush()
    db.session.rollback()
    remember(db.session, world.alice, "kept", "audit", "AAAA-0005")
    db.session.commit()
    assert check_chain() == already + 3
    assert {what.verb for _, _, what in chain()[already:]} == {"kept"}


def test_people_who_write_at_once_share_one_chain(app: Flask, world: World) -> None:
    already, user_id = check_chain(), world.alice.id
    db.session.rollback()

    def write(number: int) -> None:
        with app.app_context():
            user = db.session.get(User, user_id)
            for part in range(5):
                remember(db.session, user, "tried", "audit", f"{number}-{part}")
                db.session.flush()
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(30)))
    assert check_chain() == already + 150


@pytest.mark.parametrize("table", [HistoryEvent, HistorySeal])
def test_the_database_itself_refuses_to_change_or_remove_history(
    app: Flask, world: World, table: type[HistoryEvent] | type[HistorySeal]
) -> None:
    remember(db.session, world.alice, "tried", "audit", "AAAA-0001")
    db.session.commit()
    length = check_chain()
    column, name = "verb" if table is HistoryEvent else "checksum", table.__tablename__
    on_sqlite = db.engine.dialect.name == "sqlite"
    again = f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}"  # noqa: S608
    for statement in (
        update(table.__table__).values({column: "another"}),  # type: ignore[arg-type]
        delete(table.__table__),  # type: ignore[arg-type]
        text(again if on_sqlite else f"TRUNCATE {name} CASCADE"),
    ):
        with pytest.raises(DBAPIError, match="only added to"):
            db.session.execute(statement)
        db.session.rollback()
    assert check_chain() == length
