"""What leaves the council: only fixed tables, small numbers hidden, and marked for publication."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.insight.publication_changes import PUBLISHED
from audit_app.models import HistoryEvent, Service
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.insight.judged import Judged, record
from tests.moderation.test_blind import blind_audit
from tests.people import World

pytestmark = pytest.mark.sqlite_only

YEAR = "share=outside&from=2020-01-01&to=2020-12-31"


def _judged(year: int, team: int, **counts: int) -> Iterable[Judged]:
    """Audits of one team in one year, by their judgements' names."""
    for name, n in counts.items():
        yield from [Judged(date(year, 3, 2), Judgement[name], team=team)] * n


@pytest.fixture
def audits(world: World, web: PageClient) -> None:
    """A large service, and one with two Inadequates."""
    small = {"OUTSTANDING": 8, "GOOD": 20, "REQUIRES_IMPROVEMENT": 30, "INADEQUATE": 2}
    large = {"OUTSTANDING": 9, "GOOD": 40, "REQUIRES_IMPROVEMENT": 50, "INADEQUATE": 12}
    record(world, [*_judged(2020, 0, **large), *_judged(2020, 2, **small)])
    web.sign_in(world.carol)


def _refusal(web: PageClient, path: str) -> str:
    answer = web.request("GET", path)
    assert answer.status_code == 400
    return answer.text


def test_two_services_with_a_small_number_are_told_apart_inside_only(
    web: PageClient, audits: None
) -> None:
    inside = web.get("/insight/places?from=2020-01-01&to=2020-12-31")
    assert _titles(inside)[:3] == ["Services", "Localities", "Teams"]
    outside = web.get(f"/insight/places?{YEAR}")
    assert outside.tables == []
    assert "could be worked out" in outside.text


def test_places_without_small_numbers_are_told_apart_outside(
    world: World, web: PageClient, audits: None
) -> None:
    record(world, _judged(2020, 2, INADEQUATE=6))
    outside = web.get(f"/insight/places?{YEAR}")
    assert _titles(outside) == ["Services", "Localities"]
    said = json.loads(web.request("GET", f"/insight/places.json?{YEAR}").text)
    assert [table["title"] for table in said["tables"]] == ["Services", "Localities"]
    assert web.request("GET", f"/insight/places.csv?{YEAR}&table=teams").status_code == 404


def test_localities_stay_inside_where_they_could_tell_what_services_hide(
    world: World, web: PageClient, audits: None
) -> None:
    """Two services with few are hidden; a locality that is one of them would tell them apart."""
    world.north.service = Service(name="Youth Justice")
    db.session.commit()
    north = {"OUTSTANDING": 9, "GOOD": 20, "REQUIRES_IMPROVEMENT": 9, "INADEQUATE": 9}
    record(world, _judged(2020, 1, **north))
    outside = web.get(f"/insight/places?{YEAR}")
    assert _titles(outside) == ["Services"]
    assert [row[1] for row in outside.tables[0][1:4]].count("[c]") == 2


def test_a_page_with_nothing_to_publish_says_why_in_each_form(
    web: PageClient, audits: None
) -> None:
    asked = f"/insight/explore{{}}?{YEAR}&split=service"
    assert "could be worked out" in web.get(asked.format("")).text
    for ending in (".csv", ".json", ".xlsx", ".pdf"):
        assert "could be worked out" in _refusal(web, asked.format(ending))


def _titles(page: Page) -> list[str]:
    return [caption.get_text(strip=True) for caption in page.html.select("caption")]


