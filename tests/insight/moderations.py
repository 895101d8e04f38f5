"""Moderated audits for tests that count them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Chosen,
    Moderation,
    ModerationCycle,
    ModerationDraw,
    Stage,
    User,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.sampling import DrawnBecause
from tests.moderation.waiting import a_cycle
from tests.people import World

_BECAUSE = {Chosen.RANDOM: DrawnBecause.RANDOM, Chosen.TARGETED: DrawnBecause.OUTSTANDING}


@dataclass(frozen=True)
class Both:
    """What an auditor and a moderator judged of one practice.

    ``threads`` is what the moderator wrote down of threads, by code.
    """

    audited: Judgement = Judgement.GOOD
    moderated: Judgement = Judgement.GOOD
    on: date = date(2026, 10, 5)
    blind: bool = False
    chosen: Chosen = Chosen.RANDOM
    days: int = 7
    state: AuditState = AuditState.ACCEPTED
    audited_threads: Judgement | None = None
    threads: Mapping[str, Judgement] | None = None


def record_both(world: World, *given: Both, auditor: User | None = None) -> list[Audit]:
    """Put moderated audits in the database, by Alice unless told otherwise."""
    cycle = db.session.scalars(db.select(ModerationCycle)).first() or a_cycle()
    made = [_record(world, each, auditor or world.alice, cycle) for each in given]
    db.session.commit()
    return made


def _record(world: World, both: Both, auditor: User, cycle: ModerationCycle) -> Audit:
    audit = world.recorded_audit(
        both.audited,
        auditor=auditor,
        on=both.on,
        state=both.state,
        threads=both.audited_threads,
    )
    audit.blind = both.blind
    audit.imported = both.chosen is Chosen.NOT_KNOWN
    if both.chosen in _BECAUSE:
        audit.draw = ModerationDraw(
            cycle_id=cycle.id, number=1, chosen_because=_BECAUSE[both.chosen]
        )
    audit.moderation = Moderation(
        moderator_id=world.bob.id,
        moderated_on=both.on + timedelta(days=both.days),
        overall=both.moderated,
        blind=both.blind,
    )
    audit.judge(world.bob, Stage.MODERATED, None, both.moderated)
    for finding in audit.findings:
        word = (both.threads or {}).get(finding.thread.code)
        if word is not None:
            audit.judge(world.bob, Stage.MODERATED, finding, word)
    return audit
