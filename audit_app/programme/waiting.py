"""What of the programme waits for a person, for their home page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from audit_app.models import User
from audit_app.programme.allocations import AllocationLine, count_without_auditor, given_to
from audit_app.programme.completion_report import question_in, report_on
from audit_app.programme.request_queries import count_to_decide
from audit_app.rules.completion import Completion
from audit_app.rules.permissions import Permission


@dataclass(frozen=True)
class ProgrammeWaiting:
    """What of the programme concerns a person; None for what their roles do not open."""

    to_audit: Sequence[AllocationLine] | None = None
    without_auditor: int | None = None
    to_decide: int | None = None
    this_month: Completion | None = None

    @property
    def overdue(self) -> int:
        """How many of their own audits are overdue."""
        return sum(line.overdue for line in self.to_audit or ())


def programme_waiting_for(user: User) -> ProgrammeWaiting:
    """Gather it, asking only for what the person’s roles open."""
    reads = user.can(Permission.PROGRAMME_READ)
    return ProgrammeWaiting(
        to_audit=given_to(user) if user.can(Permission.AUDIT_RECORD) else None,
        without_auditor=count_without_auditor() if user.can(Permission.PROGRAMME_MANAGE) else None,
        to_decide=count_to_decide(user) if user.can(Permission.PROGRAMME_APPROVE) else None,
        this_month=_this_month() if reads else None,
    )


def _this_month() -> Completion | None:
    """Of the audits first due this month; None where none were."""
    today = date.today()
    days = {"from": today.replace(day=1), "to": today + relativedelta(day=31)}
    question = question_in({name: each.isoformat() for name, each in days.items()}, today)
    total = report_on(question, today).table.total
    return total if total.given_out else None
