"""What stands where on every page, for somebody who moves from landmark to landmark."""

from __future__ import annotations

import pytest

from tests.browser_page import PageClient
from tests.people import World


@pytest.mark.parametrize(
    ("address", "backs"), [("/account/tokens/", ["Year on year"]), ("/privacy", [])]
)
def test_the_way_back_stands_in_a_landmark_which_is_there_only_with_it(
    web: PageClient, world: World, address: str, backs: list[str]
) -> None:
    web.sign_in(world.carol)
    html = web.get(address).html
    assert [link.get_text() for link in html.select(".govuk-back-link")] == backs
    assert [nav.get_text(strip=True) for nav in html.select('nav[aria-label="Back"]')] == backs
