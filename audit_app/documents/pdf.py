"""A document on paper: HTML in, an accessible PDF out, with nothing fetched from anywhere else."""

from __future__ import annotations

import gc
import logging
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from os.path import realpath
from pathlib import Path
from secrets import token_hex
from threading import local
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parents[1] / "static"
#: Where the built files stand for a browser, and so in a document that is also a page.
STATIC_ADDRESS = "/static/"
STYLESHEET = "document-fonts.css"
VARIANT = "pdf/a-3a"
#: What a letter is printed as that no font has; its page still holds the letter.
UNKNOWN_LETTER = "□"

_BASE = f"{STATIC.as_uri()}/"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_threads = local()
# It warns of each rule that is for browsers alone.
logging.getLogger("weasyprint").setLevel(logging.ERROR)


class AssetsMissing(Exception):
    """The fonts that documents are set in have not been built; the message says what to do."""


def shortest(
    layouts: Iterable[str], logo: Path | None = None, enough: int = 1
) -> tuple[bytes, str]:
    """Print a whole HTML document as PDF/A-3a that is PDF/UA-1 as well, and say which was printed.

    It is tagged, with its language, title and own fonts, and fit for an archive. Where several
    layouts of the same document are given, the loosest first, the one that needs the fewest pages
    is printed, and of equals the first; none is tried after one of ``enough`` pages. Nothing but
    the built static files and the logo can be reached.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    if not (STATIC / STYLESHEET).is_file():
        raise AssetsMissing("The fonts for documents are not built. Run scripts/build-assets")
    with _uninterrupted():
        document, html = _shortest(layouts, OnlyOurFiles(logo), enough)
        pdf = _written(document)
        if unknown := _letters_without_font(document):
            # What is drawn for an unknown letter is no letter, which archives do not take.
            pdf = _written(_laid_out(_without(html, unknown), OnlyOurFiles(logo)))
    return pdf, html


def _written(document: Document) -> bytes:
    archival_and_accessible(document)
    pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf


def _letters_without_font(document: Document) -> set[int]:
    """The letters that no font on this machine has, known once the document is written."""
    return {letter for font in document.fonts.values() for letter in font.missing}


def _without(html: str, letters: set[int]) -> str:
    return html.translate(dict.fromkeys(letters, UNKNOWN_LETTER))


def _shortest(layouts: Iterable[str], files: OnlyOurFiles, enough: int) -> tuple[Document, str]:
    laid_out: list[tuple[Document, str]] = []
    for layout in layouts:
        document = _laid_out(layout, files)
        laid_out.append((document, layout))
        if len(document.pages) <= enough:
            break
    return min(laid_out, key=lambda each: len(each[0].pages))


def _laid_out(layout: str, files: OnlyOurFiles) -> Document:
    ready = _ready_here()
    styles = [ready.style(each) for each in _STYLE.findall(layout)]
    html = HTML(string=_STYLE.sub("", layout), base_url=_BASE, url_fetcher=files)
    return html.render(pdf_variant=VARIANT, font_config=ready.fonts, stylesheets=styles)


class _Ready:
    """What need not be read again for each document: fonts, and the styles that come again."""

    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        self.style = lru_cache(maxsize=24)(self._read)

    def _read(self, style: str) -> CSS:
        return CSS(string=style, base_url=_BASE, url_fetcher=OnlyOurFiles(), font_config=self.fonts)


def _ready_here() -> _Ready:
    """Of this thread, as Pango shares no fonts between threads."""
    if not hasattr(_threads, "ready"):
        _threads.ready = _Ready()
    ready: _Ready = _threads.ready
    return ready


def archival_and_accessible(document: Document) -> None:
    """Let a PDF/A document say in its metadata that it is PDF/UA-1 too, and what that means."""
    plain = document.metadata.generate_rdf_metadata

    def said_too(variant: str, version: int, conformance: str) -> bytes:
        rdf: bytes = plain(variant, version, conformance)
        return rdf.replace(b"</rdf:RDF>", _PDF_UA + b"</rdf:RDF>")

    document.metadata.generate_rdf_metadata = said_too


#: PDF/A lets in a property that it does not know only with its description.
_PDF_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that it follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def logo_address(logo: Path | None) -> str:
    """The council's logo as an address that holds the picture itself, for a page on its own."""
    if logo is None:
        return ""
    kind = _PICTURES.get(logo.suffix.lower(), "png")
    return f"data:image/{kind};base64,{b64encode(logo.read_bytes()).decode()}"


_PICTURES = {".svg": "svg+xml", ".jpg": "jpeg", ".jpeg": "jpeg"}


class OnlyOurFiles(URLFetcher):
    """Serves the built static files and the council's logo; refuses every other address."""

    def __init__(self, logo: Path | None = None) -> None:
        super().__init__(allowed_protocols=("file", "data"), allow_redirects=False)
        self.logo = None if logo is None else logo.resolve()
        self.logo_inside = logo_address(self.logo)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if self.logo_inside and url == self.logo_inside:
            return super().fetch(url, headers)
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if path.is_relative_to(STATIC_ADDRESS):
            path = (STATIC / path.relative_to(STATIC_ADDRESS)).resolve()
        ours = path.is_relative_to(STATIC) or path == self.logo
        if parts.scheme != "file" or parts.netloc or not ours:
            raise ValueError("Only the service’s own files can be printed")
        return super().fetch(path.as_uri(), headers)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place in one move, so that half a document is never found there.

    Raises:
        OSError: when it cannot be written; what stood there before still does.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    # A link goes on leading to the file, which is not put in the link's place.
    path = Path(realpath(path))
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
