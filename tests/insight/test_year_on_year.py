"""Year on year: how sure each year is, what chance explains, and years cut to the same months."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from audit_app.extensions import db
from audit_app.models import ThreadSet
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Selection
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.insight.judged import Judged, published_audits, record, recount
from tests.moderation.test_blind import blind_audit
from tests.people import World

pytestmark = pytest.mark.sqlite_only

PAGE = "/insight/distribution"
CLAIMS = "/insight/claims"
ROSE = (
    "Good or better rose from 39.3% in 2020 to 48.4% in 2021 (Jan – Oct); "
    "a change this size is unlikely to be chance."
)
SAME = [(date(year, 9, 1), date(year, 10, 31)) for year in (2019, 2020, 2021)]


@pytest.fixture
def audits(world: World, web: PageClient) -> list[Judged]:
    """The published audits, every third of them chosen for a concern, the last in no known way."""
    ways: list[Selection | None] = [Selection.RANDOM, Selection.RANDOM, Selection.CONCERN]
    chosen = [replace(each, selection=ways[n % 3]) for n, each in enumerate(published_audits())]
    chosen[-1] = replace(chosen[-1], selection=None)
    record(world, chosen)
    web.sign_in(world.carol)
    return chosen


def test_the_page_says_what_changed_how_sure_it_is_and_how_audits_were_chosen(
    web: PageClient, audits: list[Judged]
) -> None:
    page = web.get(PAGE)
    assert ROSE in page.text
    at_random = [sum(each.selection is Selection.RANDOM for each in audits if each.on.year == year)
                 for year in (2019, 2020, 2021)]  # fmt: skip
    shown = {line[0]: line[1:] for line in page.tables[0]}
    assert [cell.split(" ")[0] for cell in shown["Chosen at random"]] == list(map(str, at_random))
    assert f"{sum(at_random):,} of the 2,063 audits judged were chosen at random." in page.text
    assert "was not recorded for 1 of these audits" in page.text


def test_the_numbers_behind_the_sentence_are_one_disclosure_away(
    web: PageClient, audits: list[Judged]
) -> None:
    page = web.get(PAGE)
    hidden = page.html.select_one("details.govuk-details")
    assert hidden is not None
    assert not hidden.has_attr("open")
    assert "less than 0.001" in hidden.get_text()
    hidden.extract()
    assert "0.001" not in page.html.select_one("main").get_text()


def test_the_same_figures_can_be_asked_for_in_other_ways(
    web: PageClient, audits: list[Judged]
) -> None:
    links = web.get(PAGE).links()
    assert links["only audits chosen at random"] == f"{PAGE}?selection=random"
    assert links["as audited, before moderation"] == f"{PAGE}?basis=audited"
    same = web.get(links["only the months every year has"])
    assert same.tables[0][0][1:] == ["2019 (Sept – Oct)", "2020 (Sept – Oct)", "2021 (Sept – Oct)"]
    assert "1 September to 31 October of each year from 2019 to 2021" in same.text
    assert "only the months every year has" not in same.links()
    assert "compare percentages, not totals" not in same.text
    at_random = web.get(links["only audits chosen at random"])
    assert "Chosen at random" not in {line[0] for line in at_random.tables[0]}


@pytest.mark.parametrize("more", ["", "&thread=chronology", "&basis=audited"])
def test_the_same_months_are_counted_as_a_plain_loop_counts_them(
    web: PageClient, audits: list[Judged], more: str
) -> None:
    judged = {"": "final", "&thread=chronology": "thread_final", "&basis=audited": "overall"}
    told = figures(web, f"?same_months=yes{more}")
    assert [
        ([share["count"] for share in period["judgements"]], period["not_enough_evidence"])
        for period in told["periods"]
    ] == recount(audits, SAME, judged[more])


def test_a_count_of_the_same_months_leads_to_as_many_audits(
    web: PageClient, audits: list[Judged]
) -> None:
    page = web.get(f"{PAGE}?same_months=yes")
    good = next(line for line in page.tables[0] if line[0] == "Good")
    links = [link for link in page.html.select("main td a") if link.get_text() == good[2]]
    assert f"{good[2].split(' ')[0]} audits" in web.get(str(links[0]["href"])).text


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("same_months=maybe", "“maybe” is not one of the choices"),
        ("same_months=yes&by=quarter", "Choose years as columns, or all months"),
        (
            "same_months=yes&to=2020-08-31",
            (
                "These years have no whole month in common. Give dates that leave out a part of a "
                "year, or choose all months"
            ),
        ),
    ],
)
def test_months_that_cannot_be_compared_are_refused_beside_the_choice(
    web: PageClient, audits: list[Judged], asked: str, problem: str
) -> None:
    page = web.get(f"{PAGE}?{asked}", status=400)
    assert page.errors == [problem]
    assert page.tables == []
    assert web.get(f"{PAGE}.csv?{asked}", status=400).response.text == f"Months: {problem}.\n"


def test_a_change_in_how_audits_were_chosen_is_told_beside_the_change(
    web: PageClient, world: World
) -> None:
    before = [Judged(date(2020, 5, 1), Judgement.GOOD)] * 40
    after = [Judged(date(2021, 5, 1), Judgement.GOOD, selection=Selection.CONCERN)] * 40
    record(world, [*before, *after])
    web.sign_in(world.carol)
    page = web.get(PAGE)
    assert "The share chosen at random went from 100% in 2020 (May – Dec) to 0%" in page.text
    assert "No clear change in good or better: 100% in 2020 (May – Dec), 100%" in page.text


def test_a_new_set_of_threads_breaks_the_row_of_years(
    web: PageClient, audits: list[Judged]
) -> None:
    db.session.add(ThreadSet(code="next", name="The next set", valid_from=date(2021, 3, 1)))
    db.session.commit()
    page = web.get(PAGE)
    assert page.tables[0][0][1:] == ["2019 (Sept – Dec)", "2020", "2021 (Jan – Oct) [b]"]
    assert "[b] A new set of threads, “The next set”, is in force from 1 March 2021." in page.text
    assert figures(web)["periods"][2]["period"] == "2021 (Jan – Oct)"
    assert "[b]" not in web.get(f"{PAGE}?from=2021-03-01").text


def test_a_moderator_is_told_only_of_audits_left_out_of_the_months_shown(
    web: PageClient, world: World
) -> None:
    years = (date(2025, 10, 1), date(2026, 10, 1), date(2026, 11, 1), date(2025, 9, 1))
    record(world, [Judged(day, Judgement.GOOD) for day in years])
    audit = blind_audit(world, AuditState.SUBMITTED)
    audit.audit_date, audit.audit_month = date(2026, 3, 3), 202603
    db.session.commit()
    web.sign_in(world.bob)
    note = "1 audit waits for a blind moderation"
    assert note in web.get(f"{PAGE}?from=2025-09-01&to=2026-11-30").text
    same = f"{PAGE}?same_months=yes&from=2025-09-01&to=2026-11-30"
    assert note not in web.get(same).text
    audit.audit_date, audit.audit_month = date(2026, 10, 3), 202610
    db.session.commit()
    assert note in web.get(same).text


def test_the_three_claims_are_answered_in_words_with_the_figures_they_rest_on(
    web: PageClient, audits: list[Judged]
) -> None:
    page = web.get(CLAIMS)
    assert page.h1 == "Is practice getting better?"
    assert [each.get_text() for each in page.html.select("main h2")][:3] == [
        "Has practice steadily improved?",
        "Is there some disparity in Outstanding between services?",
        "Is there little change in moderation?",
    ]
    first = answer_to(page, 0)
    assert "judgements got better (good or better went from 36.0% to 48.4%)" in first
    assert first.startswith(
        "Yes, steadily: good or better clearly rose from 2020 to 2021 (Jan – Oct), "
        "and all four judgements show a clear trend over the rest. "
    )
    assert ROSE in first
    assert "2020 39.3% (36.2% to 42.5%)" in page.text
    for heading in range(3):
        assert answer_to(page, heading)


def test_the_first_claim_is_counted_in_other_ways_as_their_own_pages_count_them(
    web: PageClient, audits: list[Judged]
) -> None:
    rows = web.get(CLAIMS).tables[0][1:]
    assert [row[0] for row in rows] == [
        "All audits",
        "Only audits chosen at random",
        "Only the months every year has",
        "As audited, before moderation",
    ]
    ways = ("", "?selection=random", "?same_months=yes", "?basis=audited")
    for row, asked in zip(rows, ways, strict=True):
        shown = next(r for r in web.get(PAGE + asked).tables[0] if r[0] == "Good or better")
        assert row[2:4] == shown[-2:]


def test_the_answer_says_where_another_way_of_counting_finds_something_else(
    web: PageClient, world: World
) -> None:
    good, poor = Judgement.GOOD, Judgement.REQUIRES_IMPROVEMENT
    years = [date(year, 5, 1) for year in (2022, 2023, 2024)]
    at_random = [Judged(day, each) for day in years for each in [good] * 20 + [poor] * 20]
    of_concern = [
        Judged(day, poor if day == years[0] else good, selection=Selection.CONCERN)
        for day in years
        for _ in range(40)
    ]
    record(world, [*at_random, *of_concern])
    web.sign_in(world.carol)
    page = web.get(CLAIMS)
    differs = (
        "Counted in other ways this does not wholly stand up. Only audits chosen at random: "
        "No clear change over all periods; good or better changed clearly in no step."
    )
    assert differs in page.text
    assert differs in web.get(f"{CLAIMS}.csv").response.get_data(as_text=True)
    rises = {row[0]: row[-3:-1] for row in page.tables[0][1:]}
    assert rises["All audits"] == ["1", "0"]
    assert rises["Only audits chosen at random"] == ["0", "0"]


def test_the_claims_say_where_nothing_is_recorded_and_whom_they_are_for(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    nothing = web.get(CLAIMS)
    assert "No audits have been recorded yet" in nothing.text
    assert not nothing.html.select("main form")
    assert web.get("/insight/").path == CLAIMS
    for person, status in ((world.dan, 200), (world.bob, 200), (world.alice, 403)):
        web.sign_out()
        web.sign_in(person)
        web.get(CLAIMS, status=status)


def test_the_claims_say_what_their_address_asks_for_in_vain(
    web: PageClient, audits: list[Judged]
) -> None:
    said = "“selection” in the address of this page changes nothing"
    page = web.get(f"{CLAIMS}?selection=random&utm=1")
    assert said in page.text
    assert "utm" not in page.html.select_one("main").get_text()
    assert said in web.get(f"{CLAIMS}.json?selection=random").response.get_data(as_text=True)
    page = web.get(CLAIMS)
    assert "changes nothing" not in page.text
    months = page.links()["See the months, and whether any of them is a signal"]
    assert months == "/insight/trends"


def test_whoever_may_judge_blind_is_told_that_an_answer_does_without_those_audits(
    web: PageClient, world: World
) -> None:
    record(world, [Judged(date(2026, 3, 1), Judgement.GOOD)] * 12)
    audit = blind_audit(world, AuditState.SUBMITTED)
    audit.audit_date, audit.audit_month = date(2026, 3, 3), 202603
    db.session.commit()
    caveat = (
        "This answer is made without 1 audit that waits for a blind moderation, "
        "so it may differ from what others see."
    )
    for person, times in ((world.bob, 2), (world.carol, 0)):
        web.sign_out()
        web.sign_in(person)
        assert web.get(CLAIMS).text.count(caveat) == times
        assert web.get(f"{CLAIMS}.csv").response.get_data(as_text=True).count(caveat) == times


@pytest.mark.parametrize("address", [PAGE, CLAIMS])
def test_both_can_be_printed(web: PageClient, audits: list[Judged], address: str) -> None:
    assert web.get(f"{address}.pdf").response.data.startswith(b"%PDF")


def figures(web: PageClient, asked: str = "") -> Any:
    return json.loads(web.get(f"{PAGE}.json{asked}").response.data)


def answer_to(page: Page, place: int) -> str:
    heading = page.html.select("main h2")[place]
    return " ".join(heading.find_next("p").get_text().split())


def test_the_command_counts_the_same_months_as_the_page(
    app: Flask, web: PageClient, audits: list[Judged]
) -> None:
    told = command(app, "--same-months", "--format", "csv")
    assert told.exit_code == 0
    assert told.stdout == web.get(f"{PAGE}.csv?same_months=yes").response.text.removeprefix(
        "\ufeff"
    )
    assert told.stdout != command(app, "--format", "csv").stdout


def test_the_command_refuses_months_that_cannot_be_compared(
    app: Flask, audits: list[Judged]
) -> None:
    told = command(app, "--same-months", "--by", "quarter")
    assert told.exit_code == 2
    assert "Invalid value for --same-months: Choose years as columns" in told.stderr


def command(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["distribution", *arguments])
