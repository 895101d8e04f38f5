"""What is known of prints and published documents, to whoever may know it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort
from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import joinedload

from audit_app.extensions import db
from audit_app.models import DocumentKind, Print, PublishedDocument, User
from audit_app.rules.permissions import Permission

#: Who may know of a published document: whoever may read its like.
READ_BY = {
    DocumentKind.ALERT: Permission.ALERT_READ,
    DocumentKind.SUMMARY: Permission.SUMMARY_READ,
}

_REFERENCE = re.compile(r"(?:REFERENCE\W*)?([0-9A-Z]{4})[\s‐-―-]*([0-9A-Z]{4})(?:\W.*)?", re.DOTALL)
_CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Known:
    """What a reference or a checksum is of: one print, or a published document."""

    print: Print | None = None
    document: PublishedDocument | None = None

    @property
    def reference(self) -> str:
        """Under which it has a page: the one that is on the paper."""
        of = self.document or self.print
        return of.reference if of else ""


def read_reference(typed: str) -> str | None:
    """A reference as it was typed: with the hyphen, a space or nothing, in any case."""
    found = _REFERENCE.fullmatch(typed.strip().upper())
    return f"{found[1]}-{found[2]}" if found else None


def read_checksum(typed: str) -> str | None:
    """A SHA-256 checksum as programs write it: 64 hexadecimal digits, spaced or not."""
    plain = re.sub(r"[\s:]", "", typed).lower()
    return plain if _CHECKSUM.fullmatch(plain) else None


def known_by_reference(user: User, reference: str) -> Known | None:
    """What a reference is of, where this person may know it."""
    document = _document(user, PublishedDocument.reference == reference)
    if document is not None:
        return Known(document=document)
    found = _print(user, Print.reference == reference)
    return None if found is None else Known(found, found.published)


def known_by_checksum(user: User, checksum: str) -> Known | None:
    """What file has a checksum, where this person may know it."""
    either = or_(
        PublishedDocument.pdf_checksum == checksum, PublishedDocument.html_checksum == checksum
    )
    document = _document(user, either)
    if document is not None:
        return Known(document=document)
    found = _print(user, Print.checksum == checksum)
    return None if found is None else Known(found, found.published)


def known_for(user: User, reference: str) -> Known:
    """What a reference is of; otherwise 404."""
    found = known_by_reference(user, reference)
    if found is None:
        abort(404)
    return found


def is_about_others(known: Known, user: User) -> bool:
    """Whether its page tells this person what others printed."""
    if known.print is not None:
        return known.print.printed_by_id != user.id
    return user.can(Permission.PRINT_READ)


def prints_of(user: User, limit: int, offset: int) -> Sequence[Print]:
    """What a person printed, the newest first."""
    return db.session.scalars(_newest(Print.printed_by_id == user.id, limit, offset)).all()


def count_prints_of(user: User) -> int:
    return _count(Print.printed_by_id == user.id)


def reprints_of(
    document: PublishedDocument, user: User, limit: int, offset: int
) -> Sequence[Print]:
    """Every time a published document was fetched, the newest first; or only this person's."""
    return db.session.scalars(_newest(_reprints(document, user), limit, offset)).all()


def count_reprints_of(document: PublishedDocument, user: User) -> int:
    return _count(_reprints(document, user))


def _reprints(document: PublishedDocument, user: User) -> ColumnElement[bool]:
    return (Print.published_id == document.id) & _may_know(user)


def _may_know(user: User) -> ColumnElement[bool]:
    return true() if user.can(Permission.PRINT_READ) else Print.printed_by_id == user.id


def _newest(which: ColumnElement[bool], limit: int, offset: int) -> Select[Print]:
    people = (joinedload(Print.printed_by), joinedload(Print.published))
    newest = select(Print).where(which).order_by(Print.printed_at.desc(), Print.id.desc())
    return newest.options(*people).limit(limit).offset(offset)


def _count(which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Print.id)).where(which)) or 0


def _print(user: User, which: ColumnElement[bool]) -> Print | None:
    return db.session.scalars(_newest(which & _may_know(user), 1, 0)).first()


def _document(user: User, which: ColumnElement[bool]) -> PublishedDocument | None:
    every = user.can(Permission.PRINT_READ)
    kinds = [kind for kind, permission in READ_BY.items() if every or user.can(permission)]
    known = select(PublishedDocument).where(which, PublishedDocument.kind.in_(kinds))
    return db.session.scalars(known.order_by(PublishedDocument.id).limit(1)).first()
