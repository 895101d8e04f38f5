"""Raising an action after the audit: from its moderation, from a theme, or after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audit_app.audits.opening import open_action
from audit_app.extensions import db
from audit_app.framework.queries import themes_numbered
from audit_app.improvement.standing import verifying_hidden
from audit_app.models import Action, Audit, Service, Team, Theme, User, remember
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, ActionSource, Difference
from audit_app.rules.audit_steps import MODERATED_STATES
from audit_app.rules.permissions import Permission, Role
from audit_app.rules.workflow import NotAllowed


@dataclass(frozen=True)
class Origin:
    """What an action comes out of, and where it is to happen; nowhere is the whole authority."""

    source: ActionSource
    audit: Audit | None = None
    team: Team | None = None
    service: Service | None = None
    theme: Theme | None = None
    after: Action | None = None

    @classmethod
    def moderation(cls, audit: Audit) -> Origin:
        return cls(ActionSource.MODERATION, audit, audit.team, audit.service)

    @classmethod
    def following(cls, action: Action) -> Origin:
        """An action that made no difference."""
        where = (action.team, action.service)
        return cls(ActionSource.ACTION, action.audit, *where, after=action)


def may_raise(user: User, origin: Origin) -> bool:
    """Whether this person may raise an action here: whoever judged, found or answers for it."""
    if not user.can(Permission.ACTION_RAISE):
        return False
    match origin.source:
        case ActionSource.MODERATION:
            return origin.audit is not None and judged_by(user, origin.audit)
        case ActionSource.THEME:
            return origin.theme is not None and _answers_for(user, origin)
        case ActionSource.ACTION:
            return origin.after is not None and _made_none(user, origin.after)
    return False


def judged_by(user: User, audit: Audit) -> bool:
    """Whether this person judged the practice after the auditor, or leads on it, once that is done.

    Until then whoever is to judge it must not learn from an action what others think of it.
    """
    if audit.state not in MODERATED_STATES:
        return False
    judges = {audit.moderation.moderator_id} if audit.moderation else set()
    judges |= {audit.resolution.resolved_by_id} if audit.resolution else set()
    return user.id in judges or Role.PRACTICE_LEAD in user.roles


def _answers_for(user: User, origin: Origin) -> bool:
    if Role.PRACTICE_LEAD in user.roles:
        return True
    if origin.team is not None:
        return user.manages(origin.team.id) or user.heads(origin.team.service_id)
    return origin.service is not None and user.heads(origin.service.id)


def _made_none(user: User, after: Action) -> bool:
    """Not before this person may know whether it was verified: only then is it closed."""
    if verifying_hidden(user, after):
        return False
    done = after.state is ActionState.CLOSED and after.difference is Difference.NO
    return done and (after.owner_id == user.id or after.answered_for_by(user))


def raise_action(user: User, origin: Origin, values: dict[str, Any]) -> Action:
    """Raise an action: it is live at once. Not committed.

    Raises:
        NotAllowed: when this person may not raise one here, or its owner could do nothing about it.
    """
    if origin.after is not None:
        origin.after.hold()
    if not may_raise(user, origin):
        raise NotAllowed("You cannot raise an action here.")
    action = Action(
        source=origin.source,
        audit=origin.audit,
        team_id=origin.team.id if origin.team else None,
        service_id=origin.service.id if origin.service else None,
        thread_id=values["thread"],
        owner_user=_owner(values["person"]),
        themes=themes_numbered(
            set(values["themes"]) | ({origin.theme.id} if origin.theme else set())
        ),
        **{name: values[name] for name in ("what", "kind", "owner", "due_on", "priority")},
    )
    open_action(user, action, _because(origin))
    if origin.after is not None:
        origin.after.say(ActionEvent.FOLLOWED, user, action.reference)
    if origin.audit is not None:
        remember(db.session, user, "raised an action", "audit", origin.audit.reference)
    return action


def _owner(number: int | None) -> User | None:
    if number is None:
        return None
    owner = db.session.get_one(User, number)
    if not owner.active or not owner.can(Permission.ACTION_WORK):
        raise NotAllowed(f"{owner.name} cannot work on actions.")
    return owner


def _because(origin: Origin) -> str | None:
    if origin.after is not None:
        return f"Action {origin.after.reference} made no difference for the child."
    return f"Theme: {origin.theme.name}." if origin.theme else None
