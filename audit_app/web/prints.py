"""The register of prints: who had what on paper, when, with which filters and which figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import has_request_context, request
from flask_login import current_user

from audit_app.extensions import db
from audit_app.models import HistoryEvent, Print, PublishedDocument, User
from audit_app.models.base import new_reference
from audit_app.models.published import checksum
from audit_app.models.sqlite import WRITES
from audit_app.rules.deeds import PRINTED
from audit_app.web.guesses import refuse_guess

#: How many letters of a fingerprint stand on paper.
SHOWN = 12
LONGEST_ADDRESS = 250
LONGEST_TITLE = 250
#: Kept beside figures, and none: the day they were counted, and what people wrote of them.
BESIDE_FIGURES = frozenset({"as_at", "commentary"})


def fingerprint(figures: Mapping[str, Any]) -> str:
    """The checksum of what was counted: the same figures always have the same one, on any day."""
    counted = {name: value for name, value in figures.items() if name not in BESIDE_FIGURES}
    plain = json.dumps(counted, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(plain.encode()).hexdigest()


@dataclass(frozen=True)
class Printing:
    """A print that is being made: its reference and the fingerprint stand on the paper.

    ``facts`` says in words what was counted, by the name of each fact; ``arguments`` is the same
    as an address carries it. Nothing else of the address is kept: anybody may write anything there.
    """

    kind: str
    title: str
    fingerprint: str
    reference: str
    facts: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        """What the foot of the paper says of it."""
        return f"Reference {self.reference} · Data {self.fingerprint[:SHOWN]}"


def begin_print(
    kind: str,
    title: str,
    figures: Mapping[str, Any],
    facts: Mapping[str, str] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Printing:
    """Take a reference for something that is about to be set; nothing is written down yet.

    ``arguments`` are those of the address that were understood, with what they were taken for.

    Nothing is set on a guess: a browser that only fetches ahead is told to come again.
    """
    refuse_guess()
    return Printing(
        kind, title, fingerprint(figures), new_reference(), facts or {}, arguments or {}
    )


def remember_print(
    printing: Printing,
    content: bytes,
    address: str = "",
    also: Callable[[], None] | None = None,
) -> None:
    """Write a whole print down, though the request only reads.

    A command, which has no address of its own, gives one. ``also`` writes what else is to be
    remembered of it: all of it is, or none.
    """
    _write(print_of(printing, content), address, also)


def remember_reprint(document: PublishedDocument, address: str = "") -> None:
    """Write down that a published document was fetched again; it carries its own reference."""
    _write(reprint_of(document), address)


def print_of(printing: Printing, content: bytes) -> Print:
    """The row of a whole print, for whoever writes it down themselves: who, and from where."""
    return Print(
        reference=printing.reference,
        kind=printing.kind,
        title=printing.title[:LONGEST_TITLE],
        arguments=urlencode(printing.arguments),
        facts=dict(printing.facts),
        fingerprint=printing.fingerprint,
        checksum=checksum(content),
    )


def reprint_of(document: PublishedDocument) -> Print:
    """The row of a published document that was fetched again."""
    return Print(
        kind=document.kind.label.casefold(),
        title=document.title,
        fingerprint=document.fingerprint,
        checksum=document.pdf_checksum,
        published_id=document.id,
    )


def _write(row: Print, address: str, also: Callable[[], None] | None = None) -> None:
    if has_request_context():
        refuse_guess()
        if request.method == "HEAD":
            return
        row.address = request.path[:LONGEST_ADDRESS]
        row.printed_by_id = _reader_id()
    else:
        row.address = address[:LONGEST_ADDRESS]
    db.session.rollback()
    db.session.connection(execution_options=WRITES)
    db.session.add(row)
    db.session.flush()
    db.session.add(
        HistoryEvent(
            user_id=row.printed_by_id,
            verb=PRINTED,
            record_type="print",
            record_reference=row.reference,
        )
    )
    if also is not None:
        also()
    db.session.commit()


def _reader_id() -> int | None:
    return current_user.id if isinstance(current_user._get_current_object(), User) else None
