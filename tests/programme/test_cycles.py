"""Cycles: who sees them, set up from the last one, changed until drawn, then frozen."""

from __future__ import annotations

import pytest

from tests.browser_page import PageClient
from tests.people import World


@pytest.mark.parametrize("who", ["alice", "bob", "priya", "adam"])
def test_only_seniors_see_the_programme(web: PageClient, world: World, who: str) -> None:
    web.sign_in(getattr(world, who))
    assert "Programme" not in web.get("/").links("header")
    web.get("/programme/", status=403)


def test_a_programme_without_a_cycle_says_so(web: PageClient, world: World) -> None:
    web.sign_in(world.hester)
    page = web.get(web.get("/").links("header")["Programme"])
    assert page.h1 == "Audit programme"
    assert "No cycle has been set up yet" in page.text
