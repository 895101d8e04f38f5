"""Summaries for committee, and batches of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, Referenced, now, words
from audit_app.models.people import Service, User
from audit_app.models.published import PublishedDocument
from audit_app.rules.summary_periods import SummaryKind, SummaryPeriod
from audit_app.rules.summary_steps import SUMMARY_STEPS, SummaryState
from audit_app.rules.workflow import Relation, Verb, allowed

#: A draft that was discarded leaves its place to another.
_KEPT = "state != 'discarded'"


class _OfPeriod:
    """Is about one period, which is kept as a kind, a year and a quarter (0 for a whole year)."""

    kind: Mapped[SummaryKind] = mapped_column(words(SummaryKind, "kind"))
    year: Mapped[int]
    quarter: Mapped[int]

    @property
    def period(self) -> SummaryPeriod:
        return SummaryPeriod(self.kind, self.year, self.quarter)


class Summary(_OfPeriod, Referenced, Base):
    """One edition of the summary of a period, of the whole authority or of one service.

    Its figures are counted afresh until it is signed off; from then on ``published`` is what it
    says, for ever. ``completed_by`` is the author of the commentary. ``reason`` says why there is
    another edition than the first, and is printed in it.
    """

    __tablename__ = "summaries"
    __table_args__ = (
        Index(
            "uq_summaries_edition_of_service",
            *("kind", "year", "quarter", "service_id", "edition"),
            unique=True,
            sqlite_where=text(_KEPT),
            postgresql_where=text(_KEPT),
        ),
        Index(
            "uq_summaries_edition_of_all",
            *("kind", "year", "quarter", "edition"),
            unique=True,
            sqlite_where=text(f"service_id IS NULL AND {_KEPT}"),
            postgresql_where=text(f"service_id IS NULL AND {_KEPT}"),
        ),
        CheckConstraint(
            "(state = 'signed_off') = (published_id IS NOT NULL)", name="signed_off_is_published"
        ),
        CheckConstraint("edition = 1 OR reason IS NOT NULL", name="another_edition_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[SummaryState] = mapped_column(
        words(SummaryState, "state"), default=SummaryState.DRAFT
    )
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    edition: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str | None] = mapped_column(Text)
    what_changed: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")
    doing: Mapped[str] = mapped_column(Text, default="")
    return_note: Mapped[str | None] = mapped_column(Text)
    started_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    completed_at: Mapped[datetime | None]
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("published_documents.id"), unique=True
    )

    service: Mapped[Service | None] = relationship()
    started_by: Mapped[User] = relationship(foreign_keys=[started_by_id])
    completed_by: Mapped[User | None] = relationship(foreign_keys=[completed_by_id])
    published: Mapped[PublishedDocument | None] = relationship()

    def relations_of(self, user: User) -> frozenset[Relation]:
        """What a person is to this summary, as the workflow table asks."""
        wrote = user.id == self.completed_by_id
        return frozenset({Relation.AUTHOR}) if wrote else frozenset()

    def lets(self, user: User, verb: Verb) -> bool:
        """Whether this person may do this to this summary now."""
        return allowed(SUMMARY_STEPS, self.state, verb, user.permissions, self.relations_of(user))


class SummaryBatch(_OfPeriod, Referenced, Base):
    """The summaries of all services for one period, made one after the other for one person."""

    __tablename__ = "summary_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    made_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=now)

    made_by: Mapped[User] = relationship()
    parts: Mapped[list[SummaryBatchPart]] = relationship(
        order_by="SummaryBatchPart.position", cascade="all, delete-orphan"
    )


class SummaryBatchPart(Base):
    """One summary of a batch: not made yet, made, or a problem in words for why it could not be."""

    __tablename__ = "summary_batch_parts"
    __table_args__ = (Index("uq_summary_batch_parts_place", "batch_id", "position", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("summary_batches.id", ondelete="CASCADE"))
    position: Mapped[int]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    file_name: Mapped[str] = mapped_column(String(160))
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    made_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(200))

    service: Mapped[Service | None] = relationship()
