"""The one way by which paper leaves the service: written down first, then sent as it was made.

A document goes out as a file to read or keep, or as a page under a policy of its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

from flask import Response

from audit_app.models import PublishedDocument
from audit_app.web.downloads import PDF, download
from audit_app.web.prints import Printing, remember_print, remember_reprint
from audit_app.web.published import published_html, published_pdf

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class DocumentPage(Response):
    """A page that may use the style in it, told by its checksum, and pictures that it holds.

    Nothing else: no script, no form, no frame, nothing from anywhere but the service's own fonts.
    """

    POLICY = "policy"

    def __init__(self, html: bytes) -> None:
        super().__init__(html, content_type="text/html; charset=utf-8")
        sums = (b64encode(sha256(style).digest()).decode() for style in _STYLE.findall(html))
        styles = " ".join(f"'sha256-{each}'" for each in sums) or "'none'"
        self.policy = (
            f"default-src 'none'; style-src {styles}; font-src 'self'; img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


def send_print(
    printing: Printing, content: bytes, name: str, also: Callable[[], None] | None = None
) -> Response:
    """Paper that was made just now, to be read at once. ``also``: see ``remember_print``."""
    remember_print(printing, content, also=also)
    return _to_read(content, name)


def send_print_to_keep(
    printing: Printing,
    content: bytes,
    name: str,
    kind: str,
    also: Callable[[], None] | None = None,
) -> Response:
    """A file of figures that was made just now, to be kept. ``also``: see ``remember_print``."""
    remember_print(printing, content, also=also)
    return download(content, name, kind)


def send_print_page(
    printing: Printing, html: bytes, also: Callable[[], None] | None = None
) -> DocumentPage:
    """The page of a document that was made just now; it prints as the paper does."""
    remember_print(printing, html, also=also)
    return DocumentPage(html)


def send_published(document: PublishedDocument, name: str) -> Response:
    """The paper of a published document.

    Raises:
        Tampered: when it is not what was published; it is neither sent nor written down.
    """
    pdf = published_pdf(document)
    remember_reprint(document)
    return _to_read(pdf, name)


def send_published_page(document: PublishedDocument) -> DocumentPage:
    """The page of a published document.

    Raises:
        Tampered: when it is not what was published; it is neither sent nor written down.
    """
    html = published_html(document)
    remember_reprint(document)
    return DocumentPage(html)


def _to_read(pdf: bytes, name: str) -> Response:
    response = Response(pdf, mimetype=PDF)
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
