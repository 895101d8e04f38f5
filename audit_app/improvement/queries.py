"""Reading improvement actions. Fetching is authorising: nobody is given one outside their reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from audit_app.audits.followed import of_it_or_before
from audit_app.audits.followed import verifying_hidden_from as verifying_hidden_from  # noqa: PLC0414
from audit_app.audits.opening import likeness, same_matter
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import (
    Action,
    ActionEntry,
    Audit,
    JudgementRow,
    RoleGrant,
    Theme,
    ThreadSet,
    User,
)
from audit_app.rules.action_steps import ActionState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission, Role


def actions_within_reach(user: User) -> ColumnElement[bool]:
    """The one condition that says which actions a person may read; only live ones.

    Those of audits they may read, those they own, those of the teams they manage and the services
    they head; practice leads all. For selects over :class:`Action`; it needs no join.
    """
    if not user.can(Permission.ACTION_READ):
        return false()
    theirs = or_(
        Action.owner_id == user.id,
        _of_audits(within_reach(user)),
        *(_answered_for_as(grant) for grant in user.grants),
    )
    return and_(Action.live, theirs)


def _of_audits(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(Audit.id).where(Audit.id == Action.audit_id, which).correlate(Action).exists()


def _answered_for_as(grant: RoleGrant) -> ColumnElement[bool]:
    match grant.role:
        case Role.PRACTICE_LEAD:
            return true()
        case Role.HEAD_OF_SERVICE if grant.service_id is None:
            return Action.service_id.is_not(None)
        case Role.HEAD_OF_SERVICE:
            return Action.service_id == grant.service_id
        case Role.TEAM_MANAGER if grant.team_id is not None:
            return Action.team_id == grant.team_id
        case _:
            return false()


def action_for(user: User, reference: str) -> Action:
    """The action with everything recorded about it, if this person may read it; otherwise 404."""
    action = db.session.scalar(
        select(Action)
        .where(Action.reference == reference, actions_within_reach(user))
        .options(*_WHOLE)
    )
    if action is None:
        abort(404)
    return action


_WHOLE: Any = (
    joinedload(Action.audit),
    joinedload(Action.thread),
    joinedload(Action.team),
    joinedload(Action.service),
    joinedload(Action.owner_user),
    joinedload(Action.joined_to),
    joinedload(Action.like),
    selectinload(Action.themes),
    selectinload(Action.joined).selectinload(Action.entries),
    selectinload(Action.joined).joinedload(Action.audit),
    selectinload(Action.entries).joinedload(ActionEntry.by),
    selectinload(Action.entries).joinedload(ActionEntry.owner),
)


def needs_verifying() -> ColumnElement[bool]:
    """Actions closed only when somebody else has verified them: those of what was ever judged
    Inadequate, overall or in the action's thread; those that such a one is joined to; and those
    raised after one that made no difference.

    Under a thread set without an overall judgement, any Inadequate thread counts.
    """
    return of_it_or_before(judged_inadequate)


def judged_inadequate(row: Any) -> ColumnElement[bool]:
    """Of an action, or an alias: whether what it came out of was ever judged Inadequate."""
    return (
        select(JudgementRow.id)
        .join(Audit, Audit.id == JudgementRow.audit_id)
        .join(ThreadSet, ThreadSet.id == Audit.thread_set_id)
        .where(
            JudgementRow.audit_id == row.audit_id,
            JudgementRow.judgement == Judgement.INADEQUATE,
            or_(
                JudgementRow.thread_id.is_(None),
                JudgementRow.thread_id == row.thread_id,
                not_(ThreadSet.overall_judged),
            ),
        )
        .correlate(row)
        .exists()
    )


def waits_to_be_verified(user: User) -> ColumnElement[bool]:
    """Actions that are done, and that somebody else must verify, as far as this person may know.

    One that was closed before its audit was judged Inadequate waits as well.
    """
    closed_unverified = and_(
        Action.state == ActionState.CLOSED, Action.verified_at.is_(None), needs_verifying()
    )
    return and_(
        or_(Action.state == ActionState.TO_VERIFY, closed_unverified),
        not_(verifying_hidden_from(user)),
    )


def readable(user: User, actions: Iterable[Action]) -> set[int]:
    """Those of some actions that this person could open the page of, by row number."""
    numbers = [each.id for each in actions]
    wanted = select(Action.id).where(Action.id.in_(numbers), actions_within_reach(user))
    return set(db.session.scalars(wanted)) if numbers else set()


def reads_audit(user: User, action: Action) -> bool:
    """Whether this person could open the audit that an action came out of."""
    wanted = select(Audit.id).where(Audit.id == action.audit_id, within_reach(user))
    return user.can(Permission.AUDIT_READ) and db.session.scalar(wanted) is not None


def could_be_joined_to(user: User, action: Action, most: int = 50) -> list[Action]:
    """Open actions about the same matter that this person may read and manage; likest first.

    Of very many, the latest are compared.
    """
    answers_for = or_(Action.owner_id == user.id, *(_answered_for_as(each) for each in user.grants))
    wanted = (
        select(Action.id, Action.what)
        .where(actions_within_reach(user), answers_for, same_matter(action))
        .where(Action.id != action.id, Action.state == ActionState.OPEN)
        .order_by(Action.id.desc())
        .limit(_COMPARED)
    )
    rows = db.session.execute(wanted).all() if user.can(Permission.ACTION_MANAGE) else []
    rank = {row.id: (-likeness(action.what, row.what), row.id) for row in rows}
    likest = sorted(rank, key=lambda number: rank[number])[:most]
    found = select(Action).where(Action.id.in_(likest)).options(joinedload(Action.owner_user))
    return sorted(db.session.scalars(found), key=lambda each: rank[each.id])


_COMPARED = 1000


def theme_for(reference: str) -> Theme:
    """A theme in use; 404 where there is none of this reference."""
    theme = db.session.scalar(select(Theme).where(Theme.reference == reference, Theme.active))
    if theme is None:
        abort(404)
    return theme
