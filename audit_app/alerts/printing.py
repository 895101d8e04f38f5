"""An alert on paper: the sheet, set in the largest letters that fit one side of A4."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from audit_app.alerts.fitting import sizes_to_try
from audit_app.alerts.sheet import Sheet
from audit_app.documents.made import Made, draw
from audit_app.models.base import now
from audit_app.models.published import DocumentKind
from audit_app.web.filters import Basis
from audit_app.web.prints import Printing, begin_print

_BULLET = re.compile(r"^\s*[-*•–]\s+")


@dataclass(frozen=True)
class Block:
    """A paragraph, or the lines of a list."""

    lines: tuple[str, ...]
    listed: bool = False


def alert_made(sheet: Sheet, stamp: str = "", at: datetime | None = None) -> Made:
    """The alert on one side of A4 where it fits in any size of letters, else two; and its page.

    ``stamp`` is what the foot says of this print.
    """
    return draw(
        "documents/alert.html",
        layouts=_layouts(sheet),
        sheet=sheet,
        basis=Basis.FINAL.label,
        stamp=stamp,
        printed_at=at or now(),
    )


def _layouts(sheet: Sheet) -> list[dict[str, Any]]:
    """From the largest letters down; last, one text goes on in the next column."""
    sizes: list[dict[str, Any]] = [{"size": size} for size in sizes_to_try(sheet)]
    return [*sizes, {**sizes[-1], "flowing": True}]


def alert_pdf(sheet: Sheet) -> bytes:
    return alert_made(sheet).pdf


def printed(sheet: Sheet, at: datetime | None = None, reference: str = "") -> tuple[Printing, Made]:
    """One print of the alert, with what is to be written down of it.

    It is of this moment, under a reference of its own, unless others are given.
    """
    title = f"{sheet.number or 'Draft'}: {sheet.title}"
    printing = begin_print(DocumentKind.ALERT.label.casefold(), title, sheet.frozen())
    if reference:
        printing = replace(printing, reference=reference)
    return printing, alert_made(sheet, printing.stamp, at)


def file_name(sheet: Sheet, kind: str = "pdf") -> str:
    """A name for the file that sorts by number: ``PA-2026-04-see-the-child-alone.pdf``."""
    words = "-".join([sheet.number or "draft", *sheet.title.lower().split()])
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:80] + f".{kind}"


def blocks(text: str) -> list[Block]:
    """Typed text as paragraphs and lists: lines that begin with a dash or a star are a list."""
    found: list[Block] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if not _BULLET.match(line):
            found.append(Block((line,)))
        elif found and found[-1].listed:
            found[-1] = Block((*found[-1].lines, _BULLET.sub("", line)), listed=True)
        else:
            found.append(Block((_BULLET.sub("", line),), listed=True))
    return found
