"""Setting up cycles. Once a cycle is drawn, nothing the draw came from is ever changed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import ProgrammeCycle, ProgrammeTarget, Service, Team, User, remember
from audit_app.models.base import new_reference
from audit_app.programme.queries import RECORD_TYPE
from audit_app.rules.workflow import NotAllowed

SETTINGS = (
    "name",
    "starts_on",
    "ends_on",
    "due_on",
    "audit_type",
    "theme_id",
    "look_back_months",
    "moderation",
    "audits_each",
)

FROZEN = (
    "This cycle has been drawn, so its days, targets and list of open cases stay as they were. "
    "That way anybody can do the draw again and come to the same cases."
)


class NameTaken(Exception):
    """Another cycle has that name; nothing was written."""


class Stale(Exception):
    """Somebody changed it after the page was opened; nothing was written."""


def read_at(cycle: ProgrammeCycle) -> str:
    """What a page that shows a cycle's settings carries, to notice that they were changed since."""
    settings = tuple(str(getattr(cycle, name)) for name in SETTINGS)
    return sha256(repr(settings).encode()).hexdigest()[:16]


def check_not_drawn(cycle: ProgrammeCycle) -> None:
    """Refuse to change what a drawn cycle came from.

    Raises:
        NotAllowed: when it has been drawn.
    """
    if cycle.drawn_at is not None:
        raise NotAllowed(FROZEN)


def hold(cycle: ProgrammeCycle) -> None:
    """Lock a cycle until the transaction ends, to change what it will be drawn from.

    Its version counts every such change, so that a page which showed it earlier can tell.

    Raises:
        NotAllowed: when it has been drawn.
    """
    db.session.refresh(cycle, with_for_update={"of": ProgrammeCycle})
    check_not_drawn(cycle)
    cycle.version += 1


def set_up(
    by: User, values: Mapping[str, Any], targets_of: ProgrammeCycle | None = None
) -> ProgrammeCycle:
    """Set up a cycle with a seed that nobody chooses or sees before the draw. Not committed.

    Args:
        targets_of: the cycle whose targets it starts with, where they are still of anybody.

    Raises:
        NameTaken: when another cycle has that name.
    """
    cycle = ProgrammeCycle(
        reference=new_reference(),
        seed=secrets.token_hex(16),
        set_up_by_id=by.id,
        **{name: values[name] for name in SETTINGS},
    )
    cycle.targets = [] if targets_of is None else _copies(targets_of.targets)
    db.session.add(cycle)
    _flush()
    told = f"set up the cycle (seed {cycle.seed_checksum[:8]})"
    remember(db.session, by, told, RECORD_TYPE, cycle.reference)
    return cycle


def _copies(targets: list[ProgrammeTarget]) -> list[ProgrammeTarget]:
    """Only those of services, teams and people in use: nothing is asked of the others."""
    services, teams, people = (
        set(db.session.scalars(select(each.id).where(each.active)))
        for each in (Service, Team, User)
    )
    return [
        ProgrammeTarget(
            service_id=each.service_id,
            team_id=each.team_id,
            auditor_id=each.auditor_id,
            number=each.number,
        )
        for each in targets
        if each.service_id in services or each.team_id in teams or each.auditor_id in people
    ]


def change(by: User, cycle: ProgrammeCycle, seen: str, values: Mapping[str, Any]) -> None:
    """Change a cycle that is not drawn yet; its seed stays. Not committed.

    Raises:
        NotAllowed: when it has been drawn.
        Stale: when its settings are no longer as they were ``seen``.
        NameTaken: when another cycle has that name.
    """
    hold(cycle)
    if read_at(cycle) != seen:
        raise Stale
    for name in SETTINGS:
        setattr(cycle, name, values[name])
    _flush()
    remember(db.session, by, "changed", RECORD_TYPE, cycle.reference)


def remove(by: User, cycle: ProgrammeCycle, seen: int) -> None:
    """Remove a cycle that is not drawn yet, with its targets and its list. Not committed.

    Raises:
        NotAllowed: when it has been drawn.
        Stale: when its version is no longer the one ``seen``.
    """
    hold(cycle)
    if cycle.version != seen + 1:
        raise Stale
    db.session.delete(cycle)
    remember(db.session, by, "removed", RECORD_TYPE, cycle.reference)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise NameTaken from None
