"""Group calibration: several people judge one audit blind, to see how far apart they are.

Nothing here is a judgement of the case: no figure is ever drawn from these tables.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.appending import RowKept, keep_for_ever
from audit_app.models.base import Base, Referenced, now, words
from audit_app.models.framework import Thread
from audit_app.models.people import User
from audit_app.rules.judgements import Judgement


class Calibration(Referenced, Base):
    """One exercise: an audit's evidence, the people invited, and what the group learned."""

    __tablename__ = "calibrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), index=True)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    due_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    learning: Mapped[str | None] = mapped_column(Text)

    opened_by: Mapped[User] = relationship()
    places: Mapped[list[CalibrationPlace]] = relationship(order_by="CalibrationPlace.id")
    judgements: Mapped[list[CalibrationJudgement]] = relationship(
        order_by="CalibrationJudgement.id"
    )

    def judged_by(self, user: User) -> bool:
        return any(place.user_id == user.id and place.done_at for place in self.places)


class CalibrationPlace(Base):
    """One person's place in an exercise; ``done_at`` when they have judged."""

    __tablename__ = "calibration_places"
    __table_args__ = (
        Index(
            "ix_calibration_places_calibration_id_user_id", "calibration_id", "user_id", unique=True
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    done_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class CalibrationJudgement(Base):
    """How one person would have judged; no thread means overall. Added once, never changed."""

    __tablename__ = "calibration_judgements"

    id: Mapped[int] = mapped_column(primary_key=True)
    calibration_id: Mapped[int] = mapped_column(
        ForeignKey("calibrations.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))
    judgement: Mapped[Judgement] = mapped_column(words(Judgement, "judgement"))
    reason: Mapped[str | None] = mapped_column(Text)

    user: Mapped[User] = relationship()
    thread: Mapped[Thread | None] = relationship()


keep_for_ever(
    CalibrationJudgement,
    RowKept("What somebody judged in an exercise is never changed or deleted."),
)
