"""What a person keeps of the figures: views to come back to, and tokens for other programs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, Referenced, now
from audit_app.models.people import User


class SavedView(Referenced, Base):
    """A question somebody asks again: its page and the arguments of its address, by a name.

    ``page`` is the address's path; ``arguments`` what follows the question mark.
    """

    __tablename__ = "saved_views"
    __table_args__ = (Index("uq_saved_views_user_name", "user_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    page: Mapped[str] = mapped_column(String(120))
    arguments: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(default=now)


class AccessToken(Referenced, Base):
    """Lets a program read figures as one person may, and do nothing else.

    The token itself is shown once and never kept: ``digest`` is its SHA-256 in hexadecimal.
    ``expires_on`` is its last day.
    """

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_on: Mapped[date]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
