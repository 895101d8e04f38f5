"""The summary of errors above a page: in the order in which the page asks."""

from __future__ import annotations

import pytest

from audit_app.web.pages import as_on_page
from tests.browser_page import PageClient
from tests.improvement.lives import live_action
from tests.people import World


@pytest.mark.sqlite_only
def test_errors_come_in_the_order_of_the_page_whatever_the_order_of_the_form(
    web: PageClient, world: World
) -> None:
    """The page to close an action asks for the evidence first; its form inherits the others."""
    action = live_action(world)
    web.sign_in(world.mallory)
    form = web.get(f"/improvement/actions/{action.reference}/close")
    page = web.send(form, "Save", status=400)
    assert page.errors == [
        "Say what was done, and where the evidence is",
        "Select whether it made a difference for the child",
    ]


def test_what_is_about_no_field_comes_last_and_stays_in_its_order() -> None:
    asked = ["main-content", "b", "gone", "a"]
    links = [{"text": each, "href": f"#{each}"} for each in asked]
    page = '<p id="a-error">a</p><input id="a"><input id="b">'
    told = [each["text"] for each in as_on_page(links, page)]
    assert told == ["a", "b", "main-content", "gone"]
