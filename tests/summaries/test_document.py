"""A summary on paper says what the tables and the records say, whole, and never looks final."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from pypdf import PdfReader

from audit_app.documents.made import Made
from audit_app.extensions import db
from audit_app.models import Service, Team, Theme
from audit_app.rules.judgements import Judgement
from audit_app.rules.sheets import Sheet
from audit_app.rules.summary_commentary import BOXES, LONGEST
from audit_app.rules.summary_periods import read_code
from audit_app.summaries.contents import contents
from audit_app.summaries.document import Commentary, Standing, draw
from audit_app.summaries.parts import Contents
from tests.documents.verapdf import check_document, require_verapdf
from tests.people import World
from tests.summaries.summaries_to_try import TEXTS, some_audits
from tests.summaries.worlds import everything

pytestmark = pytest.mark.sqlite_only

TODAY = date(2026, 11, 22)
STAMP = "Reference TEST-TEST · Data 0123456789ab"
SIGNED = Standing(
    STAMP,
    "Dan Dawes",
    written_by="Carol Clay",
    written_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    signed_by="Dan Dawes",
    signed_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
)
DRAFT = Standing(STAMP, "Dan Dawes")


class Paper(NamedTuple):
    """A summary that was drawn, and what it was drawn from."""

    counted: Contents
    made: Made

    @property
    def pages(self) -> list[str]:
        reader = PdfReader(io.BytesIO(self.made.pdf))
        return [_plain(page.extract_text()) for page in reader.pages]

    @property
    def text(self) -> str:
        return " ".join(self.pages)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _squeezed(text: str) -> str:
    """Without the spaces, which a line's end on paper adds or takes."""
    return re.sub(r"\s", "", text)


def _drawn(
    code: str,
    service_id: int | None = None,
    commentary: Commentary = TEXTS,
    standing: Standing = SIGNED,
) -> Paper:
    counted = contents(read_code(code), service_id, TODAY)
    return Paper(counted, draw(counted, commentary, standing))


@pytest.fixture
def demo(demo: Flask) -> Iterator[Flask]:
    """While a request is answered, as papers hold addresses."""
    with demo.test_request_context():
        yield demo
        db.session.remove()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "service"),
    [("2021-22-Q2", None), ("2020-21", None), ("2021-22-Q2", "Locality social work")],
)
def test_every_cell_on_the_paper_is_that_of_the_tables(
    demo: Flask, code: str, service: str | None
) -> None:
    found = db.session.query(Service).filter_by(name=service).one().id if service else None
    paper = _drawn(code, found)
    tables = _tables(paper.made.html)
    sheets = [sheet for _, sheet in paper.counted.sheets if sheet.name != "Headline"]
    assert tables == [_as_shown(sheet) for sheet in sheets]
    printed = _squeezed(paper.text)
    for sheet in sheets:
        for line in sheet.lines:
            for cell in line.cells:
                assert _squeezed(cell.text) in printed, (sheet.title, line.label, cell.text)


def _tables(page: bytes) -> list[list[list[str]]]:
    """Every table of a page by rows of cells, its heads among them."""
    return [
        [
            [_plain(cell.get_text()) for cell in row.find_all(["th", "td"])]
            for row in table.find_all("tr")
        ]
        for table in _read(page).find_all("table")
    ]


def _read(page: bytes) -> BeautifulSoup:
    return BeautifulSoup(page, "html5lib")


def _as_shown(sheet: Sheet) -> list[list[str]]:
    rows = [[sheet.heading, *(column.label for column in sheet.columns)]]
    rows += [[line.label, *(cell.text for cell in line.cells)] for line in sheet.lines]
    return [[_plain(each) for each in row] for row in rows]


@pytest.mark.slow
def test_page_one_of_the_demonstration_says_it_all_and_four_sheets_hold_the_rest(
    demo: Flask,
) -> None:
    paper = _drawn("2021-22-Q2")
    first = paper.pages[0]
    assert len(paper.pages) <= 4
    headline = paper.counted.headline
    assert headline.thread is not None
    said = [headline.message, headline.thread.value, headline.thread.of, headline.basis]
    said += [*TEXTS.values(), "Signed off by Dan Dawes", "179 Audits judged", "7 Inadequate"]
    for words in said:
        assert _squeezed(words) in _squeezed(first), words


#: Sentences that somebody may well add when everything else is written.
MORE = {
    box: f"{text} We read the plans again with families. What they told us is in the plans now."
    for box, text in TEXTS.items()
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "service", "most"),
    [
        ("2021-22-Q2", None, 4),
        ("2026-27-Q2", None, 4),
        ("2021-22", None, 4),
        ("2021-22-Q2", "Locality social work", 3),
        ("2026-27-Q2", "Locality social work", 4),
    ],
)
def test_a_summary_of_the_demonstration_is_no_longer_than_a_committee_reads(
    demo: Flask, code: str, service: str | None, most: int
) -> None:
    found = db.session.query(Service).filter_by(name=service).one().id if service else None
    paper = _drawn(code, found, commentary=MORE)
    assert len(paper.pages) <= most
    assert "Judgements by year" in paper.text
    assert "Notes" in paper.pages[-1]


