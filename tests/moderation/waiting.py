"""Moderation cycles and drawn audits for tests to work on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from audit_app.extensions import db
from audit_app.models import Audit, ModerationCycle, ModerationDraw, User
from audit_app.models.base import now
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause, number_drawn
from tests.browser_page import PageClient
from tests.people import World

REASON = "What I saw on the file."


def a_cycle(**settings: Any) -> ModerationCycle:
    """A cycle in force since last month: open and of every audit, unless told otherwise."""
    known = {
        "name": "Autumn 2026",
        "starts_on": date.today() - timedelta(days=30),
        "blind": False,
        "every_inadequate": True,
        "every_outstanding": True,
        "random_percent": 100,
        "seed": "a seed nobody chose",
        "days_allowed": 10,
        "resolved_by": Role.PRACTICE_LEAD,
    }
    cycle = ModerationCycle(**(known | settings))
    db.session.add(cycle)
    db.session.commit()
    return cycle


def given_to(moderator: User | None, world: World, cycle: ModerationCycle, **audit: Any) -> Audit:
    """An audit of the South team by Alice, drawn at random and given to a moderator."""
    made = world.recorded_audit(**audit)
    made.blind = cycle.blind
    made.draw = ModerationDraw(
        cycle_id=cycle.id,
        number=number_drawn(cycle.seed, made.reference),
        judgement=made.final_overall,
        chosen_because=DrawnBecause.RANDOM,
        moderator_id=None if moderator is None else moderator.id,
        allocated_at=None if moderator is None else now(),
        due_on=date.today() + timedelta(days=3),
    )
    db.session.commit()
    return made


def moderated(web: PageClient, world: World, audit: Audit, judgement: Judgement) -> None:
    """Bob judges an audit, overall; then signs out."""
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    web.send(page, "Save my judgement for good", overall=judgement.value, overall_reason=REASON)
    web.sign_out()


def disputed(web: PageClient, world: World, audit: Audit, judgement: Judgement) -> None:
    """Bob judges an audit otherwise than Alice did, and Alice disputes it."""
    moderated(web, world, audit, judgement)
    web.sign_in(world.alice)
    page = web.get(f"/moderation/{audit.reference}/answer")
    web.send(page, accepted="no", reason="The file shows more than was read.")
    web.sign_out()
