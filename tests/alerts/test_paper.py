"""The alert on paper: one side of A4, accessible, and safe with whatever was typed."""

from __future__ import annotations

import base64
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from audit_app.alerts.printing import alert_pdf, blocks, file_name
from audit_app.alerts.queries import sheet_of
from audit_app.alerts.sheet import Sheet, thawed
from audit_app.models import Alert
from audit_app.rules.alerts import LONGEST, MOST_LINES, REQUIREMENTS, Requirement
from audit_app.rules.judgements import SCALE, Judgement
from config import Settings
from tests.alerts.alerts_to_try import SOON, TODAY, issued, written
from tests.browser_page import PageClient
from tests.documents.verapdf import check_pdf, require_verapdf
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><title>Logo</title>'
    b'<rect width="60" height="30" fill="#123"/></svg>'
)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def sheet(world: World, **changed: Any) -> Sheet:
    """An issued alert's sheet with something else on it."""
    for _ in range(3):
        world.recorded_audit(Judgement.INADEQUATE)
    return replace(sheet_of(issued(world), TODAY), **changed)


def opened(printed: bytes) -> PdfReader:
    return PdfReader(BytesIO(printed))


def words(printed: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in opened(printed).pages).split())


def longest(world: World, letters: str) -> Sheet:
    """Every text as long as it may be, and every row of the table."""

    def full(name: str) -> str:
        return (letters * LONGEST[name])[: LONGEST[name]]

    texts: dict[str, Any] = {
        name: full(name) for name in LONGEST if name not in ("what", "question")
    }
    codes = ["overall", *(thread.code for thread in world.thread_set.threads)]
    everything: dict[str, Any] = {
        "evidence_threads": codes,
        "evidence_judgements": [*map(str, SCALE)],
    }
    return replace(
        sheet_of(issued(world, **everything), TODAY),
        requirements=tuple(Requirement(full("what"), SOON) for _ in range(REQUIREMENTS)),
        questions=(full("question"),) * 3,
        **texts,
    )


def test_an_alert_as_people_write_them_fits_one_side_of_a4(app: Flask, world: World) -> None:
    pages = opened(alert_pdf(sheet(world))).pages
    assert len(pages) == 1
    width, height = pages[0].mediabox.upper_right
    assert (round(float(width)), round(float(height))) == (595, 842)


def test_everything_that_was_written_is_printed(app: Flask, world: World) -> None:
    alert = sheet(world)
    printed = words(alert_pdf(alert))
    for text in (
        alert.number, alert.title, alert.kind.upper(), alert.audience, alert.owner, alert.why_now,
        *alert.questions, alert.how_checked, *(each.what for each in alert.requirements),
        "Approved by Dan", "Issued by Cora", "Page 1 of 1", alert.council, alert.marking,
        "Data as at", "Judgements: final (moderated where moderated)",
        f"by {SOON.day} {SOON:%B %Y}",
    ):  # fmt: skip
        assert " ".join(str(text).split()) in printed
    for block in blocks(alert.found + "\n" + alert.good_looks_like + "\n" + alert.standards):
        for line in block.lines:
            assert line.replace(" ", "") in printed.replace(" ", "")


def test_a_draft_says_on_paper_that_it_is_one(web: PageClient, world: World) -> None:
    alert = written(world.carol)
    web.sign_in(world.carol)
    response = web.get(f"/alerts/{alert.reference}.pdf").response
    assert "Draft – not issued" in words(response.data)
    assert response.headers["Content-Disposition"].startswith("inline; filename=draft-see-the")
    assert "Draft" not in words(alert_pdf(sheet_of(issued(world), TODAY)))


def test_a_draft_with_nothing_written_prints(app: Flask, world: World) -> None:
    empty = replace(
        sheet(world), number=None, why_now="", found="", requirements=(), questions=("", "", ""),
        good_looks_like="", standards="", how_checked="", review_on=None, issued_on=None,
    )  # fmt: skip
    assert words(alert_pdf(empty)).count("Not written yet") == 8


@pytest.mark.verapdf
@pytest.mark.parametrize("state", ["issued", "draft"])
def test_it_is_accessible(app: Flask, world: World, tmp_path: Path, state: str) -> None:
    require_verapdf()
    path = tmp_path / "alert.pdf"
    draft: dict[str, Any] = {"number": None, "issued_on": None} if state == "draft" else {}
    path.write_bytes(alert_pdf(sheet(world, **draft)))
    assert check_pdf(path) == []


