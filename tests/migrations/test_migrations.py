"""Migrations go up and down with data in the database, and no row is lost."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from datetime import date
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import func, inspect, select

from audit_app.extensions import db
from audit_app.history.queries import verify_chain
from audit_app.models import Action, Audit, Escalation, EscalationCause, remember
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.escalation_steps import EscalationState
from audit_app.rules.judgements import Judgement
from audit_app.rules.working_days import working_days_after
from tests.improvement.lives import action_of, themed
from tests.people import World

#: Made of the records in the other tables, and made again by a step up.
MADE_AGAIN = ("tallies", "moderation_tallies", "moderation_waits", "passage")


def _rows() -> dict[str, int]:
    """How many rows each table holds that holds any: an empty one may come and go."""
    names = {
        name
        for name in inspect(db.engine).get_table_names()
        if name != "alembic_version" and not name.startswith(MADE_AGAIN)
    }
    with db.engine.connect() as connection:
        counted = {
            name: connection.scalar(select(func.count()).select_from(sa.table(name))) or 0
            for name in names
        }
    return {name: rows for name, rows in counted.items() if rows}


@pytest.fixture
def held(app: Flask, world: World) -> dict[str, int]:
    """A database with people, audits, findings and judgements in it; its rows by table."""
    for day in range(3):
        world.recorded_audit(case=f"10{day}")
    # A role that came with a later step has no place in the tables before it.
    for grant in world.hester.grants:
        db.session.delete(grant)
    db.session.commit()
    db.session.remove()
    return _rows()


def test_the_tables_are_the_models(app: Flask) -> None:
    flask_migrate.check()


def test_there_is_one_head(app: Flask) -> None:
    assert len(_script(app).get_heads()) == 1


def test_every_step_down_to_the_first_and_up_again_keeps_every_row(
    app: Flask, held: dict[str, int]
) -> None:
    revisions = [each.revision for each in _script(app).walk_revisions()]
    for revision in revisions[1:]:
        flask_migrate.downgrade(revision=revision)
        assert _rows() == held
    flask_migrate.upgrade()
    assert _rows() == held


@pytest.mark.sqlite_only
def test_nobody_but_its_owner_reads_the_copy_made_before_a_migration(app: Flask) -> None:
    path = Path(str(db.engine.url.database))
    below = next(iter(_script(app).walk_revisions())).down_revision
    flask_migrate.downgrade(revision=str(below))
    flask_migrate.upgrade()
    (copy,) = path.parent.glob(f"{path.stem}-before-migration-*.sqlite")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == (below,)


def test_a_step_that_would_lose_rows_is_undone(app: Flask, held: dict[str, int]) -> None:
    with pytest.raises(Exception, match="would lose rows"):
        flask_migrate.downgrade(revision="base")
    assert _rows() == held


def _lose_the_seals() -> None:
    """Step down to before history was sealed, which loses its seals."""
    with pytest.MonkeyPatch.context() as losing:
        losing.setenv("MIGRATION_MAY_LOSE_ROWS", "1")
        flask_migrate.downgrade(revision="0012")


def test_the_seals_of_history_go_only_where_it_is_said_and_every_event_is_sealed_again(
    app: Flask, world: World
) -> None:
    for number in range(3):
        remember(db.session, world.alice, "opened", "audit", f"AAAA-{number}")
    db.session.commit()
    db.session.remove()
    rows = _rows()
    with pytest.raises(Exception, match=r"would lose rows.*'history_seals': \d"):
        flask_migrate.downgrade(revision="0012")
    assert _rows() == rows
    _lose_the_seals()
    assert _rows() == {name: held for name, held in rows.items() if name != "history_seals"}
    flask_migrate.upgrade()
    assert _rows() == rows
    with db.engine.connect() as connection:
        assert verify_chain(connection).problems == ()


def test_what_waited_before_there_were_escalations_is_escalated_once(
    app: Flask, world: World
) -> None:
    bad, good = Judgement.INADEQUATE, Judgement.GOOD
    waiting = world.recorded_audit(bad)
    both, draft = world.recorded_audit(bad), world.recorded_audit(good, state=AuditState.DRAFT)
    imported, done = world.recorded_audit(bad), world.recorded_audit(bad, state=AuditState.COMPLETE)
    world.recorded_audit(good)
    put_aside = world.recorded_audit(bad, state=AuditState.DISCARDED)
    for audit in (both, draft, done, put_aside):
        audit.safeguarding_concern = True
    imported.imported = True
    db.session.commit()
    expected = {(waiting.id, "inadequate"), (both.id, "inadequate")}
    expected |= {(both.id, "safeguarding"), (draft.id, "safeguarding")}
    db.session.remove()
    for _ in range(2):
        _lose_the_seals()
        flask_migrate.downgrade(revision="0004")
        flask_migrate.upgrade()
    escalations = db.session.scalars(select(Escalation)).all()
    assert {(each.audit_id, each.cause.value) for each in escalations} == expected
    assert len(escalations) == len(expected)
    for each in escalations:
        assert each.state is EscalationState.OPEN
        assert [(entry.kind, entry.by.name) for entry in each.entries] == [("started", "Alice")]
        days = 1 if each.cause is EscalationCause.SAFEGUARDING else 5
        assert each.due_on == working_days_after(date.today(), days)
    db.session.remove()


def test_actions_of_submitted_audits_are_followed_and_typed_themes_kept(
    app: Flask, world: World
) -> None:
    submitted, other = world.recorded_audit(), world.recorded_audit()
    south = world.south.id
    draft = world.recorded_audit(state=AuditState.DRAFT)
    alice, mallory, audits = world.alice.id, world.mallory.id, (submitted.id, other.id, draft.id)
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision="0005")
    long = "Neglect " * 20
    with db.engine.begin() as connection:
        typed = sa.text("UPDATE audits SET theme = :theme WHERE id = :id")
        for theme, number in ((" Drift  and delay", audits[0]), ("drift and delay", audits[1])):
            connection.execute(typed, {"theme": theme, "id": number})
        connection.execute(typed, {"theme": long, "id": audits[2]})
        action = sa.text(
            "INSERT INTO actions (audit_id, what, owner, due_on, priority, created_at) VALUES "
            "(:audit, 'See', :owner, '2026-11-01', 'high', '2026-10-01 09:00:00')"
        )
        for number, owner in (
            (audits[0], "Team manager"),
            (audits[0], "School"),
            (audits[2], "Me"),
        ):
            connection.execute(action, {"audit": number, "owner": owner})
    flask_migrate.upgrade()
    actions = db.session.scalars(select(Action).order_by(Action.id)).all()
    assert [(each.live, each.owner_id) for each in actions] == [
        (True, mallory),
        (True, None),
        (False, None),
    ]
    for each in actions[:2]:
        assert (each.team_id, each.first_due_on) == (south, date(2026, 11, 1))
        assert [(entry.event, entry.by_id) for entry in each.entries] == [("opened", alice)]
    assert len({each.reference for each in actions}) == len(actions)
    assert not actions[2].entries
    kept = [db.session.get_one(Audit, number).themes for number in audits]
    assert [[theme.name for theme in themes] for themes in kept[:2]] == [["Drift and delay"]] * 2
    assert kept[2][0].description == long.strip()
    assert len(kept[2][0].name) <= 80
    db.session.remove()


def test_followed_actions_step_down_with_their_owners_in_words(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = world.recorded_audit()
    kept = action_of(audit, world.alice, "Kept.", owner_user=world.mallory)
    action_of(audit, world.alice, "Typed.", owner="School", owner_user=world.mallory)
    action_of(audit, world.alice, "Of nobody.")
    lost = themed(world, world.carol, what="Of no audit.")
    kept.say(ActionEvent.JOINED, world.mallory)
    kept.state, kept.joined_to, kept.like = ActionState.JOINED, lost, lost
    db.session.commit()
    db.session.remove()
    with pytest.raises(Exception, match=r"would lose rows.*'actions': 1"):
        flask_migrate.downgrade(revision="0005")
    monkeypatch.setenv("MIGRATION_MAY_LOSE_ROWS", "1")
    flask_migrate.downgrade(revision="0005")
    with db.engine.begin() as connection:
        rows = connection.execute(sa.text("SELECT what, owner FROM actions ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [
            ("Kept.", "Mallory"),
            ("Typed.", "School"),
            ("Of nobody.", ""),
        ]
        blank = sa.text("UPDATE actions SET owner = :owner WHERE what = :what")
        connection.execute(blank, {"owner": "   ", "what": "Kept."})
        connection.execute(blank, {"owner": " TEAM MANAGER ", "what": "Typed."})
    flask_migrate.upgrade()
    actions = db.session.scalars(select(Action).order_by(Action.id)).all()
    assert [each.owned_by for each in actions] == [
        "Nobody yet",
        "Mallory (TEAM MANAGER)",
        "Nobody yet",
    ]
    assert actions[0].owner is None
    db.session.remove()


REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("audits") as audits:
        audits.alter_column(
            "good_practice_quote", type_=sa.String(400), existing_type=sa.String(300)
        )


def downgrade():
    pass
"""


def test_changing_a_table_that_others_refer_to_keeps_their_rows(
    app: Flask, held: dict[str, int], tmp_path: Path
) -> None:
    """SQLite copies the table; with foreign keys on, its findings would silently go."""
    folder = tmp_path / "migrations"
    shutil.copytree(app.extensions["migrate"].directory, folder)
    later = REBUILD.format(head=_script(app).get_current_head())
    (folder / "versions" / "later.py").write_text(later)
    flask_migrate.upgrade(directory=str(folder))
    assert _rows() == held


def _script(app: Flask) -> ScriptDirectory:
    return ScriptDirectory(app.extensions["migrate"].directory)
