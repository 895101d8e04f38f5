"""The validator itself: it lets a sound document through and finds what is wrong with another."""

from __future__ import annotations

from pathlib import Path

import pytest
from weasyprint import HTML

from tests.documents.verapdf import check_pdf, require_verapdf

pytestmark = pytest.mark.verapdf

SOUND = """<!doctype html>
<html lang="en-GB">
<head><title>Practice alert PA 2026/04</title></head>
<body><h1>Seeing the child alone</h1><p>Ymweld â’r plentyn: tŵr, dŵr.</p></body>
</html>"""


@pytest.fixture(autouse=True)
def _verapdf() -> None:
    require_verapdf()


def printed(folder: Path, html: str, variant: str = "pdf/ua-1") -> Path:
    path = folder / "document.pdf"
    HTML(string=html).write_pdf(path, pdf_variant=variant)
    return path


def test_a_document_with_language_and_title_is_accessible(tmp_path: Path) -> None:
    assert check_pdf(printed(tmp_path, SOUND)) == []


def test_a_document_without_a_language_is_not(tmp_path: Path) -> None:
    failures = check_pdf(printed(tmp_path, SOUND.replace(' lang="en-GB"', "")))

    assert any("language" in failure.lower() for failure in failures), failures


def test_a_document_without_a_title_is_not(tmp_path: Path) -> None:
    untitled = SOUND.replace("<title>Practice alert PA 2026/04</title>", "")

    assert any("title" in failure for failure in check_pdf(printed(tmp_path, untitled)))


def test_a_document_can_be_fit_for_archives(tmp_path: Path) -> None:
    assert check_pdf(printed(tmp_path, SOUND, "pdf/a-3a"), "3a") == []


def test_an_ordinary_pdf_is_not_fit_for_archives(tmp_path: Path) -> None:
    assert check_pdf(printed(tmp_path, SOUND, "pdf/ua-1"), "3a") != []


def test_what_is_no_pdf_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_text("Dear colleague")

    assert len(check_pdf(path)) == 1


def test_an_unknown_flavour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ua1, 3a"):
        check_pdf(tmp_path / "document.pdf", "ua9")
