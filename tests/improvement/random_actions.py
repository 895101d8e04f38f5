"""Random live actions of random places, owners and audits, and the slow way to arrange them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.improvement.standing import verifying_hidden, waits_to_be_verified
from audit_app.models import Action, Audit, User
from audit_app.models.base import new_reference, now
from audit_app.rules.action_board import BoardGroup, group_of
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionKind, ActionSource, Difference
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission, Role
from tests.people import World, make_user

TODAY = date.today()
OWNERS = ("nobody", "alice", "mallory", "bob", "priya", "gone", "unready", "dan")


@dataclass(frozen=True)
class Made:
    """An action to make; ``audit`` and ``like`` are places in lists, None for none."""

    state: ActionState
    due_in: int
    owner: str
    audit: int | None
    team: int | None
    difference: Difference
    look_again_in: int
    verified: bool
    priority: Priority
    kind: ActionKind | None
    like: int | None
    joined_to: int


DAYS = st.sampled_from((-200, -15, -1, 0, 1, 13, 14, 15, 90))
MADE = st.builds(
    Made,
    state=st.sampled_from(ActionState),
    due_in=DAYS,
    owner=st.sampled_from(OWNERS),
    audit=st.none() | st.integers(0, 3),
    team=st.none() | st.integers(0, 2),
    difference=st.sampled_from(Difference),
    look_again_in=DAYS,
    verified=st.booleans(),
    priority=st.sampled_from(Priority),
    kind=st.none() | st.sampled_from(ActionKind),
    like=st.none() | st.integers(0, 15),
    joined_to=st.integers(0, 15),
)


def some_audits(world: World) -> list[Audit]:
    """Of the South team and of North, good and Inadequate; the last two wait for Bob, blind."""
    audits = [
        world.recorded_audit(Judgement.GOOD, state=AuditState.COMPLETE),
        world.recorded_audit(Judgement.INADEQUATE, state=AuditState.COMPLETE, team=world.north),
        world.recorded_audit(Judgement.INADEQUATE),
        world.recorded_audit(Judgement.GOOD, team=world.north),
    ]
    for audit in audits[2:]:
        audit.blind = True
    gone = make_user("gone", Role.TEAM_MANAGER, world.north)
    gone.active = False
    make_user("unready", Role.TEAM_MANAGER, world.north).password_hash = None
    db.session.commit()
    return audits


def insert(world: World, audits: Sequence[Audit], made: Sequence[Made]) -> list[Action]:
    """Live actions as asked for and no others, flushed and not committed."""
    db.session.rollback()
    owners = {user.email.partition("@")[0]: user.id for user in db.session.scalars(select(User))}
    with db.session.no_autoflush:
        actions = [_action(world, audits, each, owners.get(each.owner)) for each in made]
    followed = [each for each in actions if each.state is not ActionState.JOINED]
    for action, each in zip(actions, made, strict=True):
        if action.state is ActionState.JOINED:
            # What it is joined to is followed instead; where there is nothing, it is itself.
            action.joined_to = followed[each.joined_to % len(followed)] if followed else None
            action.state = ActionState.JOINED if followed else ActionState.OPEN
    db.session.add_all(actions)
    db.session.flush()
    for action, each in zip(actions, made, strict=True):
        if each.like is not None and (like := actions[each.like % len(actions)]) is not action:
            # By its number: two that are like each other are no circle to the database.
            action.like_id = like.id
    db.session.flush()
    db.session.expire_all()
    return actions


def _action(world: World, audits: Sequence[Audit], made: Made, owner_id: int | None) -> Action:
    done = made.state in (ActionState.CLOSED, ActionState.TO_VERIFY)
    early = done and made.difference is Difference.TOO_EARLY
    verified = made.verified and made.state is ActionState.CLOSED
    audit = None if made.audit is None else audits[made.audit]
    team = _place(world, audit, made.team)
    due_on = TODAY + timedelta(days=made.due_in)
    return Action(
        reference=new_reference(),
        source=ActionSource.THEME if audit is None else ActionSource.AUDIT,
        audit=audit,
        what="See him alone, and write down what he says.",
        kind=made.kind,
        priority=made.priority,
        owner_id=owner_id,
        team_id=team and team.id,
        service_id=team and team.service_id,
        due_on=due_on,
        first_due_on=due_on,
        opened_at=now(),
        state=made.state,
        closed_at=now() if done else None,
        closed_by_id=world.mallory.id if done else None,
        difference=made.difference if done else None,
        look_again_on=TODAY + timedelta(days=made.look_again_in) if early else None,
        verified_at=now() if verified else None,
        verified_by_id=world.hester.id if verified else None,
    )


def _place(world: World, audit: Audit | None, team: int | None) -> Any:
    if audit is not None:
        return audit.team
    return None if team is None else (world.south, world.north, world.fostering)[team]


@dataclass(frozen=True)
class Row:
    """An action as the rule that groups it asks."""

    action: Action
    to_verify: bool

    @property
    def state(self) -> ActionState:
        return self.action.state

    @property
    def due_on(self) -> date:
        return self.action.due_on

    @property
    def difference(self) -> Difference | None:
        return self.action.difference

    @property
    def look_again_on(self) -> date | None:
        return self.action.look_again_on


def stands(user: User, action: Action) -> BoardGroup | None:
    """Where an action stands for somebody, worked out one by one."""
    if action.state is not ActionState.OPEN and verifying_hidden(user, action):
        return None
    return group_of(Row(action, waits_to_be_verified(action)), TODAY)


def reads(user: User, action: Action) -> bool:
    """Whether somebody may read an action, worked out from their roles one by one."""
    if not user.can(Permission.ACTION_READ):
        return False
    if action.owner_id == user.id or Role.PRACTICE_LEAD in user.roles:
        return True
    audit = action.audit
    if audit is not None and (audit.auditor_id == user.id or Role.MODERATOR in user.roles):
        return True
    if Role.HEAD_OF_SERVICE in user.roles:
        return audit is not None or action.service_id is not None
    if Role.PRACTITIONER in user.roles:
        return audit is not None and audit.worker_staff_id == user.staff_id
    return action.team_id is not None and user.manages(action.team_id)
