"""Page, chart, CSV, workbook, JSON and command say the same, and what the report printed."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup
from flask import Flask

from audit_app.rules.judgements import SCALE
from tests.browser_page import PageClient
from tests.insight.judged import PUBLISHED_TABLE, Judged, published_audits, record, recount
from tests.people import World

HEADER = ["period", "from", "to", "months", "judgement", "count", "percent", "total"]

QUESTIONS = (
    "",
    "?basis=audited",
    "?by=quarter&from=2020-02-14&to=2021-03-09",
    "?by=month",
    "?by=month&from=2019-09-01&to=2021-10-31",
    "?by=financial-year&thread=chronology",
    "?thread=chronology&basis=audited&type=full&selection=random",
)


@pytest.fixture
def audits(world: World, web: PageClient) -> list[Judged]:
    """The published audits, recorded, with the practice lead signed in."""
    audits = published_audits()
    record(world, audits)
    web.sign_in(world.carol)
    return audits


def test_the_page_prints_the_published_table_to_the_digit(
    web: PageClient, audits: list[Judged]
) -> None:
    page = web.get("/insight/distribution")
    assert page.tables[0] == PUBLISHED_TABLE
    assert (
        "Good or better rose from 39.3% in 2020 to 48.4% in 2021 (Jan – Oct); "
        "a change this size is unlikely to be chance."
    ) in page.text


def test_the_command_prints_the_published_figures(app: Flask, audits: list[Judged]) -> None:
    asked = ["--by", "calendar-year", "--from", "2019-09-01", "--to", "2021-10-31"]
    rows = list(csv.DictReader(io.StringIO(command(app, *asked, "--format", "csv"))))
    assert list(rows[0]) == HEADER
    assert [row["percent"] for row in rows] == [
        "1",
        "35",
        "50",
        "14",
        "2",
        "38",
        "52",
        "9",
        "4",
        "45",
        "46",
        "6",
    ]
    assert [row["total"] for row in rows[::4]] == ["286", "924", "853"]


def test_the_command_lines_up_the_same_strings_as_the_page(
    app: Flask, audits: list[Judged]
) -> None:
    printed = command(app).splitlines()
    heads = next(n for n, line in enumerate(printed) if line.endswith("2021 (Jan – Oct)"))
    table = printed[heads : heads + len(PUBLISHED_TABLE)]
    for line, (label, *texts) in zip(table[1:], PUBLISHED_TABLE[1:], strict=True):
        assert line.startswith(label)
        assert line.removeprefix(label).split("  ")[-1].strip() == texts[-1]
        assert [text for text in texts if text not in line] == []
    assert len({len(line) for line in table}) == 1


@pytest.mark.parametrize("asked", QUESTIONS[:2])
def test_the_workbook_says_every_line_of_the_page_as_the_page_prints_it(
    web: PageClient, audits: list[Judged], asked: str
) -> None:
    lines = web.get(f"/insight/distribution{asked}").tables[0][1:]
    assert lines_of_workbook(web, asked) == lines


@pytest.mark.parametrize("asked", QUESTIONS)
def test_every_form_of_the_table_says_the_same(
    web: PageClient, audits: list[Judged], asked: str
) -> None:
    rows = of_csv(web, asked)
    shown = {(r["period"], r["judgement"]): text(int(r["count"]), r["percent"]) for r in rows}
    assert of_page(web, asked) == shown
    assert of_json(web, asked) == shown
    assert of_workbook(web, asked) == shown
    assert (
        of_chart(web, asked).items() <= {key: shown[key].partition(" ")[2] for key in shown}.items()
    )


@pytest.mark.parametrize("asked", QUESTIONS)
def test_every_count_is_what_a_plain_loop_over_the_rows_counts(
    web: PageClient, audits: list[Judged], asked: str
) -> None:
    told = json.loads(fetch(web, f".json{asked}"))
    judgement = "final" if told["basis"] == "final" else "overall"
    if told["thread"]:
        judgement = "thread_final" if told["basis"] == "final" else "thread"
    days = [tuple(map(date.fromisoformat, (p["from"], p["to"]))) for p in told["periods"]]
    assert [
        ([share["count"] for share in period["judgements"]], period["not_enough_evidence"])
        for period in told["periods"]
    ] == recount(audits, days, judgement)


def test_the_same_arguments_on_the_command_line_give_the_same_csv(
    app: Flask, web: PageClient, audits: list[Judged]
) -> None:
    asked = "?by=financial-year&basis=audited&thread=chronology&type=full&from=2020-01-15"
    options = [f"--{part}" for part in asked[1:].split("&")]
    assert command(app, *options, "--format", "csv") == fetch(web, f".csv{asked}").decode()


def test_files_say_what_was_counted_and_how_they_are_marked(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    asked = f"?basis=audited&service={world.fostering.service_id}"
    told = json.loads(fetch(web, f".json{asked}"))
    assert told["marking"] == "Demonstration: made-up data"
    assert told["filters"] == {"Service": "Fostering"}
    assert told["basis"] == "audited"
    cover = [cell.value for cell in book(web, asked)["Cover"]["A"]]
    assert {
        "Demonstration: made-up data",
        "Basis: As audited, before moderation",
        "Service: Fostering",
    } <= {*cover}


def test_files_are_named_after_what_is_in_them(web: PageClient, audits: list[Judged]) -> None:
    for ending in ("csv", "xlsx", "json"):
        sent = web.get(f"/insight/distribution.{ending}?thread=chronology").response
        name = f"judgements-chronology-2019-09-01-to-2021-10-31.{ending}"
        assert sent.headers["Content-Disposition"] == f"attachment; filename={name}"


def command(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["distribution", *arguments])
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def fetch(web: PageClient, rest: str) -> bytes:
    return web.get(f"/insight/distribution{rest}").response.data


def text(count: int | str, percent: str | int | None) -> str:
    """A count and its percentage as the table prints them, from the file's separate figures."""
    if count == "[z]":
        return "–" if percent == "[x]" else f"{percent}%"
    printed = count if isinstance(count, str) else f"{count:,}"
    if percent in ("", None, "[x]", "[z]"):
        return printed
    low = percent == "[low]" or (count not in (0, "0") and str(percent) == "0")
    return f"{printed} ({'<1' if low else percent}%)"


