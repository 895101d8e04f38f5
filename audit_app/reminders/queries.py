"""Reading messages: a person's own, and of others' only to whom they go and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, and_, func, select, true

from audit_app.extensions import db
from audit_app.models import Message, MessageKind, MessageState, User
from audit_app.models.base import now
from audit_app.web.paging import Paging

#: Who gets messages: nobody who is switched off, or was only ever named in imported history.

#: Handing a message over takes seconds, and is given up long before this. What is older was being
#: handed over by a command that was stopped.
LONGEST_SENDING = timedelta(minutes=10)

#: What keeps a message from its person, in the order in which somebody should look at it.
STUCK = (MessageState.SENDING, MessageState.REFUSED, MessageState.WAITING)

#: Where one stays that was no longer true when it could be sent: in the service, with that problem.
OUTDATED = MessageState.SHOWN


def count_messages(user: User) -> int:
    wanted = select(func.count(Message.id)).where(Message.user_id == user.id)
    return db.session.scalar(wanted) or 0


def count_unseen(user: User) -> int:
    wanted = select(func.count(Message.id)).where(
        Message.user_id == user.id, Message.seen_at.is_(None)
    )
    return db.session.scalar(wanted) or 0


def messages_of(user: User, paging: Paging) -> Sequence[Message]:
    """A page of a person's own messages, the newest first."""
    wanted = select(Message).where(Message.user_id == user.id)
    newest = wanted.order_by(Message.made_at.desc(), Message.id.desc())
    return db.session.scalars(newest.offset(paging.offset).limit(paging.per_page)).all()


@dataclass(frozen=True)
class OutboxLine:
    """A message of anybody's as an administrator sees it: nothing of what it says."""

    reference: str
    name: str
    email: str
    kind: MessageKind
    state: MessageState
    made_at: datetime
    tried_at: datetime | None
    tries: int
    problem: str | None


def is_stuck(state: MessageState) -> ColumnElement[bool]:
    """In this state, and neither being handed over at this very moment nor meant to stay here."""
    given_up = Message.tried_at < now() - LONGEST_SENDING
    why = {MessageState.SENDING: given_up, MessageState.SHOWN: Message.problem.is_not(None)}
    return and_(Message.state == state, why.get(state, true()))


def count_stuck() -> dict[MessageState, int]:
    """How many messages there are of each state that keeps one from its person."""
    counts = (
        select(func.count(Message.id)).where(is_stuck(state)).scalar_subquery() for state in STUCK
    )
    return dict(zip(STUCK, db.session.execute(select(*counts)).one(), strict=True))


def count_outdated() -> int:
    """How many were no longer true when they could be sent. Nobody has to do anything about it."""
    return db.session.scalar(select(func.count(Message.id)).where(is_stuck(OUTDATED))) or 0


def outbox_lines(state: MessageState, paging: Paging) -> list[OutboxLine]:
    """A page of the messages that are stuck in a state, the oldest first."""
    rows = db.session.execute(
        select(
            Message.reference,
            User.name,
            User.email,
            Message.kind,
            Message.state,
            Message.made_at,
            Message.tried_at,
            Message.tries,
            Message.problem,
        )
        .join(Message.user)
        .where(is_stuck(state))
        .order_by(Message.made_at, Message.id)
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    return [OutboxLine(**row) for row in rows.mappings()]


def message_referenced(reference: str) -> Message:
    """Any message by its reference, to say what became of it; 404 where there is none."""
    found: Message | None = db.session.scalar(select(Message).where(Message.reference == reference))
    if found is None:
        abort(404)
    return found


def abouts_made(abouts: Collection[str]) -> set[str]:
    """Which of these there is a message about already."""
    made: set[str] = set()
    asked = sorted(abouts)
    for first in range(0, len(asked), 500):
        some = select(Message.about).where(Message.about.in_(asked[first : first + 500]))
        made |= set(db.session.scalars(some))
    return made


def numbers_waiting() -> list[int]:
    """The row numbers of what waits to be sent: word of clocks first, then the oldest first."""
    clocks_first: Any = Message.kind != MessageKind.CLOCK
    return list(
        db.session.scalars(
            select(Message.id)
            .where(Message.state == MessageState.WAITING)
            .order_by(clocks_first, Message.made_at, Message.id)
        )
    )


def stopped_halfway() -> list[tuple[int, str, datetime]]:
    """Row number, reference and last try of each message that may or may not have gone out."""
    rows = db.session.execute(
        select(Message.id, Message.reference, Message.tried_at)
        .where(is_stuck(MessageState.SENDING))
        .order_by(Message.id)
    )
    return [(row.id, row.reference, row.tried_at) for row in rows]
