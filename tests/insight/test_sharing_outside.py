"""What leaves the council: only fixed tables, small numbers hidden, and marked for publication."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

import pytest

from audit_app.rules.judgements import Judgement
from tests.browser_page import PageClient
from tests.insight.judged import Judged, record
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


def test_two_services_with_a_small_number_cannot_be_told_apart_outside(
    web: PageClient, audits: None
) -> None:
    page = web.get(f"/insight/places?{YEAR}")
    assert "could be worked out" in page.text
    for ending in ("csv", "json", "xlsx", "pdf"):
        assert "could be worked out" in _refusal(web, f"/insight/places.{ending}?{YEAR}")


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
    assert "one calendar year at a time" in _refusal(web, f"/insight/places.json?{running}")


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
