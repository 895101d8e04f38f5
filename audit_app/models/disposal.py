"""What keeps records beyond their time, and what is left of those that went."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, JsonObject, Referenced, now
from audit_app.models.people import User


class LegalHold(Referenced, Base):
    """Keeps every record of one case, however old, until somebody lifts it: an inquiry, a claim.

    One case has one hold at a time.
    """

    __tablename__ = "legal_holds"
    __table_args__ = (
        Index(
            "uq_legal_holds_case_reference_open",
            "case_reference",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_reference: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    placed_at: Mapped[datetime] = mapped_column(default=now)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None]
    lifted_because: Mapped[str | None] = mapped_column(Text)

    placed_by: Mapped[User] = relationship(foreign_keys=placed_by_id)
    lifted_by: Mapped[User | None] = relationship(foreign_keys=lifted_by_id)


class DisposalCertificate(Referenced, Base):
    """What went when its time was up: how many rows of which table, and the references of records.

    Rows are only ever added. ``counts`` holds the rows by table, ``references`` those of the audits
    that went, and never what they said. ``checksum`` is of all of it.

    Where what went was counted in figures, ``counts_from`` is the first day that records count from
    ever after, and ``totals`` are the last counts of the years before it: a list of ``first``,
    ``last`` and each judgement's number.
    """

    __tablename__ = "disposal_certificates"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    before: Mapped[date]
    rule: Mapped[str] = mapped_column(String(200))
    counts: Mapped[JsonObject] = mapped_column(JSON)
    references: Mapped[list[str]] = mapped_column(JSON)
    held: Mapped[int] = mapped_column(default=0)
    counts_from: Mapped[date | None]
    totals: Mapped[list[JsonObject]] = mapped_column(JSON, default=list)
    checksum: Mapped[str] = mapped_column(String(64))

    made_by: Mapped[User | None] = relationship()
