"""Setting a cycle's targets: how many cases of each service, how many audits of each auditor."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from audit_app.extensions import db
from audit_app.models import ProgrammeCycle, ProgrammeTarget, User, remember
from audit_app.programme.cycle_changes import Stale, hold
from audit_app.programme.queries import RECORD_TYPE

#: What a target is of: the column that names it, and its row number.
Of = tuple[str, int]

KINDS = ("service_id", "team_id", "auditor_id")


def targets_of(cycle: ProgrammeCycle) -> dict[Of, int]:
    return {
        (kind, row): each.number
        for each in cycle.targets
        for kind in KINDS
        if (row := getattr(each, kind)) is not None
    }


def targets_read_at(cycle: ProgrammeCycle) -> str:
    """What a page that shows the targets carries, to notice that they were changed since."""
    return sha256(repr(sorted(targets_of(cycle).items())).encode()).hexdigest()[:16]


def set_targets(by: User, cycle: ProgrammeCycle, seen: str, numbers: Mapping[Of, int]) -> None:
    """Set every target of a cycle; where there is no number there is no target. Not committed.

    Raises:
        NotAllowed: when the cycle has been drawn.
        Stale: when the targets are no longer as they were ``seen``.
    """
    hold(cycle)
    if targets_read_at(cycle) != seen:
        raise Stale
    cycle.targets.clear()
    # The old rows go first: a service has one target at a time.
    db.session.flush()
    cycle.targets.extend(
        ProgrammeTarget(**{kind: row}, number=number) for (kind, row), number in numbers.items()
    )
    remember(db.session, by, "changed the targets", RECORD_TYPE, cycle.reference)
