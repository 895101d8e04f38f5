"""Help says how to do what the reader's role does, and no more."""

from __future__ import annotations

import pytest

from tests.browser_page import Page, PageClient
from tests.people import World

EVERYBODY = ["Signing in and out", "Practice alerts", "Somebody to ask"]
RECORDING = ["Recording an audit", "Keys on the long page"]
OF = {
    "alice": [*RECORDING, "Actions"],
    "bob": ["Moderating", "Actions", "Reading the figures"],
    "carol": ["Actions", "Reading the figures", "Summaries"],
    "dan": ["Reading the figures", "Summaries"],
    "hester": ["Answering for an Inadequate or a concern", "Actions", "Reading the figures"],
    "priya": ["Actions", "Learning from an audit of your work"],
    "adam": ["People, roles and sessions"],
    "gwen": ["History", "Holds, disposal and subject access"],
    "ivy": ["Reading the figures", "Inspecting"],
}


def _headings(page: Page) -> set[str]:
    return {each.get_text() for each in page.html.select("main h2")}


@pytest.mark.parametrize("who", OF)
def test_each_role_is_told_of_what_it_does_and_of_nothing_else(
    web: PageClient, world: World, who: str
) -> None:
    web.sign_in(getattr(world, who))
    page = web.get("/help")
    assert _headings(page) == {*EVERYBODY, *OF[who]}
    for address in page.links().values():
        web.get(address.partition("#")[0])


def test_whoever_is_not_signed_in_is_told_how_to_be(web: PageClient, world: World) -> None:
    assert _headings(web.get("/help")) == {"Signing in and out", "Somebody to ask"}
