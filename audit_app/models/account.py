"""What signing in and sending forms safely needs to remember, shared by every worker process."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base, new_reference, now, words


class WayIn(StrEnum):
    """How a person proved who they are when they signed in."""

    PASSWORD = "password"  # noqa: S105  a word for a way, no secret
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105
    COUNCIL = "council"

    @property
    def label(self) -> str:
        return _WAY_LABELS[self]


_WAY_LABELS = {
    WayIn.PASSWORD: "Password",
    WayIn.PASSWORD_AND_CODE: "Password and code",
    WayIn.COUNCIL: "Council account",
}


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


class SecondStep(Base):
    """The authenticator app of a person with a local account: time-based codes, RFC 6238.

    ``secret`` is encrypted with a key made from the service's own: whoever reads this table can
    make no code. ``last_step`` is the newest time step a code was accepted for, so that none is
    accepted twice. It counts once the first code was right, at ``confirmed_at``.
    """

    __tablename__ = "second_steps"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


class StoredSession(Base):
    """A browser's session, kept on the server so that it can be ended from here.

    ``browser`` is what kind it is, in a few words; ``way_in`` how its person signed in, none for a
    browser in which nobody has. What this version adds may be missing: while a new version is put
    in place, the version before it goes on making sessions.
    """

    __tablename__ = "sessions"

    # The digest of the id in the cookie: whoever reads this table cannot become anyone.
    id_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    reference: Mapped[str | None] = mapped_column(String(9), unique=True, default=new_reference)
    created_at: Mapped[datetime | None] = mapped_column(default=now)
    seen_at: Mapped[datetime | None] = mapped_column(default=now)
    way_in: Mapped[WayIn | None] = mapped_column(words(WayIn, "way_in"))
    browser: Mapped[str | None] = mapped_column(String(80))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
