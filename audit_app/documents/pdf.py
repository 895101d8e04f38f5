"""A document on paper: HTML in, an accessible PDF out, with nothing fetched from anywhere else."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import HTML, Document
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parents[1] / "static"
STYLESHEET = "document-fonts.css"


class AssetsMissing(Exception):
    """The fonts that documents are set in have not been built; the message says what to do."""


def render_pdf(*layouts: str, logo: Path | None = None) -> bytes:
    """Print a whole HTML document as PDF/UA-1: tagged, with its language, title and own fonts.

    Where several layouts of the same document are given, the loosest first, the one that needs the
    fewest pages is printed, and of equals the first. A layout's addresses are relative to the built
    static files, and nothing but those and the logo can be reached.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    if not (STATIC / STYLESHEET).is_file():
        raise AssetsMissing("The fonts for documents are not built. Run scripts/build-assets")
    with _uninterrupted():
        document = _shortest(layouts, OnlyOurFiles(logo))
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def _shortest(layouts: tuple[str, ...], files: OnlyOurFiles) -> Document:
    laid_out: list[Document] = []
    for layout in layouts:
        html = HTML(string=layout, base_url=f"{STATIC.as_uri()}/", url_fetcher=files)
        laid_out.append(html.render(pdf_variant="pdf/ua-1"))
        if len(laid_out[-1].pages) == 1:
            return laid_out[-1]
    return min(laid_out, key=lambda document: len(document.pages))


class OnlyOurFiles(URLFetcher):
    """Serves the built static files and the council's logo; refuses every other address."""

    def __init__(self, logo: Path | None = None) -> None:
        super().__init__(allowed_protocols=("file",), allow_redirects=False)
        self.logo = None if logo is None else logo.resolve()

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        ours = path.is_relative_to(STATIC) or path == self.logo
        if parts.scheme != "file" or parts.netloc or not ours:
            raise ValueError("Only the service’s own files can be printed")
        return super().fetch(url, headers)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place in one move, so that half a document is never found there.

    Raises:
        OSError: when it cannot be written; what stood there before still does.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    unfinished = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Without garbage collection, which a fifth of a render would otherwise go to."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
