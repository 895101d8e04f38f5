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
from sqlalchemy import CTE, ColumnElement, false, select
from sqlalchemy.orm import aliased

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.extensions import db
from audit_app.models import Action, ActionEntry, Audit, User
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, Difference
from audit_app.rules.permissions import Permission

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
    if not user.can(Permission.AUDIT_MODERATE):
        return false()
    hidden = judgement_hidden_from(user)
    return of_it_or_before(
        lambda row: select(Audit.id).where(Audit.id == row.audit_id, hidden).correlate(row).exists()
    )


def of_it_or_before(holds: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Actions of which something holds, or of any that they stand for: those that are joined to
    them, those they were raised after, and so on.
    """
    one = aliased(Action)
    standing = select(one.id.label("id")).where(one.opened_at.is_not(None), holds(one))
    found = standing.cte(recursive=True)
    after = _what_came_after()
    onwards = select(after.c.later).join(found, found.c.id == after.c.earlier)
    found = found.union(onwards)
    return Action.id.in_(select(found.c.id))


def _what_came_after() -> CTE:
    """Each action that another stands for, with that other."""
    earlier, later = aliased(Action), aliased(Action)
    joined = select(earlier.id.label("earlier"), earlier.joined_to_id.label("later")).where(
        earlier.joined_to_id.is_not(None)
    )
    followed_by = (
        select(ActionEntry.action_id, later.id)
        .join(later, later.reference == ActionEntry.text)
        .where(ActionEntry.event == ActionEvent.FOLLOWED)
    )
    return joined.union_all(followed_by).cte()
