"""What an auditor found for one thread of one audit."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, words
from audit_app.models.framework import Thread
from audit_app.rules.judgements import Judgement


class Finding(Base):
    """One thread's judgement with its evidence, in the words of Signs of Safety.

    ``final_judgement`` is the reported one, a copy kept for counting as on the audit itself.
    """

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("audit_id", "thread_id"),
        Index("ix_findings_thread_final", "thread_id", "final_judgement", "audit_id"),
        Index("ix_findings_counted", "audit_id", "thread_id", "final_judgement", "judgement"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    position: Mapped[int]
    judgement: Mapped[Judgement | None] = mapped_column(words(Judgement, "judgement"))
    final_judgement: Mapped[Judgement | None] = mapped_column(words(Judgement, "final_judgement"))
    evidence: Mapped[str | None] = mapped_column(Text)
    working_well: Mapped[str | None] = mapped_column(Text)
    worried_about: Mapped[str | None] = mapped_column(Text)
    impact: Mapped[str | None] = mapped_column(Text)

    thread: Mapped[Thread] = relationship(lazy="joined", innerjoin=True)
