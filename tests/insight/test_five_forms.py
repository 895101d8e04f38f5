"""A report says the same as a page, as CSV, workbook and JSON and on paper, cell by cell."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader

from audit_app.insight.report import NOTHING
from audit_app.rules.audits import AuditType
from audit_app.rules.judgements import SCALE
from audit_app.rules.permissions import Permission
from audit_app.web.access import access_of
from tests.browser_page import Page, PageClient
from tests.documents.verapdf import check_pdf, require_verapdf
from tests.insight.judged import published_audits, record
from tests.insight.moderations import Both, record_both
from tests.people import World

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

YEAR = {"from": "2020-01-01", "to": "2020-12-31"}
OUTSIDE = {"share": "outside"}
#: Questions that draw other tables than a report does of its own accord.
ASKED: dict[str, tuple[dict[str, str], ...]] = {
    "/insight/distribution": ({"by": "quarter"}, {"thread": "plan", "basis": "audited"}, OUTSIDE),
    "/insight/threads": ({"by": "financial-year"}, {"service": "1"}, OUTSIDE | YEAR),
    "/insight/places": ({"thread": "plan"},),
    "/insight/explore": ({"split": "service"}, {"split": "type", **OUTSIDE, **YEAR}),
    "/insight/practice": (OUTSIDE,),
}


@pytest.fixture
def lead(world: World, web: PageClient) -> PageClient:
    """A practice lead, with years of audits and some that were moderated."""
    kinds = (AuditType.FULL, AuditType.FULL, AuditType.THEMATIC, AuditType.DIP_SAMPLE)
    audits = published_audits()
    record(world, (replace(each, type=kinds[n % 7 % 4]) for n, each in enumerate(audits)))
    moderated = [
        Both(word, SCALE[max(place - n % 2, 0)], on=date(2021, 3, n + 1), blind=n % 3 == 0)
        for n in range(6)
        for place, word in enumerate(SCALE)
    ]
    record_both(world, *moderated)
    web.sign_in(world.carol)
    return web


def reports(app: Flask) -> list[str]:
    """The paths of all reports that are open to whoever may read insight."""
    rules = list(app.url_map.iter_rules())
    papers = {rule.rule for rule in rules if rule.rule.endswith(".pdf") and not rule.arguments}
    return sorted(
        rule.rule
        for rule in rules
        if f"{rule.rule}.pdf" in papers and access_of(app, rule.endpoint) is Permission.INSIGHT_READ
    )


def questions(app: Flask) -> list[tuple[str, dict[str, str]]]:
    return [(path, asked) for path in reports(app) for asked in ({}, *ASKED.get(path, ()))]


def test_every_report_says_the_same_in_all_five_forms(
    app: Flask, lead: PageClient, subtests: pytest.Subtests, tmp_path: Path
) -> None:
    assert len(reports(app)) > 5
    for path, asked in questions(app):
        with subtests.test(path=path, **asked):
            said = json.loads(_file(lead, path, "json", asked))
            assert [table for table in said["tables"] if table["rows"]]
            _same_on_the_page(lead.get(f"{path}?{urlencode(asked)}"), said)
            _same_in_csv(lead, path, asked, said)
            _same_in_workbook(_file(lead, path, "xlsx", asked), said)
            paper = _file(lead, path, "pdf", asked)
            _same_on_paper(paper, said)
            _is_accessible(paper, tmp_path / "report.pdf")


@pytest.mark.parametrize("asked", [{}, {"from": "1/1/2099", "to": "1/1/2100"}], ids=str)
def test_a_report_that_finds_nothing_says_so_in_every_file(
    app: Flask,
    world: World,
    web: PageClient,
    subtests: pytest.Subtests,
    asked: dict[str, str],
) -> None:
    web.sign_in(world.carol)
    for path, ending in product(reports(app), ("csv", "xlsx", "json", "pdf")):
        with subtests.test(path=path, ending=ending):
            answer = web.request("GET", f"{path}.{ending}?{urlencode(asked)}")
            assert answer.status_code == 200 or (
                answer.status_code,
                answer.text.strip(),
            ) == (400, NOTHING)


def _file(web: PageClient, path: str, ending: str, asked: dict[str, str]) -> bytes:
    answer = web.request("GET", f"{path}.{ending}?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return answer.data


def _printed(said: dict[str, Any]) -> Iterator[tuple[str, list[list[str]]]]:
    """Each table's title and its lines as they are printed."""
    for table in said["tables"]:
        lines = [
            [row["heading"], *(cell["text"] for cell in row["cells"])] for row in table["rows"]
        ]
        if lines:
            yield table["title"], lines


def _values(table: dict[str, Any]) -> list[list[Any]]:
    """A table's lines as files hold them."""
    return [
        [row["heading"], *(v for cell in row["cells"] for v in list(cell.values())[2:])]
        for row in table["rows"]
    ]


def _same_on_the_page(page: Page, said: dict[str, Any]) -> None:
    for title, lines in _printed(said):
        captions = [each for each in page.html.select("caption") if _words(each) == title]
        if not captions:
            # A page may say the same in sentences.
            assert [cell for line in lines for cell in line if cell not in page.text] == []
            continue
        rows = [
            [_words(cell) for cell in row.select("th, td")]
            for row in captions[0].parent.select("tbody tr")
        ]
        turned = [list(each) for each in zip(*rows, strict=True)]
        heads = [_words(each) for each in captions[0].parent.select("thead th")]
        assert lines in (rows, _turned(heads, turned))


def _turned(heads: list[str], columns: list[list[str]]) -> list[list[str]]:
    """A table that stands on its side on the page, because it has many columns."""
    return [[head, *column] for head, column in zip(heads[1:], columns[1:], strict=True)]


def _words(tag: Any) -> str:
    return " ".join(tag.get_text().split())


def _same_in_csv(web: PageClient, path: str, asked: dict[str, str], said: dict[str, Any]) -> None:
    for table in said["tables"]:
        text = _file(web, path, "csv", {**asked, "table": table["name"]}).decode()
        _, *rows = csv.reader(io.StringIO(text))
        assert [[_number(cell) for cell in row] for row in rows] == [
            [_number(cell) for cell in row] for row in _values(table)
        ]


def _same_in_workbook(content: bytes, said: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    sheets = {name.casefold().replace(" ", "-"): book[name] for name in book.sheetnames}
    for table in said["tables"]:
        if not table["rows"]:
            continue
        rows = [[c for c in row if c is not None] for row in sheets[table["name"]].values]
        wanted = [[_number(cell) for cell in row] for row in _values(table)]
        assert [[_number(cell) for cell in row] for row in rows[-len(wanted) :]] == wanted


def _same_on_paper(content: bytes, said: dict[str, Any]) -> None:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    printed = re.sub(r"\s", "", text)
    for title, lines in _printed(said):
        assert re.sub(r"\s", "", title) in printed
        for line in lines:
            assert re.sub(r"\s", "", "".join(line)) in printed, line


def _is_accessible(content: bytes, path: Path) -> None:
    require_verapdf()
    path.write_bytes(content)
    assert check_pdf(path) == []


def _number(cell: Any) -> Any:
    """A file's cell, whether it holds a number as a number or as text."""
    try:
        return Decimal(str(cell)).normalize()
    except ArithmeticError:
        return cell
