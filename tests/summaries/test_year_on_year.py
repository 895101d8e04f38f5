"""The year-on-year table on one page: every figure as printed in the practice report."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.historic import changes
from audit_app.insight.publication_changes import PUBLISHED
from audit_app.models import HistoryEvent, Print
from audit_app.models.published import checksum
from audit_app.rules.judgements import Judgement
from tests.browser_page import PageClient
from tests.documents.verapdf import check_pdf
from tests.insight.judged import PUBLISHED_TABLE, Judged, published_audits, record
from tests.moderation.test_blind import blind_audit
from tests.people import World

pytestmark = pytest.mark.sqlite_only

PAGE = "/summaries/year-on-year"
#: The published table in the report's own form: judgements, and totals.
TABLE = [*PUBLISHED_TABLE[:5], ["TOTALS", "286", "924", "853"]]
ROSE = (
    "Good or better rose from 39.3% in 2020 to 48.4% in 2021 (Jan – Oct); "
    "a change this size is unlikely to be chance."
)


@pytest.fixture
def audits(world: World, web: PageClient) -> list[Judged]:
    audits = published_audits()
    record(world, audits)
    web.sign_in(world.dan)
    return audits


def plain(text: str) -> str:
    return " ".join(text.split())


def paper(web: PageClient, asked: str = "") -> tuple[PdfReader, str]:
    answer = web.request("GET", f"{PAGE}.pdf{asked}")
    assert answer.status_code == 200, answer.text
    reader = PdfReader(BytesIO(answer.data))
    return reader, plain(" ".join(page.extract_text() for page in reader.pages))


def test_its_paper_is_one_sheet_that_holds_the_published_table_to_the_digit(
    web: PageClient, audits: list[Judged], tmp_path: Path
) -> None:
    reader, text = paper(web)
    assert len(reader.pages) == 1
    for label, *figures in TABLE[1:]:
        assert f"{label} {' '.join(figures)}" in text
    assert re.search(r"2019 \(Sept – Dec\) 2020 2021 \(Jan – Oct\)", text)
    assert ROSE in text
    assert "add up to 101 in 2020 and 101 in 2021 (Jan – Oct), not to 100" in text
    assert "The periods cover 4, 12 and 10 months" in text
    assert check_pdf(_kept(web, tmp_path)) == []


def test_its_page_and_its_html_say_the_same(web: PageClient, audits: list[Judged]) -> None:
    page = web.get(PAGE)
    assert page.tables[0] == [[plain(cell) for cell in line] for line in TABLE]
    assert ROSE in page.text
    document = web.get(f"{PAGE}.html")
    assert document.tables == page.tables[:1]
    assert ROSE in document.text


def test_any_of_the_periods_can_be_printed_and_the_sentence_is_of_those(
    web: PageClient, audits: list[Judged]
) -> None:
    page = web.get(f"{PAGE}?period=2019-09-01&period=2021-01-01")
    assert page.tables[0][0] == ["Judgement", "2019 (Sept – Dec)", "2021 (Jan – Oct)"]
    assert "from 36.0% in 2019 (Sept – Dec) to 48.4% in 2021 (Jan – Oct)" in page.text
    assert "Left out by choice: 2020." in page.text
    assert "924" not in paper(web, "?period=2019-09-01,2021-01-01")[1]


def test_financial_years_and_cut_years_are_labelled_by_their_days(
    web: PageClient, audits: list[Judged]
) -> None:
    heads = web.get(f"{PAGE}?by=financial-year&from=2020-02-01").tables[0][0]
    assert heads[1:] == ["2019/20 (Feb – Mar 2020)", "2020/21", "2021/22 (Apr – Oct 2021)"]


@pytest.mark.parametrize("asked", ["?from=2018-01-01&to=2021-10-31", "?from=2018-01-01"])
def test_no_year_is_longer_than_its_records(
    web: PageClient, audits: list[Judged], asked: str
) -> None:
    page = web.get(f"{PAGE}{asked}")
    assert page.tables[0] == [[plain(cell) for cell in line] for line in TABLE]
    assert "The periods cover 4, 12 and 10 months" in page.text
    # For publication only whole quarters may be asked for.
    for share in ("", "" if "to=" in asked else "&share=outside"):
        _, text = paper(web, f"{asked}{share}")
        assert re.search(r"2019 \(Sept – Dec\) 2020 2021 \(Jan – Oct\)", text)
        assert "The periods cover 4, 12 and 10 months" in text
        heads = web.get(f"/insight/distribution{asked}{share}").tables[0][0]
        assert heads[1:] == TABLE[0][1:]


def test_beside_a_published_total_records_begin_in_their_own_month(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    days = (date(2018, 1, 1), date(2018, 12, 31))
    changes.enter(world.carol, days, (3, 71, 160, 58), "Annual report, 4 March 2019, page 9")
    db.session.commit()
    heads = ["2018, published total", *TABLE[0][1:]]
    for asked in ("", "?from=2018-01-01&to=2021-10-31"):
        assert web.get(f"{PAGE}{asked}").tables[0][0][1:] == heads


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("?by=month", "“month” is not one of the choices"),
        ("?from=yesterday", "“yesterday” is not a date. Write it like 27/03/2026"),
        ("?period=2018-01-01", "“2018-01-01” is not one of the periods of these days"),
        ("?from=2021-01-01&to=2020-01-01", "The last day must be the same as or after"),
    ],
)
def test_what_cannot_be_understood_is_said(
    web: PageClient, audits: list[Judged], asked: str, problem: str
) -> None:
    assert any(problem in each for each in web.get(f"{PAGE}{asked}", status=400).errors)
    answer = web.request("GET", f"{PAGE}.pdf{asked}")
    assert (answer.status_code, problem in answer.text) == (400, True)


def test_without_audits_it_says_so_and_makes_no_paper(web: PageClient, world: World) -> None:
    web.sign_in(world.dan)
    assert "No recorded audits match" in web.get(PAGE).text
    assert web.request("GET", f"{PAGE}.pdf").status_code == 400


def test_more_periods_than_a_page_has_room_for_are_to_be_chosen_from(
    web: PageClient, world: World
) -> None:
    record(world, [Judged(date(year, 3, 2), Judgement.GOOD) for year in range(2012, 2022)])
    web.sign_in(world.dan)
    latest = web.get(PAGE)
    assert len(latest.tables[0][0]) == 9
    assert "Only the latest 8 of 10 periods are shown." in latest.text
    page = web.get(f"{PAGE}?from=2012-01-01")
    assert "These days make 10 periods. One page has room for 8 periods." in page.text
    assert page.tables == []
    assert web.request("GET", f"{PAGE}.pdf?from=2012-01-01").status_code == 400
    assert len(paper(web)[0].pages) == 1


def test_a_published_total_stands_in_it_and_can_stand_alone(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    days = (date(2018, 1, 1), date(2018, 12, 31))
    changes.enter(world.carol, days, (3, 71, 160, 58), "Annual report, 4 March 2019, page 9")
    db.session.commit()
    _, text = paper(web)
    assert "Good 71 (24%) 99 (35%) 347 (38%) 383 (45%)" in text
    assert "Source: Annual report, 4 March 2019, page 9." in text
    assert ROSE in text
    alone = web.get(f"{PAGE}?period=2018-01-01p")
    assert alone.tables[0][0] == ["Judgement", "2018, published total"]
    assert "no change is claimed" in alone.text


def test_what_waits_for_a_blind_moderation_is_in_no_figure_whoever_prints(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    blind_audit(world)
    page, every = web.get(PAGE), web.get("/insight/distribution").tables[0][5]
    assert "1 audit waits for a blind moderation" in page.text
    assert _added(page.tables[0][-1]) == _added(every) - 1


def test_for_publication_it_is_marked_and_remembered(web: PageClient, audits: list[Judged]) -> None:
    reader, text = paper(web, "?share=outside")
    assert "For publication" in text
    assert "Printed by" not in text
    assert "Inadequate 41 (14%) 82 (9%) 47 (6%)" in text
    assert len(reader.pages) == 1
    asked = db.session.scalars(select(HistoryEvent).where(HistoryEvent.verb == PUBLISHED)).one()
    assert (asked.record_type, asked.record_reference) == ("report year on year", "file=pdf")
    refused = web.get(f"{PAGE}?share=outside&to=2021-10-15")
    assert "Only whole quarters and years are published" in refused.text
    assert web.request("GET", f"{PAGE}.pdf?share=outside&to=2021-10-15").status_code == 400


def test_a_print_can_be_found_again_by_the_reference_on_it(
    app: Flask, web: PageClient, audits: list[Judged]
) -> None:
    answer = web.request("GET", f"{PAGE}.pdf?to=2020-12-31")
    found = db.session.scalars(select(Print)).one()
    text = plain(PdfReader(BytesIO(answer.data)).pages[0].extract_text())
    assert found.reference in text
    assert found.fingerprint[:12] in text
    assert found.checksum == checksum(answer.data)
    assert (found.address, found.arguments) == (f"{PAGE}.pdf", "to=2020-12-31")


def test_who_may_read_no_summary_may_print_no_table(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    for ending in ("", ".pdf", ".html"):
        web.get(f"{PAGE}{ending}", status=403)


def _added(totals: list[str]) -> int:
    return sum(int(each.replace(",", "")) for each in totals[1:])


def _kept(web: PageClient, folder: Path) -> Path:
    path = folder / "table.pdf"
    path.write_bytes(web.request("GET", f"{PAGE}.pdf").data)
    return path


def test_the_page_of_a_paper_that_cannot_be_made_says_why_as_a_page(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.dan)
    nothing = web.get(f"{PAGE}.html", status=400)
    assert nothing.html.find("h2", string="No recorded audits match")
    mistaken = web.get(f"{PAGE}.html?from=yesterday", status=400)
    assert len(mistaken.errors) == 1
    assert "yesterday" in mistaken.fields().values()