def test_a_summary_is_accessible_and_fit_for_archives(world: World) -> None:
    require_verapdf()
    everything(world, 3, audits=40)
    for standing in (SIGNED, DRAFT):
        paper = _drawn("2025-26-Q2", standing=standing)
        assert check_document(paper.made.pdf) == []


def test_headings_follow_one_another_and_every_table_has_heads(world: World) -> None:
    everything(world, 3, audits=40)
    document = _read(_drawn("2025-26-Q2").made.html)
    levels = [int(each.name[1]) for each in document.find_all(["h1", "h2", "h3", "h4"])]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in document.find_all("table"):
        assert {each.get("scope") for each in table.find_all("th")} <= {"col", "row"}
        assert all(row.find("th") for row in table.find_all("tr"))


def test_it_looks_like_a_draft_until_it_is_signed_off(world: World) -> None:
    some_audits(world)
    draft, signed = _drawn("2021-22-Q2", standing=DRAFT), _drawn("2021-22-Q2")
    assert "Draft – not signed off" in draft.text
    assert "Signed off by" not in draft.text
    assert "Draft" not in signed.text
    assert b"Draft" not in signed.made.html
    assert "Signed off by Dan Dawes on 22 November 2026" in signed.text


def test_a_later_edition_says_why_it_is_there(world: World) -> None:
    some_audits(world)
    why = "Two audits came in late, and one was moderated."
    paper = _drawn("2021-22-Q2", standing=replace(SIGNED, edition=2, reason=why))
    assert "Edition 2" in paper.pages[0]
    assert why in paper.pages[0]


def test_a_box_that_nobody_wrote_says_so(world: World) -> None:
    some_audits(world)
    paper = _drawn("2021-22-Q2", commentary={**TEXTS, "why": ""}, standing=DRAFT)
    assert paper.text.count("Not written yet") == 1


def test_a_quarter_without_audits_is_one_page_that_says_so(world: World) -> None:
    some_audits(world)
    paper = _drawn("2015-16-Q2", commentary=dict.fromkeys(BOXES, ""), standing=DRAFT)
    assert len(paper.pages) == 1
    assert "No audit was recorded in Q2 2015/16 (Jul – Sept 2015)." in paper.text


def test_one_audit_is_printed_as_a_count(world: World) -> None:
    world.recorded_audit(Judgement.GOOD, on=date(2021, 8, 3))
    paper = _drawn("2021-22-Q2")
    assert "1 of 1 audit was good or better: too few for a percentage" in paper.text
    assert set(re.findall(r"[\d.]+%", paper.text)) <= {"95%"}


def test_commentary_of_the_longest_kind_is_printed_whole(world: World) -> None:
    some_audits(world)
    sentence = "We read number {} of the chronologies together and said what it meant. "
    whole = "".join(sentence.format(n) for n in range(99))[: LONGEST - 20] + " and that is all."
    paper = _drawn("2021-22-Q2", commentary=dict.fromkeys(BOXES, whole))
    assert _squeezed(paper.text).count(_squeezed("and that is all.")) == len(BOXES)
    assert "below, and on the pages after this one" in paper.pages[0]
    bare = _squeezed("".join(_without_edges(page) for page in paper.pages))
    assert bare.count(_squeezed(sentence.format(37))) == len(BOXES)


def _without_edges(page: str) -> str:
    """A page without what every sheet has at its edges."""
    return re.sub(r"(Quality audit summary: |Printed by).*$", "", page)


def test_whatever_is_typed_prints(world: World) -> None:
    some_audits(world)
    typed = {
        "what_changed": "<script>alert('x')</script> and <b>bold</b>\n" + "onelongword" * 90,
        "why": "\u200fהילדה נראתה לבדה ודבריה נרשמו\nرأينا الطفلة وحدها",
        "doing": "Seen alone 👧🏽 and heard ❤️\n\x0b\x0c odd \u200b signs \ufffe",
    }
    paper = _drawn("2021-22-Q2", commentary=typed)
    document = _read(paper.made.html)
    assert document.find_all(["script", "b"]) == []
    for words in ("<script>alert('x')</script> and <b>bold</b>", "onelongword" * 90):
        assert _squeezed(words) in _squeezed(paper.text)
    for words in typed["why"].splitlines():
        assert words in document.get_text()


def test_long_names_and_many_teams_and_themes_fit_their_sheets(world: World) -> None:
    some_audits(world)
    service = db.session.get_one(Service, world.north.service_id)
    service.name = "Children, young people and families with complex needs, disabilities and care"
    teams = [_team(world, f"Team {n} with a name that goes on for some time") for n in range(40)]
    audits = [
        world.recorded_audit(Judgement.GOOD, team=team, on=date(2021, 8, 4), case=f"9{n:06d}")
        for n, team in enumerate(teams)
    ]
    audits[0].themes = [Theme(name=f"Theme {n} of a great many") for n in range(500)]
    db.session.commit()
    paper = _drawn("2021-22-Q2", service.id)
    assert service.name in paper.pages[0]
    assert len(paper.pages) <= 6
    assert "490 other themes were recorded" in paper.text
    for team in teams:
        assert _squeezed(team.name) in _squeezed(paper.text)


def _team(world: World, name: str) -> Team:
    of = world.north
    team = Team(name=name, service_id=of.service_id, locality_id=of.locality_id)
    db.session.add(team)
    db.session.flush()
    return team
