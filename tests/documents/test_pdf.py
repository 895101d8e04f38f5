"""Documents on paper: accessible, in our own fonts, and nothing fetched from anywhere."""

from __future__ import annotations

import gc
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from audit_app.documents.pdf import (
    STATIC,
    AssetsMissing,
    OnlyOurFiles,
    shortest,
    write_whole,
)
from tests.documents.verapdf import check_pdf, require_verapdf

LOGO = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="40" height="20"/></svg>'


def page(body: str, lines: int = 0) -> str:
    return f"""<!doctype html><html lang="en-GB"><head><title>A document</title>
    <link rel="stylesheet" href="document-fonts.css">
    <style>body {{ font-family: "Source Sans 3" }} p {{ line-height: 10mm; margin: 0 }}</style>
    </head><body><h1>A document</h1>{body}{"<p>line</p>" * lines}</body></html>"""


def render_pdf(*layouts: str) -> bytes:
    return shortest(layouts)[0]


def opened(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


@pytest.mark.verapdf
@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_a_document_is_accessible_and_fit_for_archives(tmp_path: Path, profile: str) -> None:
    require_verapdf()
    path = tmp_path / "document.pdf"
    path.write_bytes(render_pdf(page("<p>Tŵr, dŵr a phlant</p>")))
    assert check_pdf(path, profile) == []


def test_a_document_says_its_language_and_title_and_is_tagged() -> None:
    reader = opened(render_pdf(page("")))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "A document"


def test_its_fonts_travel_with_it() -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for each in opened(render_pdf(page("<p>Words</p>"))).pages
        for font in each["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        assert "Source-Sans-3" in font["/BaseFont"]
        described = font["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a.css",
        "http://127.0.0.1/a.png",
        "ftp://example.org/a",
        "data:text/css,p{}",
        "file:///etc/passwd",
        "file://server/share/a.png",
        f"{STATIC.as_uri()}/../../config.py",
        f"{STATIC.as_uri()}/%2e%2e/%2e%2e/config.py",
        "app.css",
    ],
)
def test_nothing_but_the_built_files_can_be_reached(address: str) -> None:
    with pytest.raises(ValueError, match="own files"):
        OnlyOurFiles().fetch(address)


def test_the_built_files_and_the_logo_can_be_reached(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text(LOGO)
    files = OnlyOurFiles(logo)
    assert b"@font-face" in files.fetch(f"{STATIC.as_uri()}/document-fonts.css").read()
    assert b"<svg" in files.fetch(logo.as_uri()).read()
    with pytest.raises(ValueError, match="own files"):
        OnlyOurFiles().fetch(logo.as_uri())


def test_an_address_in_a_document_is_left_out_and_never_asked_for() -> None:
    hostile = '<img src="https://example.org/pixel.png" alt="A picture"><p>Words</p>'
    assert "Words" in opened(render_pdf(page(hostile))).pages[0].extract_text()


def test_the_layout_with_the_fewest_pages_is_printed_and_of_equals_the_loosest() -> None:
    def pages(*lines: int) -> str:
        layouts = (page(f"<p>layout {number}</p>", n) for number, n in enumerate(lines))
        reader = opened(render_pdf(*layouts))
        return f"{reader.pages[0].extract_text().split()[3]} on {len(reader.pages)}"

    assert pages(5, 3) == "0 on 1"
    assert pages(30, 5, 3) == "1 on 1"
    assert pages(40, 30) == "0 on 2"
    assert pages(80, 30) == "1 on 2"


def test_a_missing_font_is_said_and_not_printed_round(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("audit_app.documents.pdf.STATIC", tmp_path)
    with pytest.raises(AssetsMissing, match="scripts/build-assets"):
        render_pdf(page(""))


def test_garbage_collection_is_on_again_after_a_print_and_after_a_failure() -> None:
    render_pdf(page(""))
    assert gc.isenabled()
    with pytest.raises(ValueError, match="empty"):
        render_pdf()
    assert gc.isenabled()


def test_a_file_is_put_in_its_place_whole(tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    out.write_bytes(b"before")
    write_whole(out, b"after")
    assert out.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "missing" / "a.pdf", b"after")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "folder", b"after")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


@pytest.mark.verapdf
@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("Done 😀 👍🏽 👨‍👩‍👧 🏴󠁧󠁢󠁷󠁬󠁳󠁿", "😀"),
        ("محمد عبد الله", "محمد"),
        ("שרה כהן", "כהן"),
        ("王小明", "□□□"),
        ("\u200b\u202e\ufeff\u00ad\ue000 x", "x"),
    ],
)
def test_letters_of_every_kind_print_and_those_that_no_font_has_are_seen_to_be_left_out(
    tmp_path: Path, words: str, read: str
) -> None:
    require_verapdf()
    letters = '"Source Sans 3", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Emoji"'
    html = page(f'<p dir="auto">{words}</p>').replace('"Source Sans 3"', letters)
    printed, kept = shortest([html])
    path = tmp_path / "document.pdf"
    path.write_bytes(printed)

    assert read in opened(printed).pages[0].extract_text()
    assert words in kept
    assert check_pdf(path, "3a") == check_pdf(path, "ua1") == []
