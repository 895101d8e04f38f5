"""The maintained list of themes that audits and actions carry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base, Named, Referenced, now


class Theme(Named, Referenced, Base):
    """Something audits are about or keep finding, such as drift and delay, or neglect."""

    __tablename__ = "themes"

    id: Mapped[int] = mapped_column(primary_key=True)
    description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


def _carried_by(table: str, singular: str) -> Table:
    column = f"{singular}_id"
    return Table(
        f"{singular}_themes",
        Base.metadata,
        Column(column, ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True),
        Column("theme_id", ForeignKey("themes.id"), primary_key=True),
        Index(f"ix_{singular}_themes_theme_id", "theme_id"),
    )


audit_themes = _carried_by("audits", "audit")
action_themes = _carried_by("actions", "action")
