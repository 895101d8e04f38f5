"""The made-up messages: last week's and this week's digests, and word of clocks that run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from audit_app.demo.audits import at
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.extensions import db
from audit_app.models import Message, MessageKind, MessageState
from audit_app.models.base import JsonObject
from audit_app.reminders.clocks import clock_messages
from audit_app.reminders.drafts import Line, draft_to, path_of

#: What stood in each digest: the sentence and the page it leads to.
_LINES = {
    "team.manager": (
        ("2 audits given to you", "programme.mine.audits"),
        ("3 actions overdue", "improvement.boards.mine"),
        ("1 calibration exercise to judge", "calibration.exercises"),
    ),
    "moderator": (("12 audits to moderate", "moderation.queue"),),
    "practice.lead": (("2 requests waiting for a decision", "programme.requests.waiting"),),
    "practitioner": (("1 audit of your work to reflect on", "reflection.my_work"),),
}


def add_messages(staff: Staff, today: date) -> None:
    """Add them as the commands would have made them where mail is off."""
    rng = Random("messages")  # noqa: S311
    monday = today - timedelta(days=today.weekday())
    for week in (monday - timedelta(days=7), monday):
        db.session.add_all(_digests(rng, staff, week, seen=week < monday, today=today))
    made = at(today - timedelta(days=1), 8, rng)
    for each in clock_messages(today):
        db.session.add(
            Message(
                reference=reference(rng),
                user_id=each.user_id,
                kind=each.kind,
                about=each.about,
                subject=each.subject,
                lines=[line.stored() for line in each.lines],
                made_at=made,
                state=MessageState.SHOWN,
            )
        )


def _digests(rng: Random, staff: Staff, monday: date, seen: bool, today: date) -> Iterable[Message]:
    year, week, _ = monday.isocalendar()
    day = min(monday, today - timedelta(days=1))
    for name, sentences in _LINES.items():
        lines = [Line(text, path_of(view)) for text, view in sentences[: 2 if seen else None]]
        draft = draft_to(
            staff.sign_ins[name],
            MessageKind.DIGEST,
            f"digest:{year}-W{week:02}",
            MessageKind.DIGEST.label,
            lines,
        )
        stored: list[JsonObject] = [line.stored() for line in draft.lines]
        made = at(day, 6, rng)
        yield Message(
            reference=reference(rng),
            user_id=draft.user_id,
            kind=draft.kind,
            about=draft.about,
            subject=draft.subject,
            lines=stored,
            made_at=made,
            state=MessageState.SHOWN,
            seen_at=made + timedelta(hours=3) if seen else None,
        )
