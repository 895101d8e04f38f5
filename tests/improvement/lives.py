"""Actions that live: of an audit that was submitted, or of a place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from audit_app.audits.opening import open_action
from audit_app.extensions import db
from audit_app.models import Action, Audit, User
from audit_app.rules.actions import ActionKind, ActionSource
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from tests.people import World

TODAY = date.today()
IN_A_WEEK = TODAY + timedelta(days=7)
IN_A_MONTH = TODAY + timedelta(days=30)
EVIDENCE = "Seen alone on 3 November, as the case note of that day says."


def action_of(audit: Audit, by: User, what: str = "See him alone.", **more: Any) -> Action:
    """A live action of an audit, raised by whoever is named."""
    said: dict[str, Any] = {
        "kind": ActionKind.QUALITY,
        "due_on": IN_A_WEEK,
        "priority": Priority.HIGH,
        "thread": audit.findings[2].thread,
        "team_id": audit.team_id,
        "service_id": audit.service_id,
    }
    action = Action(audit=audit, what=what, **(said | more))
    open_action(by, action)
    db.session.commit()
    return action


def live_action(
    world: World, judgement: Judgement = Judgement.GOOD, owner: User | None = None, **more: Any
) -> Action:
    """A live action of the South team by Alice; Mallory, who manages that team, owns it."""
    audit = world.recorded_audit(judgement)
    return action_of(audit, world.alice, owner_user=owner or world.mallory, **more)


def themed(world: World, by: User, **more: Any) -> Action:
    """A live action of the South team that is about no single child."""
    said: dict[str, Any] = {
        "source": ActionSource.THEME,
        "what": "Write a chronology on every case.",
        "kind": ActionKind.COMPLIANCE,
        "due_on": IN_A_WEEK,
        "priority": Priority.MEDIUM,
        "team_id": world.south.id,
        "service_id": world.south.service_id,
        "owner_user": world.mallory,
    }
    action = Action(**(said | more))
    open_action(by, action)
    db.session.commit()
    return action
