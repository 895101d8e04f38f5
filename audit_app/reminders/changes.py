"""What becomes of messages: made, claimed, handed over, seen; and what a person says became of one.

Every step is one UPDATE that names the state before it, so that of two commands, or of a command
and a person, one takes it and the other finds it taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update

from audit_app.extensions import db
from audit_app.models import Message, MessageState, User, remember
from audit_app.models.base import now
from audit_app.models.inserting import insert_unless_there
from audit_app.reminders.drafts import Draft
from audit_app.reminders.queries import is_stuck


def make(drafts: Iterable[Draft], state: MessageState) -> int:
    """Make those messages that nobody has made; how many that were.

    In one transaction, so that a command that is stopped has made all of them or none.
    """
    made = 0
    for draft in drafts:
        made += insert_unless_there(
            db.session,
            Message,
            user_id=draft.user_id,
            kind=draft.kind,
            about=draft.about,
            subject=draft.subject,
            lines=[line.stored() for line in draft.lines],
            state=state,
        )
    db.session.commit()
    return made


def claim(number: int) -> Message | None:
    """Take a waiting message to hand it over; None when another command has it.

    That it was taken is written down for good before anything is sent.
    """
    waits = (Message.id == number, Message.state == MessageState.WAITING)
    claimed = _moved(waits, MessageState.SENDING, tried_at=now(), tries=Message.tries + 1)
    if not claimed:
        return None
    return db.session.get(Message, number, populate_existing=True)


def write_down(number: int, state: MessageState, problem: str | None = None) -> bool:
    """What became of a message that was handed over, or never was."""
    sent_at = {"sent_at": now()} if state is MessageState.SENT else {}
    held = (Message.id == number, Message.state == MessageState.SENDING)
    return _moved(held, state, problem=_short(problem), **sent_at)


def note_problem(number: int, problem: str) -> None:
    """Why nobody knows whether it went out."""
    held = (Message.id == number, Message.state == MessageState.SENDING)
    _moved(held, MessageState.SENDING, problem=_short(problem))


def note_why_all_wait(problem: str) -> None:
    """Nothing more is taken by now: when that was found, and why, beside everything that waits."""
    waits = (Message.state == MessageState.WAITING,)
    _moved(waits, MessageState.WAITING, tried_at=now(), problem=_short(problem))


def mark_undelivered(taken: Mapping[str, datetime], problem: str) -> int:
    """Those of them that were taken for sent could not be delivered; how many that were.

    Each with the moment before which it was taken: one that was sent again since is left alone.
    """
    return sum(
        _moved(
            (
                Message.reference == reference,
                Message.state == MessageState.SENT,
                Message.tried_at < before,
            ),
            MessageState.REFUSED,
            problem=_short(problem),
        )
        for reference, before in sorted(taken.items())
    )


def say_sent(user: User, message: Message) -> bool:
    """Somebody knows that it went out. Not committed. False when it is not in doubt any more."""
    stuck = (Message.id == message.id, is_stuck(MessageState.SENDING))
    said = _change(stuck, state=MessageState.SENT, sent_at=func.coalesce(Message.tried_at, now()))
    if said:
        remember(db.session, user, "said it was sent", "message", message.reference)
    return said


def send_again(user: User, message: Message) -> bool:
    """Let it wait to be sent once more. Not committed. False when there is no reason any more."""
    again = is_stuck(MessageState.SENDING) | is_stuck(MessageState.REFUSED)
    asked = _change((Message.id == message.id, again), state=MessageState.WAITING, problem=None)
    if asked:
        remember(db.session, user, "asked to send again", "message", message.reference)
    return asked


def send_refused_again(user: User) -> int:
    """Let all that could not be delivered wait once more. Not committed. How many that were."""
    refused = db.session.scalars(
        select(Message).where(is_stuck(MessageState.REFUSED)).order_by(Message.id)
    )
    return sum(send_again(user, message) for message in refused.all())


def mark_seen(user: User, newest: str) -> None:
    """A person has seen their messages up to the one with this reference."""
    up_to = (
        select(Message.id)
        .where(Message.reference == newest, Message.user_id == user.id)
        .scalar_subquery()
    )
    theirs = (Message.user_id == user.id, Message.id <= up_to, Message.seen_at.is_(None))
    _change(theirs, seen_at=now())
    db.session.commit()


def _moved(which: tuple[ColumnElement[bool], ...], state: MessageState, **values: Any) -> bool:
    moved = _change(which, state=state, **values)
    db.session.commit()
    return moved


def _change(which: tuple[ColumnElement[bool], ...], **values: Any) -> bool:
    asked = update(Message).where(*which).values(**values)
    done = db.session.execute(asked.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount > 0


def _short(problem: str | None) -> str | None:
    return None if problem is None else problem[:200]