def test_every_table_of_the_same_parts_hides_the_same_of_them(
    world: World, web: PageClient, audits: None
) -> None:
    """Or one judgement at a time would add up to what another table hides."""
    world.north.service = Service(name="Youth Justice")
    db.session.commit()
    north = {"OUTSTANDING": 9, "GOOD": 20, "REQUIRES_IMPROVEMENT": 9, "INADEQUATE": 9}
    record(world, _judged(2020, 1, **north))
    hidden = set()
    for measure in ("outstanding", "good", "requires_improvement", "inadequate", "audits"):
        page = web.get(f"/insight/explore?split=service&measure={measure}&{YEAR}")
        rows = page.tables[0]
        hidden.add(tuple(row[0] for row in rows if "[c]" in row))
    assert hidden == {("Fostering", "Youth Justice")}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("service=1", "taken from those of all"),
        ("team=1", "taken from those of all"),
        ("selection=random", "taken from those of all"),
        ("by=month", "too few audits"),
        ("from=2020-01-01&to=2020-03-30", "whole quarters and years"),
        ("from=2020-02-01&to=2020-12-31", "whole quarters and years"),
    ],
)
def test_figures_that_could_be_taken_from_published_ones_are_refused(
    web: PageClient, audits: None, asked: str, why: str
) -> None:
    assert why in web.get(f"/insight/distribution?share=outside&{asked}").text
    assert why in _refusal(web, f"/insight/distribution.csv?share=outside&{asked}")


def test_each_refusal_leads_to_something_that_is_published(web: PageClient, audits: None) -> None:
    page = web.get("/insight/distribution?share=outside&by=month&service=1")
    wider = web.get(page.links()["Take the filters away"])
    years = web.get(wider.links()["Show years"])
    assert years.tables


def test_parts_of_the_authority_are_published_for_an_ended_year_only(
    world: World, web: PageClient, audits: None
) -> None:
    record(world, [Judged(date.today(), Judgement.GOOD)])
    page = web.get("/insight/places?share=outside")
    assert "one calendar year at a time" in page.text
    assert "from=2020-01-01" in page.links()["2020"]
    now = date.today().year
    running = f"share=outside&from={now}-01-01&to={now}-12-31"
    assert "that have ended" in _refusal(web, f"/insight/places.json?{running}")


def test_the_whole_authority_is_published_in_full_and_says_so(
    web: PageClient, audits: None
) -> None:
    said = json.loads(web.request("GET", "/insight/distribution.json?share=outside").text)
    assert said["marking"].endswith("For publication")
    assert any("whole authority" in note for note in said["notes"])
    assert said["tables"][0]["rows"][0]["cells"][0]["text"] == "17 (10%)"


def test_inside_figures_are_not_marked_for_publication(web: PageClient, audits: None) -> None:
    said = json.loads(web.request("GET", "/insight/distribution.json").text)
    assert "publication" not in said["marking"]


def test_a_page_for_publication_leads_to_no_audit_and_has_files_for_publication(
    web: PageClient, audits: None
) -> None:
    page = web.get("/insight/distribution?share=outside")
    assert not [link for link in page.links().values() if link.startswith("/audits")]
    files = [link for text, link in page.links().items() if text.startswith(("CSV", "Excel"))]
    assert files
    assert all("share=outside" in link for link in files)


@pytest.mark.parametrize("path", ["/insight/trends", "/insight/explore?split=team"])
def test_teams_and_months_are_never_published(web: PageClient, audits: None, path: str) -> None:
    page = web.get(f"{path}{'&' if '?' in path else '?'}share=outside")
    assert page.tables == []
    assert "cannot be published" in page.text


@pytest.mark.parametrize("split", ["service", "locality", "type", "selection"])
@pytest.mark.parametrize("asked", ["basis=audited", "thread=voice", "measure=actions_closed"])
def test_of_the_parts_of_a_year_only_overall_final_judgements_are_published(
    world: World, web: PageClient, audits: None, split: str, asked: str
) -> None:
    """Another basis, a thread or actions of the same audits share totals with what is hidden."""
    record(world, _judged(2020, 2, INADEQUATE=6))
    assert web.request("GET", f"/insight/explore.json?{YEAR}&split={split}").status_code == 200
    _refusal(web, f"/insight/explore.json?{YEAR}&split={split}&{asked}")


