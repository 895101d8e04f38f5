"""What people typed and have not sent yet, and why what looks like personal data was kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, JsonObject, now
from audit_app.models.people import User


class KeptForm(Base):
    """A form as it stands in somebody's browser, kept while they type. Shown to nobody else.

    ``opening`` tells one window of the page from another; ``typed`` maps each field to its values.
    """

    __tablename__ = "kept_forms"
    __table_args__ = (
        Index("ix_kept_forms_user_id_path_opening", "user_id", "path", "opening", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))
    opening: Mapped[str] = mapped_column(String(64))
    typed: Mapped[JsonObject] = mapped_column(JSON)
    kept_at: Mapped[datetime] = mapped_column(default=now, index=True)


class PersonalDataReason(Base):
    """Why something that looks like personal data has to stay in a text.

    ``digest`` stands for exactly what was found then, so that anything found later asks again.
    """

    __tablename__ = "personal_data_reasons"
    __table_args__ = (
        Index(
            "ix_personal_data_reasons_record_field_digest",
            "record_type",
            "record_reference",
            "field",
            "digest",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str] = mapped_column(String(30))
    record_reference: Mapped[str] = mapped_column(String(40))
    field: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    kinds: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    by: Mapped[User] = relationship()
