"""A backup made while people submit is of one moment, and nothing in it is there by halves."""

from __future__ import annotations

from pathlib import Path
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import make_url, select

from audit_app.backup.making import make
from audit_app.backup.manifest import Manifest
from audit_app.backup.restoring import restore
from audit_app.extensions import db
from audit_app.models import Audit
from tests.conftest import settings_for
from tests.databases import empty_database
from tests.faults.conftest import Serve
from tests.faults.drafts import check_nothing_came_of, check_sums, check_whole, make_drafts
from tests.faults.submitting import Submitting
from tests.faults.visiting import Visitor
from tests.own_service import own_service
from tests.people import World

pytestmark = pytest.mark.slow

SUBMITS = 16
#: So many of them come after the backup, however quick the others are.
LATER = 4


def test_a_backup_made_while_people_submit(
    app: Flask, database: str, database_url: str, world: World, serve: Serve, tmp_path: Path
) -> None:
    references = make_drafts(SUBMITS, world.alice, world.south, world.thread_set)
    world.another_moderator()
    visitor = Visitor(serve(database_url).port, world.alice.email)
    visitor.sign_in()
    visitor.get("/audits/")
    db.session.rollback()
    seen, file = Submitting(references[:-LATER]), tmp_path / "under-load.zip"
    with seen.under_way(visitor):
        while len(seen.acknowledged) < SUBMITS // 4:
            sleep(0.01)
        before, manifest = _made_meanwhile(seen, file, database_url)
    with Submitting(references[-LATER:]).under_way(visitor):
        pass
    check_whole(references)
    (tmp_path / "elsewhere").mkdir()
    with empty_database(database, tmp_path / "elsewhere") as elsewhere:
        _check_put_back(elsewhere, file, references, before, manifest.contents.history)


def _made_meanwhile(seen: Submitting, file: Path, url: str) -> tuple[list[str], Manifest]:
    """A backup during which somebody's submit was acknowledged, and whose were before it.

    A busy machine may make one between two answers, which is then no backup under load.
    """
    while len(seen.acknowledged) < len(seen.references):
        file.unlink(missing_ok=True)
        before = list(seen.acknowledged)
        manifest = make(file, make_url(url))
        if len(seen.acknowledged) > len(before):
            return before, manifest
    raise AssertionError("nobody submitted while a backup was made")


def _check_put_back(
    url: str,
    file: Path,
    references: list[str],
    before: list[str],
    history: tuple[int, str] | None,
) -> None:
    with own_service(settings_for(url)) as there, there.app_context():
        done = restore(file, force=False)
        assert done.problems == ()
        submitted = select(Audit.reference).where(Audit.submitted_at.is_not(None))
        kept = list(db.session.scalars(submitted))
        assert set(before) <= set(kept) < set(references)
        check_whole(kept)
        check_nothing_came_of([each for each in references if each not in kept])
        assert history is not None
        assert check_sums().events >= history[0]
