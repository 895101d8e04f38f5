"""A database from before there were tallies has them filled from its audits."""

from __future__ import annotations

from datetime import date

import flask_migrate
import pytest
from flask import Flask

from audit_app.extensions import db
from audit_app.models import Moderation, ModerationDraw, Stage
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.sampling import DrawnBecause
from tests.audits.lives import submitted
from tests.people import World
from tests.tallying.slow import held, recounted


def test_the_step_that_makes_the_tallies_counts_as_the_service_does(
    app: Flask, world: World
) -> None:
    _moderated(world, blind=True)
    _moderated(world, blind=False)
    waiting = submitted(world, Judgement.INADEQUATE)
    waiting.state, waiting.overall = AuditState.RETURNED, Judgement.GOOD
    world.recorded_audit(state=AuditState.DRAFT)
    db.session.commit()
    right = held()
    assert right == recounted()
    assert all(right.values())
    db.session.remove()
    with pytest.MonkeyPatch.context() as losing:
        # The seals of what was remembered go with the step that brought them.
        losing.setenv("MIGRATION_MAY_LOSE_ROWS", "1")
        flask_migrate.downgrade(revision="0012")
    flask_migrate.downgrade(revision="0006")
    flask_migrate.upgrade()
    assert held() == right


def _moderated(world: World, *, blind: bool) -> None:
    """Moderated two threads and the whole; it waited three days, or was dated before its audit."""
    audit = submitted(world, blind=blind)
    audit.state = AuditState.MODERATED
    audit.moderation = Moderation(
        moderator_id=world.bob.id,
        moderated_on=date(2026, 10, 8) if blind else date(2026, 10, 1),
        overall=Judgement.OUTSTANDING,
        blind=blind,
    )
    for finding in audit.findings[:2]:
        audit.judge(world.bob, Stage.MODERATED, finding, Judgement.INADEQUATE)
    draw = db.session.get(ModerationDraw, audit.id)
    if draw is not None and not blind:
        draw.chosen_because = DrawnBecause.CALLED_IN
    db.session.flush()
