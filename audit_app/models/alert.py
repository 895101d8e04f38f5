"""A practice alert: one side of A4 that tells teams what must change, and why."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, JsonObject, Referenced, now, words
from audit_app.models.people import User
from audit_app.rules.workflow import ALERT_STEPS, AlertState, Relation, Verb, allowed


class AlertKind(StrEnum):
    ALERT = "alert"
    LEARNING_BRIEFING = "learning_briefing"

    @property
    def label(self) -> str:
        return {
            AlertKind.ALERT: "Practice alert: act now",
            AlertKind.LEARNING_BRIEFING: "Learning briefing",
        }[self]


class Alert(Referenced, Base):
    """An alert from draft to issue. Its number is given at issue and never used again.

    ``evidence_from`` to ``evidence_to``, ``evidence_threads`` (codes) and ``evidence_judgements``
    say which audits the alert rests on; ``evidence`` is the table those gave on the day it was
    issued, frozen so that the paper and the record agree for ever.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("year", "sequence"),
        CheckConstraint("evidence_to >= evidence_from", name="evidence_in_order"),
        CheckConstraint("(year IS NULL) = (sequence IS NULL)", name="number_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[AlertState] = mapped_column(words(AlertState, "state"), default=AlertState.DRAFT)
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    kind: Mapped[AlertKind] = mapped_column(words(AlertKind, "kind"))
    title: Mapped[str] = mapped_column(String(90))
    audience: Mapped[str] = mapped_column(String(120))
    owner: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date | None]
    review_on: Mapped[date | None]

    evidence_from: Mapped[date]
    evidence_to: Mapped[date]
    evidence_threads: Mapped[list[str]] = mapped_column(JSON)
    evidence_judgements: Mapped[list[str]] = mapped_column(JSON)
    evidence: Mapped[JsonObject | None] = mapped_column(JSON)

    why_now: Mapped[str] = mapped_column(Text, default="")
    found: Mapped[str] = mapped_column(Text, default="")
    good_looks_like: Mapped[str] = mapped_column(Text, default="")
    standards: Mapped[str] = mapped_column(Text, default="")
    question_1: Mapped[str] = mapped_column(String(200), default="")
    question_2: Mapped[str] = mapped_column(String(200), default="")
    question_3: Mapped[str] = mapped_column(String(200), default="")
    how_checked: Mapped[str] = mapped_column(Text, default="")
    return_note: Mapped[str | None] = mapped_column(Text)

    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    requirements: Mapped[list[AlertRequirement]] = relationship(
        order_by="AlertRequirement.position", cascade="all, delete-orphan"
    )

    def number(self, prefix: str) -> str | None:
        """``PA 2026/04``, or None before issue."""
        if self.year is None or self.sequence is None:
            return None
        return f"{prefix} {self.year}/{self.sequence:02d}"

    def relations_of(self, user: User) -> frozenset[Relation]:
        """What a person is to this alert, as the workflow table asks."""
        return frozenset({Relation.AUTHOR}) if user.id == self.author_id else frozenset()

    def lets(self, user: User, verb: Verb) -> bool:
        """Whether this person may do this to this alert now."""
        return allowed(ALERT_STEPS, self.state, verb, user.permissions, self.relations_of(user))


class AlertRequirement(Base):
    """One thing every reader must do, and by when."""

    __tablename__ = "alert_requirements"
    __table_args__ = (UniqueConstraint("alert_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    position: Mapped[int]
    what: Mapped[str] = mapped_column(String(240))
    by_when: Mapped[date]
