"""An alert on paper: the sheet, set in the largest letters that fit one side of A4."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flask import current_app, render_template

from audit_app.alerts.sheet import Sheet
from audit_app.documents.pdf import render_pdf
from audit_app.web.filters import Basis

SIZES = ("roomy", "normal", "tight")

_BULLET = re.compile(r"^\s*[-*•–]\s+")


@dataclass(frozen=True)
class Block:
    """A paragraph, or the lines of a list."""

    lines: tuple[str, ...]
    listed: bool = False


def alert_pdf(sheet: Sheet) -> bytes:
    """The alert as PDF/UA-1: one side of A4 where it fits in any size of letters, else two."""
    logo = current_app.config["SETTINGS"].council_logo
    layouts = (
        render_template(
            "documents/alert.html",
            sheet=sheet,
            size=size,
            basis=Basis.FINAL.label,
            logo=logo.resolve().as_uri() if logo else None,
        )
        for size in SIZES
    )
    return render_pdf(*layouts, logo=logo)


def file_name(sheet: Sheet) -> str:
    """A name for the file that sorts by number: ``PA-2026-04-see-the-child-alone.pdf``."""
    words = "-".join([sheet.number or "draft", *sheet.title.lower().split()])
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:80] + ".pdf"


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
