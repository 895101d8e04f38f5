"""Coming and going by the council's own sign-in, in a real browser under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.account.council_provider import Provider, provider_running, verified
from tests.journeys.conftest import PATIENCE
from tests.journeys.inspection import WIDE, barriers
from tests.journeys.serving import Site
from tests.journeys.steps import follow, heading, press
from tests.journeys.watch import Watch
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

BUTTON = "Sign in with your council account"


@pytest.fixture
def council(site: Site) -> Iterator[Provider]:
    with provider_running() as provider:
        settings = site.app.config["SETTINGS"]
        site.app.config["SETTINGS"] = settings.model_copy(update=provider.settings())
        yield provider


@pytest.fixture
def page(site: Site, council: Provider, new_context: Any) -> Iterator[Page]:
    context = new_context(base_url=site.url, viewport={"width": WIDE, "height": 900})
    context.set_default_timeout(PATIENCE)
    watch = Watch(context, site.url)
    yield context.new_page()
    allowed = (f"a request left the service: {council.issuer}/", f"503 from {site.url}/account/")
    faults = [fault for fault in watch.faults if not fault.startswith(allowed)]
    assert not faults, "\n".join(faults)


def test_somebody_comes_by_the_council_and_leaves_it_again(
    site: Site, world: World, council: Provider, page: Page
) -> None:
    council.person, council.asks_first = verified(world.alice.email), True
    page.goto("/audits/new")
    found = barriers(page)
    page.get_by_role("button", name=BUTTON).click()
    heading(page, "Who are you?")
    press(page, "It is me")
    page.wait_for_url(f"{site.url}/audits/new")
    expect(page.get_by_text(world.alice.name).first).to_be_visible()
    page.go_back()
    heading(page, "Who are you?")
    press(page, "It is me")
    page.wait_for_url(f"{site.url}/")
    press(page, "Sign out")
    page.wait_for_url(f"{site.url}/account/sign-in")
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    assert len(council.ended) == 1
    assert not found


def test_who_is_not_let_in_has_a_way_on(
    site: Site, world: World, council: Provider, page: Page
) -> None:
    council.person = verified("stranger@example.gov.uk")
    page.goto("/account/council/start?next=/audits/")
    heading(page, "You do not have access yet")
    found = barriers(page)
    council.broken = {"token": 500}
    follow(page, "Use another council account")
    heading(page, "The council’s sign-in does not answer")
    found += barriers(page)
    council.broken, council.person = {}, verified(world.alice.email)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(f"{site.url}/audits/")
    assert not found
