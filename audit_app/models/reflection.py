"""The practitioner's side of an audit of their work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, now
from audit_app.models.people import User
from audit_app.rules.reflection_steps import ReflectionState


class Reflection(Base):
    """What the worker learned from an audit, and their manager's acknowledgement.

    It is the worker's own until they share it; once shared it is not changed any more.
    """

    __tablename__ = "reflections"
    __table_args__ = (
        CheckConstraint("acknowledged_at IS NULL OR shared_at IS NOT NULL", name="shared_first"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    shared_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    acknowledged_at: Mapped[datetime | None]
    acknowledgement: Mapped[str | None] = mapped_column(Text)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    acknowledged_by: Mapped[User | None] = relationship(foreign_keys=[acknowledged_by_id])

    @property
    def state(self) -> ReflectionState:
        if self.acknowledged_at is not None:
            return ReflectionState.ACKNOWLEDGED
        return ReflectionState.WRITING if self.shared_at is None else ReflectionState.SHARED
