"""The framework audits are judged against: thread sets, their threads and their descriptors.

A published set is never edited, only superseded, and an audit keeps the set it was made under.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, words
from audit_app.rules.judgements import Judgement


class ThreadSet(Base):
    """A dated version of the golden threads, such as "2021 (proposed)"."""

    __tablename__ = "thread_sets"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    overall_judged: Mapped[bool] = mapped_column(default=True)
    confirmed_on: Mapped[date | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    threads: Mapped[list[Thread]] = relationship(
        back_populates="thread_set", order_by="Thread.position"
    )
    overall_descriptors: Mapped[list[Descriptor]] = relationship(
        primaryjoin=lambda: and_(
            ThreadSet.id == Descriptor.thread_set_id, Descriptor.thread_id.is_(None)
        ),
        viewonly=True,
        order_by="Descriptor.id",
    )

    def describe_overall(self, judgement: Judgement) -> str:
        """What a judgement means for the practice as a whole, or nothing where none is written."""
        return _text_for(self.overall_descriptors, judgement)


class Thread(Base):
    """One golden thread of practice, as worded in one thread set."""

    __tablename__ = "threads"
    __table_args__ = (
        UniqueConstraint("thread_set_id", "code"),
        UniqueConstraint("thread_set_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_set_id: Mapped[int] = mapped_column(ForeignKey("thread_sets.id"), index=True)
    code: Mapped[str] = mapped_column(String(30), index=True)
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text)
    position: Mapped[int]

    thread_set: Mapped[ThreadSet] = relationship(back_populates="threads")
    descriptors: Mapped[list[Descriptor]] = relationship(order_by="Descriptor.id")

    def describe(self, judgement: Judgement) -> str:
        """What a judgement means for this thread, or nothing where none is written."""
        return _text_for(self.descriptors, judgement)


class Descriptor(Base):
    """What one judgement looks like for one thread, or overall where no thread is named."""

    __tablename__ = "descriptors"
    __table_args__ = (UniqueConstraint("thread_set_id", "thread_id", "judgement"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_set_id: Mapped[int] = mapped_column(ForeignKey("thread_sets.id"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"), index=True)
    judgement: Mapped[Judgement] = mapped_column(words(Judgement, "judgement"))
    text: Mapped[str] = mapped_column(Text)


def _text_for(descriptors: list[Descriptor], judgement: Judgement) -> str:
    return next((each.text for each in descriptors if each.judgement is judgement), "")
