"""Looking at a page as somebody with a screen reader or a small screen would meet it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.journeys.conftest import NARROW, WIDE

_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
_UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
_WIDTH = "() => document.scrollingElement.scrollWidth"


def barriers(page: Page) -> list[str]:
    """What keeps people out of the open page, wide and narrow, with everything unfolded."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate(_UNFOLD)
    found = []
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"at {width} pixels: {each}" for each in _violations(page)]
    across = page.evaluate(_WIDTH)
    if across > NARROW:
        found.append(f"at {NARROW} pixels the page scrolls sideways: it is {across} wide")
    page.set_viewport_size({"width": WIDE, "height": 900})
    return [f"{page.url} {each}" for each in found]


def _violations(page: Page) -> list[str]:
    results = page.evaluate("options => axe.run(options)", _OPTIONS)
    return [_words(rule, node) for rule in results["violations"] for node in rule["nodes"]]


def _words(rule: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
