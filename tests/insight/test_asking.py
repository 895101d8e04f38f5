"""Asking for a table: filters, the audits behind a count, and answers to what cannot be read."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from audit_app.extensions import db
from audit_app.models import RoleGrant, Service, User
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Permission, Role, permissions_of
from tests.browser_page import Page, PageClient
from tests.insight.judged import PUBLISHED_TABLE, Judged, published_audits, record
from tests.people import World

PAGE = "/insight/distribution"
UNREADABLE = {
    "from=2020-13-01": "“2020-13-01” is not a date. Write it like 27/03/2026",
    "to=%3Cscript%3E": "“<script>” is not a date. Write it like 27/03/2026",
    "from=2021-01-02&to=2021-01-01": "The last day must be the same as or after the first day",
    "from=9999-12-31&by=month": "The year must be from 1990 to 2100",
    "from=1990-01-01&by=month": "These dates make 382 columns and the most is 120. "
    "Give dates nearer together, or choose longer periods",
    "by=week": "“week” is not one of the choices",
    "basis=mine": "“mine” is not one of the choices",
    "thread=none": "“none” is not one of the choices",
    "service=99999999999999999999": "“99999999999999999999” is not one of the choices",
    "team=x": "“x” is not one of the choices",
    "type=x": "“x” is not one of the choices",
}


@pytest.fixture
def held(world: World) -> World:
    record(world, published_audits())
    return world


def test_nothing_held_says_so_and_draws_no_table(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.get(PAGE)
    assert "No audits have been recorded yet" in page.text
    assert page.tables == []


def test_nothing_that_matches_offers_the_way_back(web: PageClient, held: World) -> None:
    web.sign_in(held.carol)
    page = web.get(f"{PAGE}?from=2030-01-01&to=2030-12-31")
    assert "No recorded audits match" in page.text
    assert page.links()["see the figures for all audits"] == PAGE
    assert web.get(f"{PAGE}?from=2030-01-01").tables == []


def test_one_audit_is_one_count_in_one_part_year(web: PageClient, world: World) -> None:
    record(world, [Judged(date(2021, 3, 9), Judgement.GOOD)])
    web.sign_in(world.carol)
    page = web.get(PAGE)
    assert column(page, 1) == [
        *("2021 (Mar)", "0", "1", "0", "0", "1", "1"),
        *("–", "–", "1", "1", "1.0"),
    ]
    assert "Only one period holds audits, so no two can be compared." in page.text
    assert "Counts only where there are fewer than 10 audits" in page.text


@pytest.mark.parametrize(("asked", "problem"), UNREADABLE.items())
def test_what_cannot_be_read_is_named_and_no_figure_is_shown(
    web: PageClient, held: World, asked: str, problem: str
) -> None:
    web.sign_in(held.carol)
    page = web.get(f"{PAGE}?{asked}", status=400)
    assert page.errors == [problem]
    assert page.tables == []
    for ending in ("csv", "xlsx", "json"):
        refused = web.get(f"{PAGE}.{ending}?{asked}", status=400).response
        assert refused.mimetype == "text/plain"
        assert refused.text.endswith(f"{problem}.\n")


def test_nothing_typed_is_lost_to_an_error(web: PageClient, held: World) -> None:
    web.sign_in(held.carol)
    service = str(held.fostering.service_id)
    page = web.get(
        f"{PAGE}?by=month&from=1+Sept&to=31/10/2021&service={service}&thread=plan&basis=audited",
        status=400,
    )
    kept = page.fields("Apply filters")
    assert (kept["from"], kept["to"], kept["by"]) == ("1 Sept", "31/10/2021", "month")
    assert (kept["service"], kept["thread"], kept["basis"]) == (service, "plan", "audited")


def test_the_filter_as_a_browser_sends_it_is_kept_in_the_address(
    web: PageClient, held: World
) -> None:
    web.sign_in(held.carol)
    page = ask(web, web.get(PAGE), by="financial-year", thread="chronology", to="31/3/2021")
    assert page.h1 == "Impact chronology by financial year"
    assert page.tables[0][0] == ["Judgement", "2019/20 (Sept 2019 – Mar 2020)", "2020/21"]
    narrower = "by=financial-year&thread=chronology&to=2021-03-31"
    assert page.links()["CSV: one row for each figure"] == f"{PAGE}.csv?{narrower}"
    assert page.links()["Excel workbook"] == f"{PAGE}.xlsx?{narrower}"


def test_each_chosen_filter_can_be_taken_away(web: PageClient, held: World) -> None:
    web.sign_in(held.carol)
    page = web.get(f"{PAGE}?by=quarter&thread=plan&type=full&from=2020-01-01")
    chips = {text: href for text, href in page.links().items() if text.startswith("Remove")}
    assert [parse_qs(urlsplit(href).query) for href in chips.values()] == [
        {"by": ["quarter"], "type": ["full"], "from": ["2020-01-01"]},
        {"by": ["quarter"], "thread": ["plan"], "from": ["2020-01-01"]},
        {"by": ["quarter"], "thread": ["plan"], "type": ["full"]},
    ]


def test_asking_for_one_judgement_or_state_does_not_make_everything_look_like_it(
    web: PageClient, held: World
) -> None:
    web.sign_in(held.carol)
    assert web.get(f"{PAGE}?judgement=good&state=moderated").tables[0] == PUBLISHED_TABLE


def test_a_thread_shows_audits_with_too_little_evidence_apart(
    web: PageClient, world: World
) -> None:
    word = Judgement.NOT_ENOUGH_EVIDENCE
    on = date(2021, 1, 1)
    record(world, [Judged(on, Judgement.GOOD, thread=each) for each in (*SCALE, word, word)])
    web.sign_in(world.carol)
    lines = {line[0]: line[1] for line in web.get(f"{PAGE}?thread=chronology").tables[0]}
    assert (lines["Total"], lines["Not enough evidence to judge"]) == ("4", "2")
    assert "Not enough evidence to judge" not in {line[0] for line in web.get(PAGE).tables[0]}


def test_every_count_leads_to_as_many_audits_as_it_says(web: PageClient, held: World) -> None:
    web.sign_in(held.carol)
    asked = f"{PAGE}?by=quarter&from=2020-02-14&to=2020-11-30&basis=audited"
    for extra in ("", "&thread=chronology", f"&service={held.fostering.service_id}"):
        links = counts(web.get(asked + extra))
        assert len(links) >= 12
        for text, address in links[::5]:
            listed = web.get(address).text
            assert f"{text.split(' ')[0]} audit" in listed, address


def test_the_dcs_office_reads_the_figures_and_is_led_to_no_audit(
    web: PageClient, held: World
) -> None:
    web.sign_in(held.dan)
    page = web.get(PAGE)
    assert page.tables[0] == PUBLISHED_TABLE
    assert counts(page) == []


def test_a_moderator_of_one_service_is_told_that_lists_may_be_shorter(
    web: PageClient, held: World
) -> None:
    warning = "which may be fewer than were counted"
    web.sign_in(held.bob)
    assert warning not in web.get(PAGE).text
    held.bob.grants = [RoleGrant(role=Role.MODERATOR, service_id=held.fostering.service_id)]
    db.session.commit()
    assert warning in web.get(PAGE).text


@pytest.mark.parametrize("ending", ["", ".csv", ".xlsx", ".json", ".pdf"])
def test_only_those_who_may_read_insight_see_any_of_it(
    web: PageClient, held: World, ending: str
) -> None:
    for name in ("alice", "bob", "carol", "dan", "priya", "adam"):
        user: User = getattr(held, name)
        may = Permission.INSIGHT_READ in permissions_of(user.roles)
        web.sign_out()
        web.sign_in(user)
        web.get(PAGE + ending, status=200 if may else 403)


def test_many_months_stand_one_below_the_other(web: PageClient, held: World) -> None:
    web.sign_in(held.carol)
    page = web.get(f"{PAGE}?by=month&from=2019-05-01&to=2021-10-31")  # Records begin later.
    heads, *lines = page.tables[0]
    assert heads[:3] == ["Period", "Outstanding", "Good"]
    assert len(lines) == 26
    assert "The chart shows the latest 12 of 26 periods." in page.text


def test_a_service_is_shown_by_its_name_as_it_was_typed(web: PageClient, held: World) -> None:
    service = db.session.get_one(Service, held.fostering.service_id)
    service.name = "=Fostering & <b>adoption</b>"
    db.session.commit()
    web.sign_in(held.carol)
    page = web.get(f"{PAGE}?service={service.id}")
    assert "=Fostering & <b>adoption</b>" in page.text


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--service", "fosterin"], 1, "Did you mean Fostering?"),
        (["--thread", "plans"], 1, "Did you mean plan?"),
        (["--team", "zzzz"], 1, "There are: F Citywide 1, LSW North 1, LSW South 1."),
        (["--locality", ""], 1, "There is no locality"),
        (["--by", "week"], 2, "calendar-year, financial-year, quarter, month"),
        (["--from", "soon"], 2, "“soon” is not a date"),
        (["--from", "2021-01-02", "--to", "2021-01-01"], 2, "The last day must be"),
        (["--type", "dip"], 2, "dip-sample"),
        (["--format", "xml"], 2, "xml"),
    ],
)
def test_the_command_refuses_with_a_reason_and_prints_no_figure(
    app: Flask, held: World, arguments: list[str], status: int, said: str
) -> None:
    result = app.test_cli_runner().invoke(args=["distribution", *arguments])
    assert (result.exit_code, result.stdout) == (status, "")
    assert said in result.stderr


def test_the_command_takes_names_in_any_case(app: Flask, held: World) -> None:
    run: Any = app.test_cli_runner().invoke
    asked = ["--service", "FOSTERING", "--team", "f citywide 1", "--type", "FULL",
             "--selection", "Random", "--thread", "Chronology", "--format", "json"]  # fmt: skip
    result = run(args=["distribution", *asked])
    assert result.exit_code == 0, result.stderr
    assert '"Service": "Fostering"' in result.stdout


def test_the_command_prints_a_head_and_no_rows_where_nothing_is_held(
    app: Flask, world: World
) -> None:
    result = app.test_cli_runner().invoke(args=["distribution", "--format", "csv"])
    assert result.stdout == "period,from,to,months,judgement,count,percent,total\n"
    assert result.exit_code == 0


def ask(web: PageClient, page: Page, **typed: str) -> Page:
    """Press “Apply filters” with these answers changed, as a browser sends a form by GET."""
    sent = page.fields("Apply filters") | typed
    query = "&".join(f"{name}={value}" for name, value in sent.items())
    return web.get(f"{page.action('Apply filters')}?{query}")


def column(page: Page, place: int) -> list[str]:
    return [line[place] for line in page.tables[0]]


def counts(page: Page) -> list[tuple[str, str]]:
    """The numbers in the table that are links, with their addresses."""
    return [(a.get_text(strip=True), str(a["href"])) for a in page.html.select("main table a")]
