"""Looking at a page as somebody with a screen reader or a small screen would meet it."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDE, NARROW = 1280, 320
_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
_UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
_READY = "() => 'axe' in window"
_WIDTH = "() => document.scrollingElement.scrollWidth"
#: What differs each time a page is opened, and from person to person on pages that are the same.
_OF_THE_OPENING = re.compile(r'value="[^"]{20,}"|v=[0-9a-f]+|action="[^"]*"')
#: A dialog is no part of the content and may stand open over it.
_CONTENT = """() => Array.from(
  document.querySelectorAll("main, dialog[open]"), each => each.outerHTML
).join("")"""


class Looked:
    """What was looked at in this run of tests, by an empty file for each, for all workers."""

    folder: Path

    @classmethod
    def before(cls, content: str) -> bool:
        """Whether somebody looked at it, or is looking; if not, the one who asks does."""
        try:
            (cls.folder / sha256(content.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return True
        return False


def will_look(page: Page) -> None:
    """Bring what barriers are looked for with along to each page it opens, which is quicker."""
    page.add_init_script(AXE_SCRIPT)


def barriers(page: Page) -> list[str]:
    """What keeps people out of the open page, wide and narrow, with everything unfolded.

    Content that was looked at already, opened by somebody else, is not looked at twice: what stands
    around it is the same on all of a person's pages.
    """
    if Looked.before(_OF_THE_OPENING.sub("", page.evaluate(_CONTENT))):
        return []
    if not page.evaluate(_READY):
        page.evaluate(AXE_SCRIPT)
    unfold(page)
    found = []
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"at {width} pixels: {each}" for each in _violations(page)]
    across = page.evaluate(_WIDTH)
    if across > NARROW:
        found.append(f"at {NARROW} pixels the page scrolls sideways: it is {across} wide")
    page.set_viewport_size({"width": WIDE, "height": 900})
    return [f"{page.url} {each}" for each in found]


def unfold(page: Page) -> None:
    """Open everything on the page that a press would open."""
    page.evaluate(_UNFOLD)


def _violations(page: Page) -> list[str]:
    broken = page.evaluate("async options => (await axe.run(options)).violations", _OPTIONS)
    return [_words(rule, node) for rule in broken for node in rule["nodes"]]


def _words(rule: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
