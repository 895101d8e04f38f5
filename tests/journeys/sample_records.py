"""A sample of closed actions that a tour of the pages calls at."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from audit_app.audits.opening import open_action
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.improvement import changes, sample_changes
from audit_app.models import Action, Audit, User
from audit_app.rules.actions import Difference
from audit_app.rules.audit_steps import MODERATED_STATES, AuditState
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role

LOOK_AGAIN = (Role.TEAM_MANAGER, Role.MODERATOR, Role.HEAD_OF_SERVICE, Role.PRACTICE_LEAD)


def sample_records(people: dict[Role, User]) -> dict[str, str]:
    """A sample of what was closed today, with one done by the worker that the others may check."""
    action = _closed_by_worker(people)
    sample = sample_changes.draw_sample(
        people[Role.PRACTICE_LEAD], date.today() - timedelta(days=1), date.today(), 100
    )
    db.session.commit()
    return {"<sample>": sample.reference, "<action to look at again>": action.reference}


def _closed_by_worker(people: dict[Role, User]) -> Action:
    audit = db.session.scalars(
        select(Audit)
        .where(
            Audit.final_overall == Judgement.GOOD,
            Audit.state.in_((*MODERATED_STATES, AuditState.COMPLETE)),
            *(within_reach(people[role]) for role in LOOK_AGAIN),
        )
        .order_by(Audit.id)
        .limit(1)
    ).one()
    worker = people[Role.PRACTITIONER]
    action = Action(
        audit=audit,
        what="Ask her what she wants to happen.",
        owner_user=worker,
        team_id=audit.team_id,
        service_id=audit.service_id,
        due_on=date.today(),
        priority=Priority.LOW,
    )
    open_action(audit.auditor, action)
    changes.close(worker, action, "The note of today.", Difference.YES, "She says so.", None, None)
    return action
