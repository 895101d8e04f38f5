"""What became of the actions of an audit, told to whoever reads it. Read-only.

Whether an action waits to be verified tells that something was judged Inadequate. Whoever may still
judge the same practice blind is told no more than that it is open, or done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_login import current_user
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.extensions import db
from audit_app.models import Action, Audit, User
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference

#: What anybody may be told who sees that an action is not open any more.
DONE = "Done"


@dataclass(frozen=True)
class Followed:
    """Where one live action stands, as far as its reader may know."""

    status: str
    owned_by: str
    due_on: date
    difference: Difference | None
    is_open: bool

    @property
    def overdue(self) -> bool:
        return self.is_open and self.due_on < date.today()


def followed(user: User, references: Iterable[str | None]) -> Mapping[str, Followed]:
    """Where live actions stand, by their references."""
    wanted = [each for each in references if each]
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Action, verifying_hidden_from(user).label("hidden"))
        .where(Action.reference.in_(wanted), Action.live)
        .order_by(Action.id)
    )
    return {row.Action.reference: _followed(row.Action, row.hidden) for row in rows}


def _followed(action: Action, hidden: bool) -> Followed:
    return Followed(
        status=status_shown(action.state, hidden),
        owned_by=action.owned_by,
        due_on=action.due_on,
        difference=action.difference,
        is_open=action.state is ActionState.OPEN,
    )


def status_shown(state: ActionState, hidden: bool) -> str:
    """A state in words; no more than that it is done, where more would tell a judgement."""
    telling = state in (ActionState.TO_VERIFY, ActionState.CLOSED)
    return DONE if hidden and telling else state.label


def what_became_of(actions: Iterable[Any]) -> Mapping[str, Followed]:
    """The same, for a template: where these actions stand for whoever is signed in."""
    if not current_user.is_authenticated:
        return {}
    return followed(current_user, [each.reference for each in actions])


def verifying_hidden_from(user: User) -> ColumnElement[bool]:
    """Actions that would tell this person, by whether they need verifying, a judgement they must
    not know yet.
    """
    hidden = judgement_hidden_from(user)
    return of_it_or_joined(
        lambda row: select(Audit.id).where(Audit.id == row.audit_id, hidden).correlate(row).exists()
    )


def of_it_or_joined(holds: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Actions of which something holds, or to which one is joined of which it does."""
    other = aliased(Action)
    joined = select(other.id).where(other.joined_to_id == Action.id, holds(other))
    return or_(holds(Action), joined.correlate(Action).exists())
