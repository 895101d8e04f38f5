"""Is every published document as it was published, and the document of its own record?

Bytes, figures and all that is said of it are held against their checksums.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import PublishedDocument
from audit_app.web.prints import fingerprint
from audit_app.web.published import (
    Tampered,
    is_of_its_record,
    is_sealed,
    pointing_to,
    stored_html,
    stored_pdf,
)


@dataclass(frozen=True)
class Verified:
    """One published document, and which parts of it are not as they were published."""

    reference: str
    title: str
    changed: tuple[str, ...]


def verified() -> Iterator[Verified]:
    """Every published document, the oldest first; one at a time, as each holds its files."""
    numbers = db.session.scalars(select(PublishedDocument.id).order_by(PublishedDocument.id)).all()
    for number in numbers:
        document = db.session.get_one(PublishedDocument, number)
        yield Verified(document.reference, document.title, tuple(_changed(document)))
        db.session.expunge(document)


def is_as_published(document: PublishedDocument) -> bool:
    return not any(_changed(document))


def _changed(document: PublishedDocument) -> Iterator[str]:
    for part, read in (("the PDF", stored_pdf), ("the page", stored_html)):
        try:
            read(document)
        except Tampered:
            yield part
    if not is_sealed(document):
        yield "the figures" if _has_other_figures(document) else "what is said of it"
    if not is_of_its_record(document):
        yield _misplaced(document)


def _has_other_figures(document: PublishedDocument) -> bool:
    try:
        return fingerprint(document.figures) != document.fingerprint
    except (ValueError, AttributeError):  # They are no figures at all.
        return True


def _misplaced(document: PublishedDocument) -> str:
    """Which records point to it, when it is not its own alone."""
    pointing = [f"{kind} {reference}" for kind, reference, _ in pointing_to(document)]
    own = f"{document.kind.value} {document.record_reference}"
    found = f"that of {' and '.join(pointing)}" if pointing else "no record’s"
    return f"the document of {own}, edition {document.edition}, is now {found}"
