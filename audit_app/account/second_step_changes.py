"""Setting up and taking away a second step, and accepting each of its codes once."""

from __future__ import annotations

import pyotp
from sqlalchemy import CursorResult, delete, or_, select, update

from audit_app.account.second_step_queries import (
    being_set_up,
    encrypted,
    mark_of,
    step_of_code,
)
from audit_app.extensions import db
from audit_app.models import SecondStep, User, remember
from audit_app.models.base import now


def begin(user: User) -> str | None:
    """Make a secret for a person's app. It counts for nothing until its first code is right.

    Gives what the browser it was begun in has to keep, to be shown it and to confirm it; None where
    there is a second step already.
    """
    _take_turns(user)
    step = db.session.get(SecondStep, user.id)
    if step is not None and step.confirmed_at is not None:
        db.session.rollback()
        return None
    step = step or SecondStep(user_id=user.id)
    step.secret, step.created_at, step.last_step = encrypted(pyotp.random_base32()), now(), None
    db.session.add(step)
    mark = mark_of(step)
    remember(db.session, user, "began a second step", "user", user.reference)
    db.session.commit()
    return mark


def confirm(user: User, begun: str | None, code: str) -> bool:
    """From now on ask this person for codes, if this is one of what was begun; whether it is."""
    _take_turns(user)
    step = being_set_up(user, begun)
    if step is None or not accept(step, code):
        db.session.rollback()
        return False
    step.confirmed_at = now()
    remember(db.session, user, "set up a second step", "user", user.reference)
    db.session.commit()
    return True


def _take_turns(user: User) -> None:
    """Let nobody begin anew while somebody confirms what was begun before."""
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update())


def accept(step: SecondStep, code: str) -> bool:
    """Whether a code is right and was never accepted before. Not committed.

    Two workers that are sent one code at one moment take turns at its row, and the second finds
    that its step of time is used up.

    Raises:
        KeyChanged: when the secret was kept under another secret key.
    """
    at = step_of_code(step, "".join(code.split()))
    if at is None:
        return False
    not_yet = or_(SecondStep.last_step.is_(None), SecondStep.last_step < at)
    using = update(SecondStep).where(SecondStep.user_id == step.user_id, not_yet)
    used: CursorResult[object] = db.session.execute(using.values(last_step=at))  # type: ignore[assignment]
    return used.rowcount == 1


def take_away(user: User) -> None:
    """Ask this person for their password alone again."""
    db.session.execute(delete(SecondStep).where(SecondStep.user_id == user.id))
    remember(db.session, user, "took second step away", "user", user.reference)
    db.session.commit()
