"""Every page, for everybody who may open it: no barriers, wide or narrow, whatever state it is in.

WCAG 2.2 AA as far as a machine can tell, and nothing to scroll sideways on a small screen.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from audit_app.demo.people import PASSWORD as DEMO_PASSWORD
from audit_app.demo.people import SIGN_INS
from audit_app.rules.permissions import Role
from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import barriers, unfold, will_look
from tests.journeys.places import (
    FIGURES,
    FULL,
    MISTAKES,
    Mistake,
    Place,
    pages_open_to,
    plain_places,
)
from tests.journeys.serving import Site
from tests.journeys.steps import press, sign_in, sign_in_as, write
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

#: In a new database, somebody of each role by their name.
NEWCOMERS = {
    Role.TEAM_MANAGER: "alice",
    Role.MODERATOR: "bob",
    Role.HEAD_OF_SERVICE: "hester",
    Role.PRACTICE_LEAD: "carol",
    Role.DCS_OFFICE: "dan",
    Role.PRACTITIONER: "priya",
    Role.ADMINISTRATOR: "adam",
    Role.INFORMATION_GOVERNANCE: "gwen",
    Role.INSPECTOR: "ivy",
}
#: A tour of many pages is made in so many parts, at the same time where there are workers for it.
PARTS = 3
DEMO_EMAILS = {each.role: each.email for each in reversed(SIGN_INS)}


@pytest.mark.parametrize("role", Role)
def test_each_page_that_names_a_record_has_a_place_in_the_tour(app: Flask, role: Role) -> None:
    named = {view for view, named in pages_open_to(app, role).items() if named}
    assert named - {place.endpoint for place in FULL[role]} == set()


def test_pages_for_anybody_have_no_barriers(site: Site, open_browser: OpenBrowser) -> None:
    page = open_browser(site)
    found = _tour(page, site, plain_places(site.app, None), {})
    page.goto("/account/sign-in")
    press(page, "Sign in")
    _none(found + _mistaken(page))


@pytest.mark.parametrize("role", Role)
def test_pages_of_a_new_service_have_no_barriers(
    site: Site, world: World, open_browser: OpenBrowser, role: Role
) -> None:
    page = sign_in_as(open_browser(site), getattr(world, NEWCOMERS[role]))
    _none(_tour(page, site, plain_places(site.app, role), {}))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("part", range(PARTS))
def test_pages_full_of_records_have_no_barriers(
    demo_site: Site, records: dict[str, str], open_browser: OpenBrowser, role: Role, part: int
) -> None:
    page = open_browser(demo_site)
    sign_in(page, DEMO_EMAILS[role], DEMO_PASSWORD)
    places = [*plain_places(demo_site.app, role), *FULL[role]]
    _none(_tour(page, demo_site, places[part::PARTS], records))


def test_pages_of_figures_asked_for_otherwise_have_no_barriers(
    demo_site: Site, records: dict[str, str], open_browser: OpenBrowser
) -> None:
    page = open_browser(demo_site)
    sign_in(page, DEMO_EMAILS[Role.PRACTICE_LEAD], DEMO_PASSWORD)
    _none(_tour(page, demo_site, FIGURES, records))


@pytest.mark.parametrize("role", MISTAKES)
def test_pages_that_say_what_is_wrong_have_no_barriers(
    demo_site: Site, records: dict[str, str], open_browser: OpenBrowser, role: Role
) -> None:
    page = open_browser(demo_site)
    sign_in(page, DEMO_EMAILS[role], DEMO_PASSWORD)
    found = []
    for mistake in MISTAKES[role]:
        _make(page, demo_site, mistake, records)
        found += _mistaken(page)
    _none(found)


def _none(found: list[str]) -> None:
    assert not found, "\n".join(found)


def _tour(page: Page, site: Site, places: Iterable[Place], records: dict[str, str]) -> list[str]:
    found = []
    will_look(page)
    for place in places:
        page.goto(_address(site, place, records))
        assert site.endpoint(page.url) == place.endpoint, f"{page.url} is not {place}"
        found += barriers(page)
    return found


def _address(site: Site, place: Place, records: dict[str, str]) -> str:
    values = {name: records.get(value, value) for name, value in place.values.items()}
    return site.path(place.endpoint, **values)


def _make(page: Page, site: Site, mistake: Mistake, records: dict[str, str]) -> None:
    page.goto(_address(site, mistake.place, records))
    unfold(page)
    for question, text in mistake.typed.items():
        write(page, question, text)
    press(page, mistake.button)


def _mistaken(page: Page) -> list[str]:
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    return barriers(page)
