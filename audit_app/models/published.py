"""Documents as they left the council, and every print: what is kept of paper.

Rows are only ever added: the database itself refuses to change or remove one.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.appending import RowKept, keep_for_ever
from audit_app.models.base import Base, JsonObject, Referenced, now, words
from audit_app.models.people import User


class DocumentKind(StrEnum):
    """What is published and frozen."""

    SUMMARY = "summary"
    ALERT = "alert"

    @property
    def label(self) -> str:
        labels = {DocumentKind.SUMMARY: "Summary", DocumentKind.ALERT: "Practice alert"}
        return labels[self]


def checksum(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(content).hexdigest()


class PaperKept(RowKept):
    """Something tried to change or delete a published document, or what is said of a print."""


class PublishedDocument(Referenced, Base):
    """A document as it was signed off or issued: its paper and its page, byte by byte.

    ``record_reference`` is the summary or the alert it is of. ``figures`` are the tables it was
    drawn from, and ``fingerprint`` their checksum: the same figures always have the same one.
    ``published_by_name`` is the person's name on that day. The checksums are of ``pdf`` and
    ``html`` as they were made; ``seal`` is of all that is said of it, figures and checksums too.
    """

    __tablename__ = "published_documents"
    __table_args__ = (Index("ix_published_documents_record", "kind", "record_reference"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(words(DocumentKind, "kind"))
    record_reference: Mapped[str] = mapped_column(String(9))
    title: Mapped[str] = mapped_column(String(250))
    edition: Mapped[int]
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    html: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    pdf_checksum: Mapped[str] = mapped_column(String(64))
    html_checksum: Mapped[str] = mapped_column(String(64))
    figures: Mapped[JsonObject] = mapped_column(JSON, deferred=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_by_name: Mapped[str] = mapped_column(String(120))


class Print(Referenced, Base):
    """One time somebody had something on paper. Its reference is printed on it.

    ``address`` is the path it was printed from and ``arguments`` what was asked after the question
    mark, as far as it was understood; ``facts`` says in words, as the paper does, what was counted:
    by the name of each fact.
    ``fingerprint`` is of the figures, or of the words where there are none;
    ``checksum`` is the file's own. Where a published document was printed, ``published`` is that
    document, and what is on the paper is the document's own reference.
    """

    __tablename__ = "prints"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(250))
    address: Mapped[str] = mapped_column(String(250))
    arguments: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[JsonObject] = mapped_column(JSON, default=dict)
    fingerprint: Mapped[str] = mapped_column(String(64))
    checksum: Mapped[str] = mapped_column(String(64), index=True)
    printed_at: Mapped[datetime] = mapped_column(default=now, index=True)
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("published_documents.id"), index=True
    )

    printed_by: Mapped[User | None] = relationship()
    published: Mapped[PublishedDocument | None] = relationship()


_KEPT = PaperKept("What was published or printed is never changed or deleted.")
keep_for_ever(PublishedDocument, _KEPT)
keep_for_ever(Print, _KEPT)
