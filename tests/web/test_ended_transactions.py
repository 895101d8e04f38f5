"""How a transaction ends in which somebody only read, and one in which they wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, select, text, update

from audit_app.extensions import db
from audit_app.models import User
from audit_app.models.sqlite import READS, WRITES
from tests.people import World

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%staff_id =%'")
TIMES = 10


@pytest.fixture
def engine(app: Flask, world: World) -> Iterator[Engine]:
    """One with a single connection, so that whoever asks next asks through the same."""
    db.session.rollback()
    one = create_engine(db.engine.url, pool_size=1, max_overflow=0)
    yield one
    one.dispose()


def ask(engine: Engine, options: dict[str, bool], end: bool) -> None:
    with engine.connect().execution_options(**options) as connection:
        connection.execute(select(User.id).where(User.staff_id == "W100"))
        if end:
            connection.commit()


def prepared(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalars(PREPARED).one()


def test_what_writers_ask_stays_prepared_when_others_read_in_between(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite's driver prepares what it is asked")
    for _ in range(TIMES):
        ask(engine, WRITES, end=True)
        ask(engine, READS, end=False)
    assert prepared(engine) == 1


def test_nothing_is_prepared_for_those_who_only_read(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite's driver prepares what it is asked")
    for _ in range(TIMES):
        ask(engine, READS, end=False)
    assert prepared(engine) == 0


@pytest.mark.parametrize("options", [READS, WRITES])
def test_what_was_changed_and_not_committed_is_undone(
    engine: Engine, world: World, options: dict[str, bool]
) -> None:
    for _ in range(2):
        with engine.connect().execution_options(**options) as connection:
            connection.execute(select(User.name))
            connection.execute(update(User).values(name="Somebody else"))
            connection.execute(select(User.name))
    with engine.connect() as connection:
        names = set(connection.scalars(select(User.name)))
    assert "Somebody else" not in names
    assert world.alice.name in names


def test_a_transaction_that_failed_is_undone_and_the_next_one_begins_anew(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="no_such_table"):
        connection.execute(text("SELECT 1 FROM no_such_table"))
    with engine.connect() as connection:
        assert connection.scalar(select(User.id).limit(1))
