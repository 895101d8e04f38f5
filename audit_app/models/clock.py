"""Starting the Inadequate clock for an audit."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import scoped_session

from audit_app.models.audit import Audit
from audit_app.models.base import new_reference
from audit_app.models.escalation import EntryKind, Escalation, EscalationCause, EscalationEntry
from audit_app.models.history import remember
from audit_app.models.people import User
from audit_app.rules.working_days import working_days_after


def start_clock(
    session: scoped_session[Any], audit: Audit, cause: EscalationCause, by: User, working_days: int
) -> None:
    """Start the clock for a cause in the transaction that gives it, unless it runs or ran already.

    Args:
        by: whose judgement or words started it.
        working_days: how long until what was done must be recorded.
    """
    if any(each.cause is cause for each in audit.escalations):
        return
    escalation = Escalation(
        reference=new_reference(),
        cause=cause,
        due_on=working_days_after(date.today(), working_days),
    )
    escalation.entries = [EscalationEntry(kind=EntryKind.STARTED, by_id=by.id)]
    audit.escalations.append(escalation)
    remember(session, by, f"escalated: {cause}", "audit", audit.reference)
