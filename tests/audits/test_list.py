"""The list of audits: filtered, sorted and paged on the server, flat as it grows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.statements import queries_of


def _listed(page: Page) -> list[str]:
    return [row[0] for row in page.tables[0][1:]] if page.tables else []


def test_a_list_is_newest_first_and_sorts_the_scale_by_its_order(
    web: PageClient, world: World
) -> None:
    days = [date(2026, 9, day) for day in (1, 2, 3)]
    grades = [Judgement.REQUIRES_IMPROVEMENT, Judgement.OUTSTANDING, Judgement.INADEQUATE]
    made = [
        world.recorded_audit(grade, on=day).reference
        for grade, day in zip(grades, days, strict=True)
    ]
    web.sign_in(world.carol)
    assert _listed(web.get("/audits/")) == made[::-1]
    best_first = web.get("/audits/?sort=judgement&order=asc")
    assert _listed(best_first) == [made[1], made[0], made[2]]
    assert best_first.html.find("th", attrs={"aria-sort": "ascending"}) is not None


def test_filters_narrow_and_each_can_be_taken_away(web: PageClient, world: World) -> None:
    good = world.recorded_audit(Judgement.GOOD, team=world.south)
    world.recorded_audit(Judgement.INADEQUATE, team=world.south)
    world.recorded_audit(Judgement.GOOD, team=world.fostering)
    web.sign_in(world.carol)
    page = web.get(f"/audits/?judgement=good&team={world.south.id}")
    assert _listed(page) == [good.reference]
    chip = page.links()["Remove filter Team: LSW South 1"]
    assert len(_listed(web.get(chip))) == 2


def test_a_day_that_is_no_day_is_named_beside_its_box(web: PageClient, world: World) -> None:
    world.recorded_audit()
    web.sign_in(world.carol)
    page = web.get("/audits/?from=31/02/2026")
    assert "“31/02/2026” is not a date" in page.text
    assert page.html.find("input", id="filter-from")["value"] == "31/02/2026"


@pytest.mark.parametrize("query", ["service=x", "judgement=great", "page=-3", "sort=;", "team=9"])
def test_nonsense_in_the_address_does_no_harm(web: PageClient, world: World, query: str) -> None:
    web.sign_in(world.carol)
    assert web.get(f"/audits/?{query}").h1 == "Audits"


def test_a_page_beyond_the_last_shows_the_first(web: PageClient, world: World) -> None:
    made = world.recorded_audit()
    web.sign_in(world.carol)
    assert _listed(web.get("/audits/?page=99")) == [made.reference]


def test_the_list_costs_as_many_queries_for_many_audits_as_for_few(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    counts = []
    for more in (2, 28):
        for number in range(more):
            world.recorded_audit(on=date(2026, 1, 1) + timedelta(days=number))
        counts.append(len(queries_of(web, "/audits/")))
    assert counts[0] == counts[1] <= 12


def test_somebody_with_nothing_to_read_is_told_what_would_be_here(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    assert "There are no audits here yet" in web.get("/audits/").text


def test_the_audits_behind_a_figure_leave_drafts_out(web: PageClient, world: World) -> None:
    recorded = world.recorded_audit(auditor=world.carol)
    world.recorded_audit(auditor=world.carol, state=AuditState.DRAFT)
    web.sign_in(world.carol)
    assert len(_listed(web.get("/audits/?from=2026-10-01&to=2026-10-31"))) == 2
    behind = web.get("/audits/?from=2026-10-01&to=2026-10-31&recorded=only")
    assert _listed(behind) == [recorded.reference]
