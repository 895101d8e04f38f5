"""Is this file one that was made here, and is it as it was made?"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from audit_app.models import User
from audit_app.prints.queries import Known, known_by_checksum, known_by_reference
from audit_app.web.published import refuse_tampered

#: How a document names itself in what it says of itself; the letters on a PDF's pages are drawn.
_STAMP = re.compile(rb"Reference ([0-9A-Z]{4}-[0-9A-Z]{4})")
_PACKED = re.compile(rb"(?<!end)stream\r?\n")
#: A file is not looked through for longer than this: packed parts, and bytes of each.
_MOST_PARTS, _LONGEST_PART = 500, 64 * 1024


class Verdict(StrEnum):
    SAME = "same"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Checked:
    """What is to be said of a file. ``known`` is what it is, or what it says that it is."""

    verdict: Verdict
    checksum: str
    known: Known | None = None


def check(user: User, checksum: str, claimed: str | None) -> Checked:
    """What this person may know of a file; ``claimed`` is the reference that stands in it.

    Raises:
        Tampered: when the checksum is that of a published document whose row was changed since.
    """
    known = known_by_checksum(user, checksum)
    if known is not None:
        if known.document is not None:
            refuse_tampered(known.document)
        return Checked(Verdict.SAME, checksum, known)
    known = known_by_reference(user, claimed) if claimed else None
    return Checked(Verdict.ALTERED if known else Verdict.UNKNOWN, checksum, known)


def reference_in(content: bytes) -> str:
    """The reference that a PDF or a page says it has; empty when it says none."""
    for part in _parts(content):
        if found := _STAMP.search(part):
            return found[1].decode()
    return ""


def _parts(content: bytes) -> Iterator[bytes]:
    """A file as it is, then each packed part of a PDF; what cannot be unpacked is left out."""
    yield content
    for begin in islice(_PACKED.finditer(content), _MOST_PARTS):
        packed = content[begin.end() : begin.end() + _LONGEST_PART]
        try:
            yield zlib.decompressobj().decompress(packed, _LONGEST_PART)
        except zlib.error:
            continue
