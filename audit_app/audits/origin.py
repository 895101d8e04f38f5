"""Where an audit that is being written comes from: an audit before it, the programme, or neither.

Read-only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import Allocation, Audit, User
from audit_app.rules.allocation_steps import AllocationState


@dataclass(frozen=True)
class Origin:
    """What an audit was begun from.

    ``earlier`` is the audit that this one follows up, and ``reads_earlier`` whether this person may
    read it. ``allocation`` is how the programme gave it to them; None where it did not, or where
    somebody else has it now.
    """

    earlier: Audit | None
    reads_earlier: bool
    allocation: Allocation | None

    @property
    def days_left(self) -> int | None:
        """Days until it is due, negative once it is overdue; None where nobody waits for it."""
        if self.allocation is None or self.allocation.state is not AllocationState.STARTED:
            return None
        return (self.allocation.due_on - date.today()).days


def origin_of(audit: Audit, user: User) -> Origin:
    """What it was begun from, as this person may know."""
    given = audit.allocation
    own = given if given is not None and given.auditor_id == user.id else None
    if audit.re_audit_of_id is None:
        return Origin(None, False, own)
    earlier, read = db.session.execute(
        select(Audit, within_reach(user).label("read")).where(Audit.id == audit.re_audit_of_id)
    ).one()
    return Origin(earlier, bool(read), own)
