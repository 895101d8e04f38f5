"""Where actions stand, for rows of the database; ``rules.action_board`` says it of one action.

A test compares the two.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, not_, null, or_, select

from audit_app.audits.followed import verifying_hidden_from
from audit_app.audits.owners import can_work_on_actions
from audit_app.improvement.board_filter import NO_PLACE, NOBODY, BoardFilter, ToSortOut, Whose
from audit_app.improvement.queries import actions_within_reach, waits_to_be_verified
from audit_app.models import Action, User
from audit_app.rules.action_board import SOON, BoardGroup
from audit_app.rules.action_steps import UNFINISHED_STATES, ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.permissions import Role


def group_column(user: User, today: date) -> ColumnElement[Any]:
    """Where each action stands for this person, as ``rules.action_board.group_of`` says of one.

    Of an action whose audit waits for their blind judgement they learn only that it is open: how
    it was closed would tell whether it needed verifying, and so how the practice was judged.
    """
    known = not_(verifying_hidden_from(user))
    too_early = and_(
        Action.state == ActionState.CLOSED, Action.difference == Difference.TOO_EARLY, known
    )
    is_open = Action.state == ActionState.OPEN
    return case(
        (and_(is_open, Action.due_on < today), BoardGroup.OVERDUE.value),
        (and_(is_open, Action.due_on <= today + SOON), BoardGroup.SOON.value),
        (is_open, BoardGroup.LATER.value),
        (waits_to_be_verified(user), BoardGroup.TO_VERIFY.value),
        (and_(too_early, Action.look_again_on <= today), BoardGroup.LOOK_AGAIN.value),
        (too_early, BoardGroup.TOO_EARLY.value),
        else_=null(),
    )


def ownerless() -> ColumnElement[bool]:
    """Open actions that nobody answers for: no owner, or one who can no longer work on it."""
    return and_(Action.state == ActionState.OPEN, *_of_owner(NOBODY))


def alike(user: User) -> ColumnElement[bool]:
    """Open actions that may say the same as another open one that this person may read.

    One that is done cannot be joined any more. And whether it still waited to be verified would
    tell a blind moderator how the practice was judged.
    """
    others = select(Action.id).where(Action.state == ActionState.OPEN, actions_within_reach(user))
    return and_(Action.state == ActionState.OPEN, Action.like_id.in_(others.correlate(None)))


def board_of(user: User) -> ColumnElement[bool]:
    """A person's own board: what they own, and what the teams and services they answer for have."""
    ways = [Action.owner_id == user.id]
    for grant in user.grants:
        if grant.role is Role.TEAM_MANAGER and grant.team_id is not None:
            ways.append(Action.team_id == grant.team_id)
        if grant.role is Role.HEAD_OF_SERVICE:
            headed = Action.service_id == grant.service_id
            ways.append(headed if grant.service_id else Action.service_id.is_not(None))
    return or_(*ways)


def asked_for(user: User, by: BoardFilter, today: date) -> list[ColumnElement[bool]]:
    """What a filter asks for, of what this person may read and is not finished."""
    group = group_column(user, today)
    stands = group.is_not(None) if by.group is None else group == by.group.value
    wanted = [actions_within_reach(user), _may_be_unfinished(), stands]
    if by.whose is Whose.MINE:
        wanted.append(board_of(user))
    if by.show is not None:
        wanted.append(ownerless() if by.show is ToSortOut.OWNERLESS else alike(user))
    return wanted + _of_owner(by.owner) + _of_columns(by)


def _of_owner(reference: str | None) -> list[ColumnElement[bool]]:
    """Of this person; of nobody who can still work on it; or of anybody."""
    if reference is None:
        return []
    known = select(User.id).where(
        can_work_on_actions() if reference == NOBODY else User.reference == reference
    )
    theirs = Action.owner_id.in_(known)
    return [or_(Action.owner_id.is_(None), not_(theirs)) if reference == NOBODY else theirs]


def _may_be_unfinished() -> ColumnElement[bool]:
    """Leaves out, at little cost, what is finished for sure."""
    looked_at = Action.difference == Difference.TOO_EARLY
    return or_(
        Action.state.in_(UNFINISHED_STATES),
        and_(Action.state == ActionState.CLOSED, or_(looked_at, Action.verified_at.is_(None))),
    )


def _of_columns(by: BoardFilter) -> list[ColumnElement[bool]]:
    columns: dict[str, Any] = {
        "service": Action.service_id,
        "team": Action.team_id,
        "priority": Action.priority,
        "kind": Action.kind,
    }
    asked = {name: value for name in columns if (value := getattr(by, name)) is not None}
    return [
        columns[name].is_(None) if value == NO_PLACE else columns[name] == value
        for name, value in asked.items()
    ]
