"""How an audit came to be moderated, and what was said back and forth about it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, JsonObject, Referenced, now, words
from audit_app.models.people import User
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause, Sampling


class ModerationCycle(Referenced, Base):
    """What is moderated and how, from one day until the next cycle starts.

    Once an audit was drawn under it, it is superseded and never edited.
    """

    __tablename__ = "moderation_cycles"
    __table_args__ = (
        CheckConstraint("random_percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("days_allowed BETWEEN 1 AND 90", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    starts_on: Mapped[date] = mapped_column(unique=True)
    blind: Mapped[bool]
    every_inadequate: Mapped[bool]
    every_outstanding: Mapped[bool]
    random_percent: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    days_allowed: Mapped[int]
    resolved_by: Mapped[Role] = mapped_column(words(Role, "resolved_by"))
    set_up_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    set_up_at: Mapped[datetime] = mapped_column(default=now)

    set_up_by: Mapped[User | None] = relationship()

    @property
    def sampling(self) -> Sampling:
        return Sampling(
            self.every_inadequate, self.every_outstanding, self.random_percent, self.seed
        )


class ModerationDraw(Base):
    """What an audit drew when it was submitted, and whom it was given to.

    Everything the draw depended on stays here, so that it can be replayed from the cycle's seed.
    ``judgement`` is the one it depended on: overall, or the weakest thread's where there is none.
    No ``chosen_because`` means that it was not chosen.
    """

    __tablename__ = "moderation_draws"
    __table_args__ = (
        CheckConstraint("judgement != 'not_enough_evidence'", name="on_scale"),
        Index("ix_moderation_draws_moderator_id", "moderator_id"),
    )

    audit_id: Mapped[int] = mapped_column(
        ForeignKey("audits.id", ondelete="CASCADE"), primary_key=True
    )
    cycle_id: Mapped[int] = mapped_column(ForeignKey("moderation_cycles.id"), index=True)
    number: Mapped[int]
    judgement: Mapped[Judgement | None] = mapped_column(words(Judgement, "judgement"))
    chosen_because: Mapped[DrawnBecause | None] = mapped_column(
        words(DrawnBecause, "chosen_because")
    )
    drawn_at: Mapped[datetime] = mapped_column(default=now)
    called_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    called_in_reason: Mapped[str | None] = mapped_column(Text)
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    allocated_at: Mapped[datetime | None]
    due_on: Mapped[date | None]

    cycle: Mapped[ModerationCycle] = relationship(lazy="joined", innerjoin=True)
    moderator: Mapped[User | None] = relationship(foreign_keys=[moderator_id])
    called_in_by: Mapped[User | None] = relationship(foreign_keys=[called_in_by_id])


class Submission(Base):
    """A whole copy of what an auditor said, each time the audit was submitted. Never changed.

    ``answers`` holds every section's fields by the section's key, and the actions; dates as
    ``yyyy-mm-dd`` and words of a vocabulary by their values.
    """

    __tablename__ = "submissions"
    __table_args__ = (Index("ix_submissions_audit_id_number", "audit_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"))
    number: Mapped[int]
    submitted_at: Mapped[datetime] = mapped_column(default=now)
    answers: Mapped[JsonObject] = mapped_column(JSON)


class EvidenceRequest(Base):
    """An audit returned to its auditor: what more the moderator needs, and the auditor's reply."""

    __tablename__ = "evidence_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    needed: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)

    asked_by: Mapped[User] = relationship()


class ModerationAnswer(Base):
    """What the auditor says to a moderation that changed something: accepted, or disputed."""

    __tablename__ = "moderation_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), unique=True)
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime] = mapped_column(default=now)
    disputed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)

    answered_by: Mapped[User] = relationship()


class Resolution(Base):
    """A third person's judgement that ends a dispute, with the reason."""

    __tablename__ = "resolutions"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), unique=True)
    resolved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime] = mapped_column(default=now)
    overall: Mapped[Judgement | None] = mapped_column(words(Judgement, "overall"))
    reason: Mapped[str] = mapped_column(Text)

    resolved_by: Mapped[User] = relationship()
