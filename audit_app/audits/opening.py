"""Actions go live: once an audit is submitted, what it asks for is followed until it is done."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.fuzz import token_sort_ratio
from sqlalchemy import ColumnElement, and_, select

from audit_app.extensions import db
from audit_app.models import Action, Audit, User, remember
from audit_app.models.base import now
from audit_app.models.cases import of_case
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent

#: How much alike two actions are, from 0 to 100, when they may well be the same.
ALIKE = 85


def open_actions(user: User, audit: Audit) -> None:
    """Make every action of a submitted audit live that is not yet. Not committed."""
    for action in audit.actions:
        if not action.live:
            action.team_id, action.service_id = audit.team_id, audit.service_id
            open_action(user, action)


def open_action(user: User, action: Action, why: str | None = None) -> None:
    """Make one action live, in the words of whoever raised it. Not committed.

    Its place is to be set before.
    """
    db.session.add(action)
    like = most_alike(action)
    with db.session.no_autoflush:  # what is said and what changes are written together
        action.say(ActionEvent.OPENED, user, why, due_on=action.due_on, owner_id=action.owner_id)
        action.opened_at, action.first_due_on, action.like = now(), action.due_on, like
    db.session.flush()
    remember(db.session, user, "opened", "action", action.reference)


def most_alike(action: Action) -> Action | None:
    """The open action that says much the same of the same case or place, if there is one."""
    with db.session.no_autoflush:
        others = open_beside(action)
    alike = [(likeness(action.what, each.what), each.id, each) for each in others]
    score, _, found = max(alike, default=(0.0, 0, None))
    return found if score >= ALIKE else None


def likeness(one: str, other: str) -> float:
    """How much alike two texts are, from 0 to 100, whatever the order of their words."""
    return token_sort_ratio(one.casefold(), other.casefold())


def open_beside(action: Action) -> Sequence[Action]:
    """Other open actions of the same case; or, where it is of no case, of the same place."""
    return db.session.scalars(
        select(Action)
        .where(Action.live, Action.state == ActionState.OPEN, same_matter(action))
        .where(Action.id != (action.id or 0))
        .order_by(Action.id)
    ).all()


def same_matter(action: Action) -> ColumnElement[bool]:
    """Actions of the same child's case; or, of one that is about no child, of the same place.

    What is done for one child never stands for what was to be done for another. Capitals in a case
    reference make no other case.
    """
    audit = action.audit or (db.session.get(Audit, action.audit_id) if action.audit_id else None)
    if audit is None:
        return and_(
            Action.audit_id.is_(None),
            Action.team_id.is_not_distinct_from(action.team_id),
            Action.service_id.is_not_distinct_from(action.service_id),
        )
    same = of_case(Audit.case_reference, audit.case_reference)
    return Action.audit_id.in_(select(Audit.id).where(same))