@pytest.mark.verapdf
@pytest.mark.parametrize(
    "letters",
    ["Plain words of a usual length. ", "W", "unbreakable", "مرحبا بالعالم ", "\n- x"],
    ids=["usual", "widest", "one word", "right to left", "lines"],
)
def test_texts_as_long_as_they_may_be_take_two_pages_at_most_and_lose_nothing(
    app: Flask, world: World, tmp_path: Path, letters: str
) -> None:
    require_verapdf()
    alert = longest(world, letters)
    if "\n" in letters:
        few: dict[str, Any] = {
            name: (letters * MOST_LINES).strip() for name in ("why_now", "found")
        }
        few |= dict.fromkeys(("good_looks_like", "standards", "how_checked"), few["found"])
        alert = replace(alert, **few)
    printed = alert_pdf(alert)
    assert len(opened(printed).pages) == 2
    path = tmp_path / "alert.pdf"
    path.write_bytes(printed)
    assert check_pdf(path) == []
    if letters.isascii() and letters.strip().isalpha():
        typed = [text for text in vars(alert).values() if isinstance(text, str)]
        wanted = sum(text.count(letters) for text in typed)
        assert words(printed).replace(" ", "").count(letters) >= wanted


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script> & <b>bold</b>",
        "“Curly” – and 'straight' \"quotes\"",
        "a{{ 7*7 }}b",
    ],
)
def test_what_was_typed_is_printed_as_typed(app: Flask, world: World, typed: str) -> None:
    alert = sheet(world, title=typed, why_now=typed, requirements=(Requirement(typed, SOON),))
    printed = alert_pdf(replace(alert, audience=typed, questions=(typed,) * 3))
    assert words(printed).count(typed) >= 5
    metadata = opened(printed).metadata
    assert metadata is not None
    assert metadata.title is not None
    assert typed in metadata.title


@pytest.mark.parametrize(
    "typed",
    [
        "שלום עולם",
        "😀👨‍👩‍👧🏽 seen",
        "日本語",
        "a\u202eb\u200dc",
        "x" * 90,
        "\x07\x0b",
        " \n \n- \n",
    ],
)
def test_unusual_letters_never_stop_a_print(app: Flask, world: World, typed: str) -> None:
    alert = sheet(
        world, title=typed, why_now=typed, found=typed, questions=(typed,) * 3, audience=typed
    )
    assert len(opened(alert_pdf(alert)).pages) <= 2
    assert file_name(alert).endswith(".pdf")


@pytest.mark.verapdf
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_councils_logo_is_printed_with_its_name(
    app: Flask, world: World, tmp_path: Path, kind: str
) -> None:
    require_verapdf()
    logo = tmp_path / f"logo.{kind}"
    logo.write_bytes(SVG if kind == "svg" else PNG)
    settings: Settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(update={"council_logo": logo})
    path = tmp_path / "alert.pdf"
    path.write_bytes(alert_pdf(sheet(world)))
    assert check_pdf(path) == []
    alternatives = _alternatives(PdfReader(path))
    assert alternatives == ["Manchester City Council"]


def _alternatives(reader: PdfReader) -> list[str]:
    """What is said instead of each picture to those who do not see it."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/Alt" in node:
                found.append(str(node["/Alt"]))
            walk(node.get("/K", []))

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_the_number_keeps_its_prefix_on_paper_whatever_the_setting_becomes(
    app: Flask, world: World
) -> None:
    alert: Alert = issued(world)
    settings: Settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(update={"alert_prefix": "XX"})
    assert sheet_of(alert, TODAY).number == f"PA {TODAY.year}/01"
    assert alert.evidence is not None
    assert thawed(alert.evidence).frozen() == alert.evidence


def test_lines_that_begin_with_a_dash_are_a_list() -> None:
    typed = "First.\n\n- one\n• two\n* three\nLast – with a dash - inside.\n-4 is a number"
    assert [(block.listed, block.lines) for block in blocks(typed)] == [
        (False, ("First.",)),
        (True, ("one", "two", "three")),
        (False, ("Last – with a dash - inside.",)),
        (False, ("-4 is a number",)),
    ]
