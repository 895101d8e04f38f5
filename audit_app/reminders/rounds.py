"""One round of a command: messages are made, what waits is sent, and what came of it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from audit_app.extensions import db
from audit_app.models import MessageState
from audit_app.models.sqlite import reading
from audit_app.reminders import changes
from audit_app.reminders.drafts import Draft, path_of
from audit_app.reminders.outbox import Sending, send_waiting, settle, way_out
from audit_app.reminders.queries import abouts_made, count_stuck
from audit_app.web.pages import plural
from config import Settings


@dataclass(frozen=True)
class Round:
    """What a command did, and what is left to do."""

    settings: Settings
    made: int
    sending: Sending = field(default_factory=Sending)
    waiting: int = 0
    in_doubt: int = 0

    @property
    def all_went_well(self) -> bool:
        """Whether nobody needs to look: nothing refused, left waiting or in doubt."""
        left = self.waiting if self.settings.mail_by != "off" else 0
        return not (self.sending.refused or left or self.in_doubt)

    def told(self) -> Iterator[str]:
        """What to print, a line for each thing."""
        yield f"{plural(self.made, 'message')} made"
        if self.settings.mail_by == "off":
            yield "MAIL_BY=off, so messages are shown in the service and sent to nobody"
        else:
            yield f"{plural(self.sending.sent, 'message')} sent"
        if self.sending.refused:
            yield f"{plural(self.sending.refused, 'message')} could not be delivered"
        if self.sending.outdated:
            were = plural(self.sending.outdated, "message was", "messages were")
            yield f"{were} no longer true, and not sent"
        if self.waiting:
            yield _waits(self.waiting) + (f": {why}" if (why := self.sending.stopped) else "")
        if self.in_doubt:
            yield f"{plural(self.in_doubt, 'message')} may or may not have been sent"
        if self.sending.refused or self.in_doubt:
            where = f"{self.settings.public_address or ''}{path_of('reminders.outbox')}"
            yield f"An administrator says what to do with those at {where}"


@dataclass(frozen=True)
class Rehearsal:
    """What a command would do."""

    drafts: list[Draft]
    waiting: int

    def told(self) -> Iterator[str]:
        for draft in self.drafts:
            yield f"Would make: {draft.email}  {draft.subject}"
        yield f"{plural(len(self.drafts), 'message')} would be made. Nothing was written or sent"
        if self.waiting:
            yield _waits(self.waiting)


def run(gather: Callable[[date], list[Draft]], today: date, settings: Settings) -> Round:
    """Settle what an earlier run left in doubt, make what is not made yet, and send what waits."""
    way = way_out(settings)
    sending = Sending() if way is None else settle(way)
    with reading(db.session):
        drafts = _not_made(gather(today))
    made = changes.make(drafts, MessageState.SHOWN if way is None else MessageState.WAITING)
    if way is not None:
        send_waiting(way, settings, sending)
    with reading(db.session):
        stuck = count_stuck()
    return Round(
        settings,
        made,
        sending,
        waiting=stuck[MessageState.WAITING],
        in_doubt=stuck[MessageState.SENDING] + sending.in_doubt,
    )


def rehearse(gather: Callable[[date], list[Draft]], today: date) -> Rehearsal:
    """What would be made and what waits, without writing anything."""
    with reading(db.session):
        return Rehearsal(_not_made(gather(today)), count_stuck()[MessageState.WAITING])


def _not_made(drafts: list[Draft]) -> list[Draft]:
    made = abouts_made([draft.about for draft in drafts])
    return [draft for draft in drafts if draft.about not in made]


def _waits(count: int) -> str:
    return f"{plural(count, 'message waits', 'messages wait')} to be sent"
