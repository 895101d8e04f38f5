"""Judgements as they were made, kept for ever, and the moderation of an audit."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.appending import RowKept, keep_for_ever
from audit_app.models.base import Base, now, words
from audit_app.models.framework import Thread
from audit_app.models.people import User
from audit_app.rules.judgements import Judgement


class Stage(StrEnum):
    AUDITED = "audited"
    MODERATED = "moderated"
    RESOLVED = "resolved"


class JudgementRow(Base):
    """One judgement somebody made. Rows are added and never changed or deleted.

    No thread means the overall judgement. The reported judgement is the newest row.
    """

    __tablename__ = "judgements"
    __table_args__ = (Index("ix_judgements_audit_thread", "audit_id", "thread_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))
    stage: Mapped[Stage] = mapped_column(words(Stage, "stage"))
    judgement: Mapped[Judgement] = mapped_column(words(Judgement, "judgement"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str | None] = mapped_column(Text)

    thread: Mapped[Thread | None] = relationship()


class Moderation(Base):
    """A second person's judgement of the same practice, beside the auditor's and never over it."""

    __tablename__ = "moderations"
    __table_args__ = (Index("ix_moderations_moderator_on", "moderator_id", "moderated_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), unique=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    moderated_on: Mapped[date]
    overall: Mapped[Judgement | None] = mapped_column(words(Judgement, "overall"))
    overall_reason: Mapped[str | None] = mapped_column(Text)
    practice_note: Mapped[str | None] = mapped_column(Text)
    audit_quality_note: Mapped[str | None] = mapped_column(Text)
    blind: Mapped[bool] = mapped_column(default=False)

    moderator: Mapped[User] = relationship()


class JudgementKept(RowKept):
    """Something tried to change or delete a judgement that was made; nothing was written."""


keep_for_ever(JudgementRow, JudgementKept("A judgement that was made is never changed or deleted."))
