"""What an auditor's writing means for the clocks that run for the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flask import current_app

from audit_app.extensions import db
from audit_app.models import Audit, EntryKind, Escalation, EscalationCause, Team, User, start_clock
from audit_app.rules.escalations import NO_CONCERN, Concern

#: Where an audit says that there is a concern, and what it says of it.
CONCERN_FIELDS = ("safeguarding_concern", "concern_what", "concern_told", "concern_told_on")


def concern_of(audit: Audit) -> Concern | None:
    """The immediate safeguarding concern as the audit says it now; None where it says none."""
    if not audit.safeguarding_concern:
        return None
    return Concern(audit.concern_what or "", audit.concern_told or "", audit.concern_told_on)


@dataclass(frozen=True)
class Before:
    """What an audit said before somebody saved a part of it."""

    concern: Concern | None
    team: Team

    @classmethod
    def of(cls, audit: Audit) -> Self:
        return cls(concern_of(audit), audit.team)


def tell_clocks(user: User, audit: Audit, before: Before, typing: bool) -> None:
    """Start the clock for a concern, and record what changed for the clocks. Not committed.

    ``typing``: saved by the page itself. Then only words that would be lost are recorded.
    """
    concern = concern_of(audit)
    if concern is not None:
        days = current_app.config["SETTINGS"].safeguarding_days
        start_clock(db.session, audit, EscalationCause.SAFEGUARDING, user, days)
    for escalation in audit.escalations:
        if escalation.cause is EscalationCause.SAFEGUARDING:
            _tell_concern(user, escalation, before.concern, concern, typing)
        if before.team is not audit.team and escalation.closed_at is None:
            moved = f"The audit was moved from {before.team} to {audit.team}."
            escalation.say(EntryKind.NOTE, user.id, moved)


def tell_submitted(user: User, audit: Audit) -> None:
    """Record the concern in its writer's name as it is submitted. Not committed.

    What typing saved is recorded no later than this: whoever reads it next did not write it.
    """
    concern = concern_of(audit)
    if concern is None:
        return
    days = current_app.config["SETTINGS"].safeguarding_days
    start_clock(db.session, audit, EscalationCause.SAFEGUARDING, user, days)
    for escalation in audit.escalations:
        if escalation.cause is EscalationCause.SAFEGUARDING:
            escalation.record_concern(user.id, concern.text)


def tell_discarded(user: User, audit: Audit) -> None:
    """Record that the draft an open escalation came from was put aside. Not committed."""
    for escalation in audit.escalations:
        if escalation.closed_at is None:
            said = "The auditor discarded the draft. The escalation stays open."
            escalation.say(EntryKind.NOTE, user.id, said)


def _tell_concern(
    user: User, escalation: Escalation, before: Concern | None, after: Concern | None, typing: bool
) -> None:
    if before != after:
        escalation.hold()
    lost = before is not None and (after is None or not after.goes_on_from(before))
    if before is not None and lost:
        escalation.record_concern(user.id, before.text)
    if after is None:
        if before is not None:
            escalation.record_concern(user.id, NO_CONCERN)
        return
    if not typing:
        escalation.record_concern(user.id, after.text)
    if after != before and escalation.closed_at is not None:
        days = current_app.config["SETTINGS"].safeguarding_days
        escalation.reopen(user, "The auditor wrote about the concern again.", days)
