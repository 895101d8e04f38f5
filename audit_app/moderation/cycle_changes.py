"""Setting up moderation cycles. One that an audit was drawn under is superseded, never changed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import ModerationCycle, User, remember
from audit_app.models.base import new_reference
from audit_app.moderation.sample import was_drawn_under
from audit_app.rules.workflow import NotAllowed

SETTINGS = (
    "name",
    "starts_on",
    "blind",
    "every_inadequate",
    "every_outstanding",
    "random_percent",
    "days_allowed",
    "resolved_by",
)


class DayTaken(Exception):
    """Another cycle starts on that day; nothing was written."""


class Stale(Exception):
    """Somebody changed the cycle after the page was opened; nothing was written."""


def read_at(cycle: ModerationCycle) -> str:
    """What a page that shows a cycle carries, to notice that it was changed since."""
    settings = tuple(str(getattr(cycle, name)) for name in SETTINGS)
    return sha256(repr(settings).encode()).hexdigest()[:16]


def set_up(by: User, values: Mapping[str, Any]) -> ModerationCycle:
    """Set up a cycle with a seed that nobody chooses. Not committed.

    Raises:
        DayTaken: when another cycle starts on that day.
    """
    cycle = ModerationCycle(
        reference=new_reference(),
        seed=secrets.token_hex(16),
        set_up_by_id=by.id,
        **{name: values[name] for name in SETTINGS},
    )
    db.session.add(cycle)
    _flush()
    remember(db.session, by, "set up", "moderation cycle", cycle.reference)
    return cycle


def change(by: User, cycle: ModerationCycle, seen: str, values: Mapping[str, Any]) -> None:
    """Change a cycle that no audit was drawn under; its seed stays. Not committed.

    Raises:
        NotAllowed: when an audit was drawn under it, or none would be in force today.
        Stale: when it is no longer as it was ``seen``.
        DayTaken: when another cycle starts on that day.
    """
    _hold(cycle, seen)
    if cycle.starts_on <= date.today() < values["starts_on"]:
        _check_another_is_in_force(cycle)
    for name in SETTINGS:
        setattr(cycle, name, values[name])
    _flush()
    remember(db.session, by, "changed", "moderation cycle", cycle.reference)


def remove(by: User, cycle: ModerationCycle, seen: str) -> None:
    """Remove a cycle that no audit was drawn under. Not committed.

    Raises:
        NotAllowed: when an audit was drawn under it, or none would be in force today.
        Stale: when it is no longer as it was ``seen``.
    """
    _hold(cycle, seen)
    if cycle.starts_on <= date.today():
        _check_another_is_in_force(cycle)
    db.session.delete(cycle)
    remember(db.session, by, "removed", "moderation cycle", cycle.reference)


def _hold(cycle: ModerationCycle, seen: str) -> None:
    """Lock the cycle until the end of the transaction, so that no audit is drawn under it."""
    db.session.refresh(cycle, with_for_update={"of": ModerationCycle})
    if was_drawn_under(cycle):
        raise NotAllowed(
            "An audit was drawn under this cycle, so it stays as it is. Set up a new cycle to take "
            "its place."
        )
    if read_at(cycle) != seen:
        raise Stale


def _check_another_is_in_force(cycle: ModerationCycle) -> None:
    others = select(ModerationCycle.id).where(
        ModerationCycle.id != cycle.id, ModerationCycle.starts_on <= date.today()
    )
    if db.session.scalar(others.limit(1)) is None:
        raise NotAllowed("This is the only cycle in force. Set up another before this one goes.")


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise DayTaken from None
