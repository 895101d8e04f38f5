"""A document made once in two forms: a PDF for paper and archive, and its page for a browser.

Both are of one HTML text. The page is whole in itself: its style is in it, and its logo; only the
fonts are fetched, from the service's own static files. So what is stored looks the same for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from audit_app.documents import paper
from audit_app.documents.pdf import (
    STATIC,
    STATIC_ADDRESS,
    STYLESHEET,
    AssetsMissing,
    logo_address,
    shortest,
)
from audit_app.models.base import now


@dataclass(frozen=True)
class Made:
    """A whole document: ``pdf`` is PDF/A-3a and PDF/UA-1 at once, ``html`` its page in UTF-8."""

    pdf: bytes
    html: bytes


def make(layouts: Iterable[str], logo: Path | None = None, enough: int = 1) -> Made:
    """Print a document that is written in HTML; of several layouts, the one with fewest pages.

    No layout is asked for after one of ``enough`` pages.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    pdf, html = shortest(layouts, logo, enough)
    return Made(pdf, html.encode())


def draw(
    template: str, *, layouts: Sequence[Mapping[str, Any]] = ({},), enough: int = 1, **said: Any
) -> Made:
    """Write a template that extends ``documents/base.html``, and print it.

    ``said`` is what it is told, ``layouts`` what differs from one layout to the next, the loosest
    first, of which none is tried after one of ``enough`` pages. What the base needs is in the head
    of that template.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    logo = current_app.config["SETTINGS"].council_logo
    shared = {**_ground(), "printed_at": now(), **said}
    return make((render_template(template, **shared, **each) for each in layouts), logo, enough)


def words_of(template: str, **said: Any) -> str:
    """What a document says, marked up, but not who prints it, when, and in which style."""
    told = {**_ground(), **said, "printed_by": "", "printed_at": now()}
    return render_template(template, **told).partition("<main>")[2].partition("</main>")[0]


def _ground() -> dict[str, Any]:
    """What every document is told besides its own."""
    return {
        "logo": logo_address(current_app.config["SETTINGS"].council_logo),
        "faces": faces(),
        "in_css": in_css,
        "layout": paper,
    }


@lru_cache(maxsize=1)
def faces() -> Markup:
    """The fonts that documents are set in, as the style of a page declares them."""
    try:
        declared = (STATIC / STYLESHEET).read_text()
    except FileNotFoundError as missing:
        raise AssetsMissing(
            "The fonts for documents are not built. Run scripts/build-assets"
        ) from missing
    return Markup(declared.replace('url("', f'url("{STATIC_ADDRESS}'))  # noqa: S704  built by us


_PLAIN = re.compile(r"[^A-Za-z0-9 ]")


def in_css(words: str) -> Markup:
    """Words as a style sheet writes them between quotes: nothing in them ends it or says more."""
    plain = words.unescape() if isinstance(words, Markup) else words
    said = " ".join(plain.split())
    return Markup(f'"{_PLAIN.sub(_escaped, said)}"')  # noqa: S704  all but letters is escaped


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{ord(sign[0]):x} "
