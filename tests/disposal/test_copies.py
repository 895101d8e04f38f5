"""Copies of the database that hold what was deleted are named, for somebody to delete."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from audit_app.extensions import db
from audit_app.models.base import now
from tests.people import World


@pytest.mark.sqlite_only
@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_retention_names_old_copies_beside_the_database_and_leaves_them(
    app: Flask, world: World, options: list[str]
) -> None:
    folder = Path(str(db.engine.url.database)).parent
    db.session.rollback()

    def copy(what: str, days: int) -> Path:
        made = now() - timedelta(days=days)
        path = folder / f"it-before-{what}-{made:%Y%m%d-%H%M%S-%f}.sqlite"
        path.touch()
        return path

    old, older, new = copy("migration", 36), copy("restore", 400), copy("migration", 34)
    said = app.test_cli_runner().invoke(args=["retention", *options]).output
    for each in (old, older):
        assert f"Delete {each}: a copy of all records, older than 35 days" in said
    assert str(new) not in said
    for each in (old, older, new):
        each.unlink()
