"""Tables stand one block for each row on a small screen, with nothing out of sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page

from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import NARROW, barriers
from tests.journeys.serving import Site
from tests.journeys.steps import sign_in_as
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]


def _out_of_sight(part: Locator) -> bool:
    box = part.bounding_box()
    return box is None or box["x"] < 0 or box["x"] + box["width"] > NARROW


def _narrow(page: Page, path: str) -> Page:
    page.goto(path)
    page.set_viewport_size({"width": NARROW, "height": 900})
    return page


def test_the_button_that_ends_a_session_is_on_the_screen(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    sign_in_as(open_browser(site), world.alice)
    page = _narrow(sign_in_as(open_browser(site), world.alice), "/account/")
    ends = page.get_by_role("button", name="End the session")
    assert ends.count() == 1
    assert not _out_of_sight(ends)
    assert barriers(page) == []
    person = f"/people/{world.alice.reference}"
    page = _narrow(sign_in_as(open_browser(site), world.adam), person)
    ends = page.get_by_role("button", name="End the session")
    assert ends.count() == 2
    assert not any(_out_of_sight(each) for each in ends.all())


def test_whose_audit_waits_and_how_it_was_judged_is_on_the_screen(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    world.recorded_audit()
    page = _narrow(sign_in_as(open_browser(site), world.bob), "/moderation/")
    cells = page.get_by_role("table").get_by_role("cell")
    assert cells.count() == 6
    assert not any(_out_of_sight(each) for each in cells.all())
    assert barriers(page) == []
