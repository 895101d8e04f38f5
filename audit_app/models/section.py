"""A section of a draft audit as last saved, so that two tabs never overwrite each other unseen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base, JsonObject


class SavedSection(Base):
    """How often a section has been saved. A form carries the version it was read at.

    ``unread`` holds what was typed and could not be read, such as half a date, by field.
    """

    __tablename__ = "saved_sections"

    audit_id: Mapped[int] = mapped_column(
        ForeignKey("audits.id", ondelete="CASCADE"), primary_key=True
    )
    section: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime | None]
    unread: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))
