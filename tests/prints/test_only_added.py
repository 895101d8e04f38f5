"""What was published, printed or acknowledged is only ever added: by the database and before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit_app.extensions import db
from audit_app.models import AlertAcknowledgement, Print
from audit_app.models.appending import RowKept
from tests.alerts.alerts_to_try import issued
from tests.people import World

TABLES = {
    "published_documents": "title = 'Another'",
    "prints": "title = 'Another'",
    "alert_acknowledgements": "what_changes = 'Nothing'",
}


@pytest.fixture
def rows(app: Flask, world: World) -> dict[str, Any]:
    """One row of each table whose rows are only ever added."""
    alert = issued(world)
    assert alert.published is not None
    printed = Print(
        kind="report",
        title="Judgements",
        address="/insight/distribution.pdf",
        fingerprint="0" * 64,
        checksum="1" * 64,
    )
    said = AlertAcknowledgement(
        alert_id=alert.id,
        team_id=world.north.id,
        discussed_on=date(2026, 9, 1),
        where_discussed="Team meeting",
        what_changes="Every child is seen alone.",
        by_id=world.alice.id,
    )
    db.session.add_all([printed, said])
    db.session.commit()
    return {each.__tablename__: each for each in (alert.published, printed, said)}


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_change_or_remove_a_row(
    rows: dict[str, Any], table: str, verb: str
) -> None:
    change = f"UPDATE {table} SET {TABLES[table]}" if verb == "UPDATE" else f"DELETE FROM {table}"  # noqa: S608
    with pytest.raises(DBAPIError, match=f"{table} is only added to"):
        db.session.execute(text(change))
    db.session.rollback()
    assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 1  # noqa: S608


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_put_another_row_in_place_of_one_or_to_empty_the_table(
    rows: dict[str, Any], table: str
) -> None:
    changed = TABLES[table].partition(" ")[0]
    columns = [each.name for each in rows[table].__table__.columns]
    chosen = ", ".join("'Another'" if each == changed else each for each in columns)
    into = f"INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table}"  # noqa: S608
    statements = [f"TRUNCATE {table} CASCADE"]
    if db.engine.dialect.name == "sqlite":
        # With the row's number and without it, as it is then known by its reference alone.
        unnumbered = into.replace("(id, ", "(").replace("SELECT id, ", "SELECT ")
        statements = [f"INSERT OR REPLACE {into}"]
        if "reference" in columns:
            statements.append(f"INSERT OR REPLACE {unnumbered}")
    for statement in statements:
        for recursive in ("ON", "OFF"):
            if db.engine.dialect.name == "sqlite":
                db.session.execute(text(f"PRAGMA recursive_triggers={recursive}"))
            with pytest.raises(DBAPIError, match="is only added to"):
                db.session.execute(text(statement))
            db.session.rollback()
    assert db.session.scalar(text(f"SELECT {changed} FROM {table}")) != "Another"  # noqa: S608


@pytest.mark.sqlite_only
@pytest.mark.parametrize("table", TABLES)
def test_the_service_refuses_it_before_the_database_is_asked(
    rows: dict[str, Any], table: str
) -> None:
    row, change = rows[table], TABLES[table].partition(" ")[0]
    setattr(row, change, "Another")
    with pytest.raises(RowKept):
        db.session.commit()
    db.session.rollback()
    db.session.delete(row)
    with pytest.raises(RowKept):
        db.session.commit()
    db.session.rollback()
    assert getattr(row, change) != "Another"
