"""What happened to a record: who did what, and when; never what the text said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, scoped_session

from audit_app.models.base import Base, now
from audit_app.models.people import User


class HistoryEvent(Base):
    """One thing a person did to one record. Rows are only ever added."""

    __tablename__ = "history_events"
    __table_args__ = (Index("ix_history_events_record", "record_type", "record_reference"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verb: Mapped[str] = mapped_column(String(40))
    record_type: Mapped[str] = mapped_column(String(30))
    record_reference: Mapped[str] = mapped_column(String(40))

    user: Mapped[User | None] = relationship()


def remember(
    session: Session | scoped_session[Any],
    user: User | None,
    verb: str,
    record_type: str,
    reference: str,
) -> None:
    """Add an event to the transaction that does the thing, so that both happen or neither does."""
    session.add(
        HistoryEvent(
            user_id=None if user is None else user.id,
            verb=verb,
            record_type=record_type,
            record_reference=reference,
        )
    )
