"""A worker is ready when the database has what it needs, and says why when it is not."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from audit_app.extensions import db


def _asked_with_the_database_at(app: Flask, version: str) -> tuple[int, str]:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": version})
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("version", ["9999", "10000"])
def test_a_worker_goes_on_serving_a_database_that_is_newer_than_it_is(
    app: Flask, version: str
) -> None:
    assert _asked_with_the_database_at(app, version) == (200, "ready")


@pytest.mark.parametrize("version", ["0012", "0001", "", "another"])
def test_a_database_that_is_older_or_not_known_is_not_migrated(app: Flask, version: str) -> None:
    assert _asked_with_the_database_at(app, version) == (503, "not migrated")
