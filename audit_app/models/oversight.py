"""The management oversight impact statement: the practice report's seven prompts, answered."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base


class OversightStatement(Base):
    """One answer to each prompt of ``rules.audits.OVERSIGHT_PROMPTS``, by the prompt's name."""

    __tablename__ = "oversight_statements"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), unique=True)
    issue: Mapped[str | None] = mapped_column(Text)
    options: Mapped[str | None] = mapped_column(Text)
    likely_impact: Mapped[str | None] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(Text)
    expected_impact: Mapped[str | None] = mapped_column(Text)
    contingency: Mapped[str | None] = mapped_column(Text)
    review: Mapped[str | None] = mapped_column(Text)
