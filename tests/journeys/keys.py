"""Getting about with a keyboard alone, and seeing at each stop where one is."""

from __future__ import annotations

from playwright.sync_api import FloatRect, Locator, Page, ViewportSize

MOST_STOPS = 200

#: What has the focus, told apart from everything else on the page.
_FOCUSED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  return Array.from(document.querySelectorAll("*")).indexOf(here);
}"""
_HAS_FOCUS = "each => each === document.activeElement"
_PLACE = "() => document.activeElement.getBoundingClientRect().toJSON()"
#: Whether nothing of the focused element, nor of the label that stands for it, is in sight.
_COVERED = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect();
  const ours = [here, ...(here.labels || [])];
  const parts = [0.1, 0.5, 0.9];
  return !parts.some(across => parts.some(down => {
    const at = document.elementFromPoint(box.x + across * box.width, box.y + down * box.height);
    return at && ours.some(each => each.contains(at) || at.contains(here) && at !== document.body);
  }));
}"""
_AWAY = "() => { window.left = document.activeElement; window.left.blur(); }"
_BACK = "() => window.left.focus({preventScroll: true})"


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab until the element has the focus; with each press the focus must be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        if target.evaluate(_HAS_FOCUS):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def stops(page: Page) -> list[int]:
    """Where Tab stops from here to the end of the page, each place seen to have the focus."""
    found: list[int] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(_FOCUSED)
        if here is None or here in found:
            return found
        found.append(here)
        assert not page.evaluate(_COVERED), f"something covers {_words(page)}"
        assert _looks_focused(page), f"the focus cannot be seen on {_words(page)}"
    raise AssertionError("Tab never comes to the end of the page")


def _looks_focused(page: Page) -> bool:
    """Whether the element looks otherwise with the focus than without it."""
    around = _around(page.evaluate(_PLACE), page.viewport_size or {"width": 0, "height": 0})
    focused = page.screenshot(clip=around)
    page.evaluate(_AWAY)
    plain = page.screenshot(clip=around)
    page.evaluate(_BACK)
    return focused != plain


def _around(box: dict[str, float], window: ViewportSize) -> FloatRect:
    """The element with a little of what is round it, as far as it is in the window."""
    left, top = max(box["left"] - 8, 0), max(box["top"] - 8, 0)
    right, bottom = min(box["right"] + 8, window["width"]), min(box["bottom"] + 8, window["height"])
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _words(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.outerHTML"))[:200]
