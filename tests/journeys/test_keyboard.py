"""Everything with the keyboard alone: seen at each stop, never trapped, never in vain."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import NARROW
from tests.journeys.keys import stops, tab_to
from tests.journeys.serving import Site
from tests.journeys.steps import group, heading, press, sign_in_as, start_audit
from tests.people import PASSWORD, World
from tests.recording import THREADS

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

#: What Tab can stop at on a page as it is shown; of a group of radio buttons, one.
TABBABLE = """() => {
  const groups = new Set();
  return Array.from(document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
  )).filter(each => {
    if (each.disabled || each.tabIndex < 0 || !each.checkVisibility()) return false;
    if (each.type !== "radio") return true;
    if (groups.has(each.name)) return false;
    groups.add(each.name);
    return true;
  }).length;
}"""


def test_signing_in_and_recording_a_thread_take_no_mouse(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    alice = open_browser(site)
    _sign_in(alice, world.alice.email)
    _open(alice, _link(alice, "Start an audit"))
    _type(alice, alice.get_by_label("Case reference"), "7654321")
    _type(alice, alice.get_by_label("Team that holds the case"), "LSW South 1")
    _pick(alice, "Type of audit", downs=1)
    _open(alice, _button(alice, "Start the audit"))
    _open(alice, _link(alice, THREADS[0]))
    _pick(alice, "Judgement", downs=2)
    expect(group(alice, "Judgement").get_by_label("Good", exact=True)).to_be_checked()
    for box in alice.get_by_role("main").get_by_role("textbox").all():
        _type(alice, box, "Seen on the file.")
    _open(alice, _button(alice, "Save and continue"))
    heading(alice, THREADS[1])


def test_moderating_an_audit_takes_no_mouse(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    audit = world.recorded_audit()
    bob = open_browser(site)
    _sign_in(bob, world.bob.email)
    _open(bob, _link(bob, "Open the queue"))
    _open(bob, _link(bob, audit.reference))
    tab_to(bob, group(bob, "Your overall judgement of the practice").get_by_role("radio").first)
    bob.keyboard.press("Space")
    for _ in range(2):
        bob.keyboard.press("ArrowDown")
    reason = bob.get_by_label("Reason, if you changed the overall judgement")
    _type(bob, reason, "The plan names no contingency.")
    _open(bob, _button(bob, "Save my judgement for good"))
    heading(bob, "Moderation saved")
    expect(bob.get_by_role("main")).to_contain_text("Requires Improvement to be Good")


@pytest.mark.parametrize("width", [1280, NARROW])
def test_tab_stops_at_everything_once_is_always_seen_and_comes_to_the_end(
    site: Site, world: World, open_browser: OpenBrowser, width: int
) -> None:
    audit = world.recorded_audit()
    bob = sign_in_as(open_browser(site, width=width), world.bob)
    for path in ("/", f"/moderation/{audit.reference}", "/insight/distribution", "/audits/"):
        bob.goto(path)
        assert len(stops(bob)) == bob.evaluate(TABBABLE), path


def test_the_skip_link_is_first_and_leads_past_the_navigation(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    alice = sign_in_as(open_browser(site), world.alice)
    alice.goto("/audits/")
    alice.keyboard.press("Tab")
    skip = _link_anywhere(alice, "Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    alice.keyboard.press("Enter")
    alice.keyboard.press("Tab")
    expect(_button(alice, "Start an audit")).to_be_focused()


@pytest.mark.parametrize("path", ["/audits/new", "<section>/case", "<section>/thread-plan"])
def test_what_is_wrong_gets_the_focus_and_each_line_leads_to_its_field(
    site: Site, world: World, open_browser: OpenBrowser, path: str
) -> None:
    alice = sign_in_as(open_browser(site), world.alice)
    draft = start_audit(alice, "LSW South 1")
    alice.goto(path.replace("<section>", f"/audits/{draft}/section"))
    alice.get_by_role("main").get_by_role("button").first.press("Enter")
    summary = alice.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    for line in summary.get_by_role("link").all():
        target = str(line.get_attribute("href"))
        line.press("Enter")
        expect(alice.locator(target)).to_be_focused()
        expect(alice.locator(target)).to_be_in_viewport()


def test_submitting_too_early_puts_the_focus_on_what_is_still_needed(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    alice = sign_in_as(open_browser(site), world.alice)
    draft = start_audit(alice, "LSW South 1")
    alice.goto(f"/audits/{draft}/check")
    press(alice, "Submit the audit")
    expect(alice.locator(".govuk-error-summary")).to_be_focused()
    tab_to(alice, alice.get_by_role("link", name="See what is still needed"))
    alice.keyboard.press("Enter")
    expect(alice.locator("#still-needed")).to_be_focused()


def _sign_in(page: Page, email: str) -> None:
    page.goto("/account/sign-in")
    _type(page, page.get_by_label("Email address"), email)
    _type(page, page.get_by_label("Password", exact=True), PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "What waits for you")


def _open(page: Page, target: Locator) -> None:
    """Go to a link or a button and press Enter; arrive on another page."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _type(page: Page, target: Locator, text: str) -> None:
    tab_to(page, target)
    page.keyboard.type(text)


def _pick(page: Page, question: str, downs: int) -> None:
    """Tab into a group of radio buttons and go down so many times; one chooses the first."""
    tab_to(page, group(page, question).get_by_role("radio").first)
    page.keyboard.press("Space")
    for _ in range(downs - 1):
        page.keyboard.press("ArrowDown")


def _link(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("link", name=name, exact=True).first


def _link_anywhere(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True)


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=name, exact=True).first
