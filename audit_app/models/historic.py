"""Totals that were published before records began here, with where they were published."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, Referenced, now
from audit_app.models.people import User


class HistoricFigures(Referenced, Base):
    """How many audits of the whole authority got each overall judgement from one day to another.

    Nobody can look behind them: there are no audits, threads or moderations. Once ``withdrawn_on``
    is set they stand in no table.
    """

    __tablename__ = "historic_figures"
    __table_args__ = (
        CheckConstraint("last >= first", name="days_in_order"),
        CheckConstraint(
            "outstanding >= 0 AND good >= 0 AND requires_improvement >= 0 AND inadequate >= 0",
            name="counts",
        ),
        CheckConstraint(
            "outstanding + good + requires_improvement + inadequate > 0", name="not_empty"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    first: Mapped[date]
    last: Mapped[date]
    outstanding: Mapped[int]
    good: Mapped[int]
    requires_improvement: Mapped[int]
    inadequate: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_on: Mapped[date | None]
    withdrawn_because: Mapped[str | None] = mapped_column(Text)

    entered_by: Mapped[User] = relationship()
