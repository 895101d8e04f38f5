"""Sending what waits: each message claimed, handed over, and what became of it written down.

A message is claimed in a transaction of its own before anything is sent, and what became of it is
written in another after. A command that is stopped in between leaves the message claimed: it may or
may not have gone out, and is not sent again unless whoever delivers says that it never came, or a
person says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit_app.extensions import db
from audit_app.models import Message, MessageKind, MessageState, User
from audit_app.people.queries import Access, access_of
from audit_app.reminders import changes
from audit_app.reminders.alerts_issued import still_asks
from audit_app.reminders.by_notify import ByNotify
from audit_app.reminders.by_smtp import BySmtp
from audit_app.reminders.clocks import still_runs_for
from audit_app.reminders.handing_over import (
    Found,
    HandingOver,
    NotHandedOver,
    NotKnown,
    PutOff,
    Undeliverable,
    Way,
)
from audit_app.reminders.letters import letter_of
from audit_app.reminders.queries import numbers_waiting, stopped_halfway
from config import Settings

ANOTHER_STOPPED = "Sending stopped at another message, before this one"
NOT_DELIVERED = "It was taken to be sent and then could not be delivered"
_WHY_KEPT = {
    MessageState.REFUSED: "This person can no longer sign in",
    MessageState.SHOWN: "It was no longer true when it could be sent",
}

_BECAME = {
    Found.TAKEN: (MessageState.SENT, None),
    Found.NEVER_CAME: (MessageState.WAITING, None),
    Found.UNDELIVERABLE: (MessageState.REFUSED, NOT_DELIVERED),
}


@dataclass
class Sending:
    """What came of sending once; ``stopped`` is why it ended before all was tried."""

    sent: int = 0
    refused: int = 0
    in_doubt: int = 0
    outdated: int = 0
    stopped: str | None = None


def way_out(settings: Settings) -> Way | None:
    """How messages leave the service; None where they are only shown in it."""
    match settings.mail_by:
        case "smtp":
            return BySmtp(settings)
        case "notify":
            return ByNotify(settings)
        case _:
            return None


def settle(way: Way) -> Sending:
    """Ask about what an earlier command left in doubt, and about what could not be delivered."""
    done = Sending()
    left = stopped_halfway()
    db.session.rollback()
    try:
        for number, reference, tried_at in left:
            found = way.ask_about(reference, tried_at)
            if found in _BECAME:
                state, problem = _BECAME[found]
                done.refused += changes.write_down(number, state, problem) and problem is not None
        done.refused += changes.mark_undelivered(way.undelivered(), NOT_DELIVERED)
    except NotHandedOver as problem:
        done.stopped = str(problem)
    return done


def send_waiting(way: Way, settings: Settings, done: Sending) -> None:
    """Send what waits, until nobody takes it any more; then say so beside what waits still."""
    try:
        for number in numbers_waiting() if done.stopped is None else ():
            # No transaction is open while a mail server is waited for.
            db.session.rollback()
            with way.connected() as connection:
                _send(number, connection, settings, done)
    except (NotHandedOver, NotKnown) as problem:
        done.stopped = str(problem)
    if done.stopped is not None:
        # The answer that was lost was about another message than those that wait.
        changes.note_why_all_wait(ANOTHER_STOPPED if done.in_doubt else done.stopped)


def _send(number: int, connection: HandingOver, settings: Settings, done: Sending) -> None:
    """Raises NotHandedOver or NotKnown when the next message need not be tried."""
    message = changes.claim(number)
    if message is None:
        return
    kept = _kept_from(message)
    letter = letter_of(message, settings)
    db.session.rollback()
    if kept is not None:
        changes.write_down(number, kept, _WHY_KEPT[kept])
        done.refused += kept is MessageState.REFUSED
        done.outdated += kept is MessageState.SHOWN
        return
    try:
        connection.hand_over(letter)
    except NotKnown as problem:
        changes.note_problem(number, str(problem))
        done.in_doubt += 1
        raise
    except (NotHandedOver, PutOff) as problem:
        changes.write_down(number, MessageState.WAITING, str(problem))
        if isinstance(problem, NotHandedOver):
            raise
    except Undeliverable as problem:
        changes.write_down(number, MessageState.REFUSED, str(problem))
        done.refused += 1
    else:
        changes.write_down(number, MessageState.SENT)
        done.sent += 1


def _kept_from(message: Message) -> MessageState | None:
    """What becomes of a message that is not to be sent any more; None when it is.

    Its person has left since it was made; or its clock was stopped, or became somebody else's; or
    its alert was withdrawn, or talked about meanwhile.
    """
    user: User = message.user
    if access_of(user) is not Access.CAN_SIGN_IN:
        return MessageState.REFUSED
    if message.kind is MessageKind.CLOCK and not still_runs_for(user, message.about):
        return MessageState.SHOWN
    if message.kind is MessageKind.ALERT and not still_asks(user, message.about):
        return MessageState.SHOWN
    return None
