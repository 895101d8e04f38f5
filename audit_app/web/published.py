"""Documents as they left the council: kept once, and given back only as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from audit_app.extensions import db
from audit_app.models import Alert, PublishedDocument, Summary, User
from audit_app.models.base import JsonObject, now
from audit_app.models.published import DocumentKind, checksum
from audit_app.web.prints import LONGEST_TITLE, Printing


class Tampered(Exception):
    """A published document, or what is said of it, is no longer what was published."""


def publish(
    kind: DocumentKind,
    record_reference: str,
    edition: int,
    printing: Printing,
    made: tuple[bytes, bytes],
    figures: JsonObject,
    by: User,
    at: datetime | None = None,
) -> PublishedDocument:
    """Keep a document for ever, under the reference that is printed on it. Not committed.

    ``made`` is the PDF and the page; ``at`` the moment that stands in them, now unless it is said.
    The caller's transaction says what it is published for.
    """
    pdf, html = made
    document = PublishedDocument(
        reference=printing.reference,
        kind=kind,
        record_reference=record_reference,
        title=printing.title[:LONGEST_TITLE],
        edition=edition,
        pdf=pdf,
        html=html,
        pdf_checksum=checksum(pdf),
        html_checksum=checksum(html),
        figures=figures,
        fingerprint=printing.fingerprint,
        published_at=at or now(),
        published_by_id=by.id,
        published_by_name=by.name,
    )
    document.seal = seal(document)
    db.session.add(document)
    db.session.flush()
    return document


def seal(document: PublishedDocument) -> str:
    """The checksum of all that is said of a document: its row without the files themselves.

    The files are in it by their checksums. Figures are taken as they are stored, and the moment in
    UTC, as SQLite gives it back without its zone.
    """
    at = document.published_at
    said = [
        document.reference,
        document.kind.value,
        document.record_reference,
        document.title,
        document.edition,
        document.figures,
        document.fingerprint,
        document.pdf_checksum,
        document.html_checksum,
        (at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)).isoformat(),
        document.published_by_name,
    ]
    stored = json.loads(json.dumps(said))
    return checksum(json.dumps(stored, sort_keys=True).encode())


def is_sealed(document: PublishedDocument) -> bool:
    """Whether all that is said of a document is what was said when it was published."""
    try:
        return seal(document) == document.seal
    except ValueError:  # What is stored as figures cannot be read as any.
        return False


def is_of_its_record(document: PublishedDocument) -> bool:
    """Whether the record that points to it, and no other, is the one it was published of."""
    own = (document.kind.value, document.record_reference, document.edition)
    return pointing_to(document) == [own]


def pointing_to(document: PublishedDocument) -> list[tuple[str, str, int]]:
    """The records whose document this is: the kind of each, its reference and its edition.

    An alert is issued once: what comes after it is another alert.
    """
    summaries = select(
        literal(DocumentKind.SUMMARY.value), Summary.reference, Summary.edition
    ).where(Summary.published_id == document.id)
    alerts = select(literal(DocumentKind.ALERT.value), Alert.reference, literal(1)).where(
        Alert.published_id == document.id
    )
    found = db.session.execute(union_all(summaries, alerts))
    return [(kind, reference, edition) for kind, reference, edition in found]


def refuse_tampered(document: PublishedDocument) -> None:
    """Stop before anything of it is shown.

    Raises:
        Tampered: when what is said of it is not what was published, or its record is another's.
    """
    if not (is_sealed(document) and is_of_its_record(document)):
        raise Tampered


def published_figures(document: PublishedDocument) -> JsonObject:
    """What it was drawn from and what people wrote beside it, as they were published.

    Raises:
        Tampered: when they, or anything said of the document, are not what was published.
    """
    refuse_tampered(document)
    return document.figures


def published_pdf(document: PublishedDocument) -> bytes:
    """Its paper, as it was published.

    Raises:
        Tampered: when the bytes, or anything said of them, are not what was published.
    """
    refuse_tampered(document)
    return stored_pdf(document)


def published_html(document: PublishedDocument) -> bytes:
    """Its page, as it was published.

    Raises:
        Tampered: when the bytes, or anything said of them, are not what was published.
    """
    refuse_tampered(document)
    return stored_html(document)


def stored_pdf(document: PublishedDocument) -> bytes:
    """Its paper, held against its own checksum alone.

    Raises:
        Tampered: when the bytes are not those that were published.
    """
    pdf = db.session.scalars(_stored(PublishedDocument.pdf, document)).one()
    return _untouched(pdf, document.pdf_checksum)


def stored_html(document: PublishedDocument) -> bytes:
    """Its page, held against its own checksum alone.

    Raises:
        Tampered: when the bytes are not those that were published.
    """
    html = db.session.scalars(_stored(PublishedDocument.html, document)).one()
    return _untouched(html, document.html_checksum)


def _stored(column: InstrumentedAttribute[bytes], document: PublishedDocument) -> Select[bytes]:
    return select(column).where(PublishedDocument.id == document.id)


def _untouched(content: bytes, expected: str) -> bytes:
    if checksum(content) != expected:
        raise Tampered
    return content
