"""A practice alert: one side of A4 that tells teams what must change, and why."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.appending import RowKept, keep_for_ever
from audit_app.models.base import Base, JsonObject, Referenced, now, words
from audit_app.models.people import Service, Team, User
from audit_app.models.published import PublishedDocument
from audit_app.models.theme import Theme
from audit_app.rules.alert_steps import ALERT_STEPS, AlertState
from audit_app.rules.alerts import written_number
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import Relation, Verb, allowed


class AlertKind(StrEnum):
    ALERT = "alert"
    LEARNING_BRIEFING = "learning_briefing"

    @property
    def label(self) -> str:
        return {
            AlertKind.ALERT: "Practice alert: act now",
            AlertKind.LEARNING_BRIEFING: "Learning briefing",
        }[self]


class AudienceKind(StrEnum):
    """Whom an alert is for: everybody, or all people of a service, a team or a role."""

    EVERYONE = "everyone"
    SERVICE = "service"
    TEAM = "team"
    ROLE = "role"


class Alert(Referenced, Base):
    """An alert from draft to issue and after. Its number is given at issue and never used again.

    ``audiences`` say whom it is for, and ``audience`` says that in words, as printed.
    ``evidence_from`` to ``evidence_to``, ``evidence_threads`` (codes), ``evidence_judgements``, and
    the service and the theme where one was chosen, say which audits the alert rests on;
    ``evidence`` is the whole sheet on the day it was issued, frozen so that the paper and the
    record agree for ever, and ``published`` that paper itself. ``replaces`` is the issued alert
    that this one supersedes when it is issued.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("year", "sequence"),
        CheckConstraint("evidence_to >= evidence_from", name="evidence_in_order"),
        CheckConstraint("(year IS NULL) = (sequence IS NULL)", name="number_whole"),
        CheckConstraint("replaces_id != id", name="replaces_another"),
        CheckConstraint(
            "state != 'withdrawn' OR (withdrawn_on IS NOT NULL AND withdrawn_because IS NOT NULL)",
            name="withdrawn_for_a_reason",
        ),
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
    evidence_service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    evidence_theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
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
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id"), index=True)
    withdrawn_on: Mapped[date | None]
    withdrawn_because: Mapped[str | None] = mapped_column(Text)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("published_documents.id"), unique=True
    )

    author: Mapped[User] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
    replaces: Mapped[Alert | None] = relationship(remote_side="Alert.id")
    published: Mapped[PublishedDocument | None] = relationship()
    evidence_service: Mapped[Service | None] = relationship()
    evidence_theme: Mapped[Theme | None] = relationship()
    audiences: Mapped[list[AlertAudience]] = relationship(cascade="all, delete-orphan")
    requirements: Mapped[list[AlertRequirement]] = relationship(
        order_by="AlertRequirement.position", cascade="all, delete-orphan"
    )

    def number(self, prefix: str) -> str | None:
        """``PA 2026/04``, or None before issue."""
        if self.year is None or self.sequence is None:
            return None
        return written_number(prefix, self.year, self.sequence)

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


class AlertAudience(Base):
    """One part of whom an alert is for: exactly what its kind says is filled in."""

    __tablename__ = "alert_audiences"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'service') = (service_id IS NOT NULL) AND "
            "(kind = 'team') = (team_id IS NOT NULL) AND (kind = 'role') = (role IS NOT NULL)",
            name="what_it_says",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AudienceKind] = mapped_column(words(AudienceKind, "kind"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    role: Mapped[Role | None] = mapped_column(words(Role, "role"))

    service: Mapped[Service | None] = relationship()
    team: Mapped[Team | None] = relationship()


class AlertAcknowledgement(Base):
    """That a team has talked about an alert: when, where, and what changes. Only ever added."""

    __tablename__ = "alert_acknowledgements"

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    discussed_on: Mapped[date]
    where_discussed: Mapped[str] = mapped_column(String(120))
    what_changes: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    team: Mapped[Team] = relationship()
    by: Mapped[User] = relationship()


class AcknowledgementKept(RowKept):
    """Something tried to change or delete what a team said of an alert; nothing was written."""


keep_for_ever(
    AlertAcknowledgement,
    AcknowledgementKept("What a team said of an alert is never changed or deleted."),
)


class AlertReading(Base):
    """That a person said that they have read an alert."""

    __tablename__ = "alert_readings"

    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(default=now)
