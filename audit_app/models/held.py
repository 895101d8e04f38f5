"""A file somebody has sent and not yet confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base, now


class HeldFile(Base):
    """A checked file that waits for its person to say what becomes of it, an hour at most.

    It is known by the digest of the token that opens it. ``checksum`` is of ``content``, SHA-256.
    """

    __tablename__ = "held_files"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    checksum: Mapped[str] = mapped_column(String(64))
    held_at: Mapped[datetime] = mapped_column(default=now, index=True)