def test_no_page_for_publication_shows_parts_another_one_hides(
    web: PageClient, audits: None
) -> None:
    for page in ("practice", "threads", "distribution", "moderation"):
        answer = web.request("GET", f"/insight/{page}.json?{YEAR}")
        if answer.status_code == 200:
            tables = {table["name"] for table in json.loads(answer.text)["tables"]}
            assert not tables & {"types", "chosen", "by-service", "services"}, page


@pytest.mark.parametrize("by", ["calendar-year", "financial-year", "quarter"])
def test_a_period_that_still_runs_is_not_published(
    world: World, web: PageClient, audits: None, by: str
) -> None:
    """Tomorrow's copy less today's would be the audits of one day."""
    asked = f"/insight/distribution.csv?share=outside&by={by}"
    record(world, [Judged(date.today(), Judgement.GOOD)])
    before = web.request("GET", asked).text
    record(world, [Judged(date.today(), Judgement.INADEQUATE)])
    assert web.request("GET", asked).text == before
    assert "that have ended" in _refusal(web, f"{asked}&to={date.today().year}-12-31")


def test_where_only_a_running_period_is_held_nothing_is_published(
    world: World, web: PageClient
) -> None:
    record(world, [Judged(date.today(), Judgement.GOOD)] * 20)
    web.sign_in(world.carol)
    assert "that have ended" in _refusal(web, "/insight/distribution.csv?share=outside")


@pytest.mark.parametrize("path", ["trends", "themes", "claims"])
def test_a_page_that_is_never_published_offers_no_way_round(
    web: PageClient, audits: None, path: str
) -> None:
    page = web.get(f"/insight/{path}?share=outside")
    assert "No table of this page is published" in page.text
    assert not [link for link in page.links().values() if "share=outside" in link]


def test_a_year_that_cannot_be_published_is_not_offered_again(
    web: PageClient, audits: None
) -> None:
    assert "2020" not in web.get(f"/insight/places?{YEAR}").links()


def test_history_remembers_all_that_was_asked_for_publication_and_by_whom(
    world: World, web: PageClient, audits: None
) -> None:
    record(world, _judged(2020, 2, INADEQUATE=6))
    web.get(f"/insight/explore?{YEAR}&split=service&measure=requires_improvement")
    web.request("GET", f"/insight/explore.csv?{YEAR}&split=service")
    web.request("GET", f"/insight/explore.csv?{YEAR}&split=team")
    told = db.session.scalars(select(HistoryEvent).where(HistoryEvent.verb == PUBLISHED)).all()
    assert {(each.user, each.record_type) for each in told} == {(world.carol, "report explore")}
    parts = [part for each in told for part in each.record_reference.split("&")]
    asked = ["split=service", "from=2020-01-01", "to=2020-12-31"]
    expected = ["measure=requires_improvement", *asked, *asked, "file=csv"]
    assert sorted(parts) == sorted(expected)


def test_sentences_about_change_go_out_with_the_tables_they_rest_on(
    world: World, web: PageClient, audits: None
) -> None:
    record(world, _judged(2021, 0, OUTSTANDING=30, GOOD=60, INADEQUATE=2))
    said = json.loads(web.request("GET", "/insight/distribution.json?share=outside").text)
    assert said["message"]
    assert {"steps", "trend"} & {table["name"] for table in said["tables"]}
    moderation = web.get("/insight/moderation?share=outside")
    assert "moved up" not in moderation.text


def test_nothing_is_published_of_days_whose_audits_wait_for_a_blind_moderation(
    world: World, web: PageClient, audits: None
) -> None:
    """A moderator, whose own figures leave them out, would learn them by the difference."""
    record(world, _judged(2019, 0, GOOD=20))
    blind_audit(world).audit_date = date(2020, 5, 5)
    db.session.commit()
    refused = web.get("/insight/distribution?share=outside")
    assert "wait for a blind moderation" in refused.text
    earlier = web.get(refused.links()["Show the periods before"])
    assert earlier.tables[0][0] == ["Judgement", "2019 (Mar – Dec)"]
