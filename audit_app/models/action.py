"""An improvement action that came out of an audit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, now, words
from audit_app.models.framework import Thread
from audit_app.rules.audits import Priority


class Action(Base):
    """What needs to happen, who owns it and by when."""

    __tablename__ = "actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))
    what: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date] = mapped_column(index=True)
    priority: Mapped[Priority] = mapped_column(words(Priority, "priority"))
    created_at: Mapped[datetime] = mapped_column(default=now)

    thread: Mapped[Thread | None] = relationship()