def of_csv(web: PageClient, asked: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(fetch(web, f".csv{asked}").decode())))
    assert list(rows[0]) == HEADER
    return rows


def of_page(web: PageClient, asked: str) -> dict[tuple[str, str], str]:
    """The table's cells, whether periods stand side by side or one below the other."""
    heads, *lines = web.get(f"/insight/distribution{asked}").tables[0]
    words = [word.label for word in SCALE]
    if heads[0] == "Judgement":
        return {(p, line[0]): cell for line in lines[:4]
                for p, cell in zip(heads[1:], line[1:], strict=True)}  # fmt: skip
    assert heads[1:5] == words
    return {(line[0], word): cell for line in lines
            for word, cell in zip(words, line[1:5], strict=True)}  # fmt: skip


def of_json(web: PageClient, asked: str) -> dict[tuple[str, str], str]:
    return {
        (period["period"], share["judgement"]): text(share["count"], share["percent"])
        for period in json.loads(fetch(web, f".json{asked}"))["periods"]
        for share in period["judgements"]
    }


def book(web: PageClient, asked: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(fetch(web, f".xlsx{asked}")))


def of_workbook(web: PageClient, asked: str) -> dict[tuple[str, str], str]:
    rows = list(book(web, asked)["Judgements"].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if row[0] in ("Judgement", "Period"))
    heads = rows[top]
    if heads[0] == "Period":
        return {
            (line[0], word.label): text(line[place], line[place + 1])
            for line in rows[top + 1 :]
            for word, place in zip(SCALE, range(1, 9, 2), strict=True)
        }
    return {
        (str(heads[place]).removesuffix(": audits"), line[0]): text(line[place], line[place + 1])
        for line in rows[top + 1 : top + 5]
        for place in range(1, len(heads), 2)
    }


def lines_of_workbook(web: PageClient, asked: str) -> list[list[str]]:
    """Every line of the workbook's table as the page would print it: a text for each period."""
    rows = list(book(web, asked)["Judgements"].iter_rows())
    top = next(n for n, row in enumerate(rows) if row[0].value == "Judgement")
    return [
        [
            row[0].value,
            *(text(*map(as_shown, row[place : place + 2])) for place in range(1, len(row), 2)),
        ]
        for row in rows[top + 1 :]
    ]


def as_shown(cell: Any) -> str:
    """A cell's text as a spreadsheet shows it, by the cell's own number format."""
    if isinstance(cell.value, str):
        return cell.value
    decimals = len(cell.number_format.partition(".")[2])
    return f"{cell.value:,.{decimals}f}"


def of_chart(web: PageClient, asked: str) -> dict[tuple[str, str], str]:
    """The percentages a chart's description gives for each of its bars, in brackets."""
    page = BeautifulSoup(fetch(web, asked), "html5lib")
    found = {}
    for description in page.select("svg desc"):
        for bar in description.get_text().split(". ")[1:]:
            heading, _, figures = bar.rstrip(".").partition(" audits: ")
            period = heading.rpartition(", ")[0]
            for figure in figures.split(", "):
                word, _, percent = figure.rpartition(" ")
                found[period, word] = f"({percent})"
    assert found
    return found
