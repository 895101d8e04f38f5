"""Published totals: entered with their source, refused where days are counted, never deleted."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.historic import changes
from audit_app.models import HistoricFigures, HistoryEvent
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.insight.judged import PUBLISHED_TABLE, Judged, published_audits, record
from tests.people import World

PAGE = "/insight/distribution"
TYPED: dict[str, Any] = {
    "first-day": "1",
    "first-month": "1",
    "first-year": "2018",
    "last-day": "31",
    "last-month": "12",
    "last-year": "2018",
    "outstanding": "3",
    "good": "71",
    "requires_improvement": "160",
    "inadequate": "58",
    "title": "Annual report 2018 of North",
    "published_on-day": "14",
    "published_on-month": "3",
    "published_on-year": "2019",
    "page": "page 9",
}
SOURCE = "Annual report 2018 of North, 14 March 2019, page 9"
COLUMN = [
    "2018, published total",
    "3 (1%)",
    "71 (24%)",
    "160 (55%)",
    "58 (20%)",
    "292",
    "74 (25.3%)",
    "–",
    "–",
    "–",
    "12",
    "24.3",
]


def enter(web: PageClient, status: int = 200, **typed: str) -> Page:
    answers = TYPED | {name.replace("__", "-"): said for name, said in typed.items()}
    page = web.get("/historic/new")
    return web.post("/historic/new", page.fields("Enter this total") | answers, status)


def entered(world: World, first: date, last: date) -> HistoricFigures:
    figures = changes.enter(world.carol, (first, last), (3, 71, 160, 58), SOURCE)
    db.session.commit()
    return figures


@pytest.fixture
def audits(world: World, web: PageClient) -> list[Judged]:
    audits = published_audits()
    record(world, audits)
    web.sign_in(world.carol)
    return audits


@pytest.mark.sqlite_only
def test_a_total_stands_before_the_records_with_its_source_and_in_no_test(
    web: PageClient, audits: list[Judged]
) -> None:
    before = web.get(PAGE)
    assert enter(web).h1 == "2018"
    page = web.get(PAGE)
    assert page.tables[0] == [
        [line[0], cell, *line[1:]] for line, cell in zip(PUBLISHED_TABLE, COLUMN, strict=True)
    ]
    assert f"2018, published total: not from records. Source: {SOURCE}." in page.text
    assert page.tables[1:] == before.tables[1:]
    said = [each.get_text() for each in before.html.select("p.govuk-body-l")]
    assert [each.get_text() for each in page.html.select("p.govuk-body-l")] == said
    linked = {a["href"] for a in page.html.select("main td a")}
    assert not any("2018" in str(each) for each in linked)


@pytest.mark.sqlite_only
def test_the_files_and_the_command_hold_it_apart_from_what_is_counted(
    app: Flask, web: PageClient, audits: list[Judged]
) -> None:
    enter(web)
    told = json.loads(web.request("GET", f"{PAGE}.json").text)
    assert [each["period"] for each in told["periods"]] == PUBLISHED_TABLE[0][1:]
    (published,) = told["published_totals"]
    assert (published["total"], published["source"]) == (292, SOURCE)
    rows = list(csv.DictReader(io.StringIO(web.request("GET", f"{PAGE}.csv").text)))
    assert [row["count"] for row in rows[:4]] == ["3", "71", "160", "58"]
    assert {row["period"] for row in rows[:4]} == {"2018, published total"}
    printed = app.test_cli_runner().invoke(args=["distribution"]).output
    assert "2018, published total" in printed
    assert SOURCE in printed


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "asked",
    ["?by=quarter", "?basis=audited", "?thread=chronology", "?type=full", "?same_months=yes"],
)
def test_it_is_in_no_table_of_other_things(
    web: PageClient, audits: list[Judged], asked: str
) -> None:
    enter(web)
    assert "published total" not in " ".join(web.get(f"{PAGE}{asked}").tables[0][0])


@pytest.mark.sqlite_only
def test_asked_for_from_its_first_day_it_stands_in_place_of_an_empty_column(
    web: PageClient, audits: list[Judged]
) -> None:
    enter(web, last__month="6", last__day="30", last__year="2019", published_on__month="7")
    heads = web.get(f"{PAGE}?from=2018-01-01&to=2020-12-31").tables[0][0]
    assert heads[1:] == ["Jan 2018 – Jun 2019, published total", "2019 (Sept – Dec)", "2020"]


@pytest.mark.sqlite_only
def test_it_stands_alone_where_nothing_is_recorded(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    enter(web)
    page = web.get(PAGE)
    assert page.tables[0][0] == ["Judgement", "2018, published total"]
    assert "improved" not in page.text


@pytest.mark.sqlite_only
def test_for_publication_it_stands_with_its_source_whatever_that_is_called(
    web: PageClient, audits: list[Judged]
) -> None:
    enter(web)
    page = web.get(f"{PAGE}?share=outside")
    assert page.tables[0][0][1] == "2018, published total"
    assert f"Source: {SOURCE}." in page.text


def test_days_that_are_counted_are_refused(web: PageClient, audits: list[Judged]) -> None:
    page = enter(web, 400, last__year="2019", published_on__year="2020")
    assert page.errors == [
        (
            "286 audits of these days are recorded here, and counted from records. "
            "Enter days before the first of them"
        )
    ]
    assert page.html.select_one("#title")["value"] == TYPED["title"]
    enter(web)
    page = enter(web, 400, first__month="12")
    assert page.errors == [
        (
            "A total for 1 January 2018 to 31 December 2018 is entered already. Withdraw it first, "
            "or enter other days"
        )
    ]
    assert len(db.session.scalars(select(HistoricFigures)).all()) == 1


def test_records_imported_later_count_and_it_is_said_why_the_total_is_gone(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    enter(web)
    record(world, [Judged(date(2018, 5, 2), Judgement.GOOD)])
    page = web.get(PAGE)
    assert "2018, published total" not in page.tables[0][0]
    assert "for 2018 is not shown: audits of those days are recorded here" in page.text
    assert "they are counted and this total stands in no table" in web.get(_address()).text


def test_it_is_withdrawn_with_a_reason_and_stays_to_be_read(
    web: PageClient, audits: list[Judged]
) -> None:
    enter(web)
    form = web.get(f"{_address()}/withdraw")
    assert web.send(form, status=400, because="  ").errors == ["Say why it is withdrawn"]
    page = web.send(form, because="The report counted twelve audits twice.")
    assert "The report counted twelve audits twice." in page.text
    assert web.get(PAGE).tables[0] == PUBLISHED_TABLE
    assert web.get("/historic/").tables[0][1][0].startswith("2018")
    verbs = db.session.scalars(
        select(HistoryEvent.verb).where(HistoryEvent.record_type == "historic figures")
    )
    assert list(verbs) == ["entered", "withdrew"]
    again = web.get(page.links()["Enter it again, put right"]).fields("Enter this total")
    assert {name: again[name] for name in TYPED} == TYPED
    assert enter(web).h1 == "2018"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"good": "many"}, "Enter a whole number, such as 41"),
        ({"good": ""}, "Good: enter how many, or 0 where there were none"),
        ({"good": "-1"}, "Good: enter a number from 0 to 100,000"),
        (
            dict.fromkeys(("outstanding", "good", "requires_improvement", "inadequate"), "0"),
            "Enter how many audits got each judgement. They cannot all be 0",
        ),
        ({"first__month": "13"}, "The first day must be a real date, like 27 3 2026"),
        (
            {"last__year": "2017"},
            "The last day must be the same as or after the first day",
        ),
        ({"last__year": "2099"}, "The last day must be in the past"),
        (
            {"published_on__year": "2018"},
            "A document cannot hold totals of days after it was published",
        ),
        ({"title": " "}, "Enter the title of the document"),
        ({"page": ""}, "Enter the page or place"),
    ],
)
def test_what_is_wrong_is_said_beside_its_box(
    web: PageClient, world: World, typed: dict[str, str], problem: str
) -> None:
    web.sign_in(world.carol)
    assert enter(web, 400, **typed).errors == [problem]
    assert db.session.scalars(select(HistoricFigures)).all() == []


@pytest.mark.sqlite_only
def test_only_leads_enter_totals(web: PageClient, world: World) -> None:
    figures = entered(world, date(2018, 1, 1), date(2018, 12, 31))
    for person in (world.dan, world.bob, world.hester, world.alice):
        web.sign_out()
        web.sign_in(person)
        for path in ("", "new", figures.reference, f"{figures.reference}/withdraw"):
            web.get(f"/historic/{path}", status=403)


def _address() -> str:
    return f"/historic/{db.session.scalars(select(HistoricFigures.reference)).one()}"
