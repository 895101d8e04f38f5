"""What signing in and sending forms safely needs to remember, shared by every worker process."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base, now


class SignInTries(Base):
    """Wrong passwords since the last right one, for one e-mail address, known or not."""

    __tablename__ = "sign_in_tries"

    # A digest of what was typed: people mistype passwords into the wrong field.
    email_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(default=now)


class OnceToken(Base):
    """A form that has been acted on: sending it again leads to the same result."""

    __tablename__ = "once_tokens"

    # A digest of who sent what, where to, from which opening of the page (web/once.py).
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    result: Mapped[str] = mapped_column(String(200))
    used_at: Mapped[datetime] = mapped_column(default=now, index=True)


class StoredSession(Base):
    """A browser's session, kept on the server so that it can be ended from here."""

    __tablename__ = "sessions"

    # The digest of the id in the cookie: whoever reads this table cannot become anyone.
    id_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
