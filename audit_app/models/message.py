"""Messages to people: a weekly digest, word of a clock, word of an alert. References, no text."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, JsonObject, Referenced, now, words
from audit_app.models.people import User


class MessageKind(StrEnum):
    DIGEST = "digest"
    CLOCK = "clock"
    ALERT = "alert"

    @property
    def label(self) -> str:
        return {
            MessageKind.DIGEST: "What waits for you this week",
            MessageKind.CLOCK: "A clock is running",
            MessageKind.ALERT: "A practice alert for your team",
        }[self]


class MessageState(StrEnum):
    """Where a message stands on its way out.

    ``sending`` stays where the command was stopped between handing a message over and writing that
    down: whether it went out is not known, so it is not sent again unless somebody says so.
    """

    SHOWN = "shown"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {
            MessageState.SHOWN: "Shown here only",
            MessageState.WAITING: "Waiting to be sent",
            MessageState.SENDING: "Not known whether it was sent",
            MessageState.SENT: "Sent",
            MessageState.REFUSED: "Could not be delivered",
        }[self]


class Message(Referenced, Base):
    """One message to one person.

    ``about`` is what it is about and to whom, unique, so that it is made once however often the
    command runs. ``lines`` are the sentences and addresses it holds: counts, references and links.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_user_id_made_at", "user_id", "made_at"),
        Index("ix_messages_state_made_at", "state", "made_at"),
        CheckConstraint("state != 'sent' OR sent_at IS NOT NULL", name="sent_when"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[MessageKind] = mapped_column(words(MessageKind, "kind"))
    about: Mapped[str] = mapped_column(String(160), unique=True)
    subject: Mapped[str] = mapped_column(String(200))
    lines: Mapped[list[JsonObject]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[MessageState] = mapped_column(words(MessageState, "state"))
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(200))
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
