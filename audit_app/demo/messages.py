"""The made-up messages: this week's digests, and word of clocks that run."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from audit_app.demo.audits import at
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.extensions import db
from audit_app.models import Message, MessageKind, MessageState
from audit_app.reminders.alerts_issued import alert_messages
from audit_app.reminders.clocks import clock_messages
from audit_app.reminders.drafts import Draft
from audit_app.reminders.gathering import digests


def add_messages(staff: Staff, today: date) -> None:
    """Add them as the commands would have made them where mail is off, from what is there by now.

    Nobody whom somebody signs in as has seen theirs; everybody else has seen their digest. What is
    late, and what is due soon, is so on the day on which this runs.
    """
    rng = Random("messages")  # noqa: S311
    db.session.flush()
    signing_in = {user.id for user in staff.sign_ins.values()}
    yesterday = today - timedelta(days=1)
    monday = min(today - timedelta(days=today.weekday()), yesterday)
    for draft in digests(today):
        _add(rng, draft, monday, seen=draft.user_id not in signing_in)
    for draft in [*clock_messages(today), *alert_messages(today)]:
        _add(rng, draft, yesterday, seen=False)


def _add(rng: Random, draft: Draft, on: date, seen: bool) -> None:
    made = at(on, 6 if draft.kind is MessageKind.DIGEST else 8, rng)
    db.session.add(
        Message(
            reference=reference(rng),
            user_id=draft.user_id,
            kind=draft.kind,
            about=draft.about,
            subject=draft.subject,
            lines=[line.stored() for line in draft.lines],
            made_at=made,
            state=MessageState.SHOWN,
            seen_at=made + timedelta(hours=3) if seen else None,
        )
    )
