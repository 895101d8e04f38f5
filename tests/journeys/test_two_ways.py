"""The same audit recorded section by section and on one long page, every key and click counted.

What is counted is everything beyond the text itself. A key held down with another is a key too.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from audit_app.audits.sections import answers, sections_of
from audit_app.extensions import db
from audit_app.models import Audit
from audit_app.rules.audits import OVERSIGHT_PROMPTS
from audit_app.rules.judgements import Judgement
from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import NARROW, WIDE, barriers
from tests.journeys.keys import stops
from tests.journeys.serving import Site
from tests.journeys.steps import (
    add_action,
    choose,
    enter_date,
    fill_case,
    fill_family,
    heading,
    press,
    sign_in_as,
    start_audit,
    write,
)
from tests.people import World
from tests.recording import THREADS

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

TODAY = date(2026, 10, 5)
TEXTS = (
    "Three visits are written up, and he was seen alone at each.",
    "He trusts his worker.",
    "Two core group meetings were missed.",
    "He is back at school.",
)
WHY = "Standards are met and life is better for him."
MOST = 40


@dataclass
class Hands:
    """Somebody at a keyboard and a mouse, whose every move is counted but for the text itself."""

    page: Page
    keys: int = 0
    clicks: int = 0
    pressed: list[str] = field(default_factory=list)

    def key(self, chord: str) -> None:
        self.keys += len(chord.split("+"))
        self.pressed.append(chord)
        self.page.keyboard.press(chord)

    def text(self, words: str) -> None:
        self.page.keyboard.insert_text(words)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def tab_to(self, what: Locator) -> None:
        while not what.evaluate("each => each === document.activeElement"):
            self.key("Tab")

    def __str__(self) -> str:
        return f"{self.keys} keys and {self.clicks} clicks, {self.keys + self.clicks} in all"


def test_both_ways_make_the_same_audit_and_the_long_page_takes_few_keys(
    site: Site, world: World, open_browser: OpenBrowser, capsys: pytest.CaptureFixture[str]
) -> None:
    alice = sign_in_as(open_browser(site), world.alice)
    counted = {}
    for way, judge in (
        ("Section by section, with a mouse", _sections_by_mouse),
        ("Section by section, by keyboard alone", _sections_by_keyboard),
        ("One long page, by keyboard alone", _page_by_keyboard),
    ):
        draft = start_audit(alice, "LSW South 1")
        counted[way] = judge(alice, draft)
        _the_rest(alice, draft)
    with capsys.disabled():
        sys.stdout.write("\nSix threads and the overall judgement, beyond the text itself:\n")
        sys.stdout.writelines(f"  {way}: {hands}\n" for way, hands in counted.items())
    long_page = counted["One long page, by keyboard alone"]
    assert long_page.clicks == 0
    assert long_page.keys < MOST
    db.session.rollback()
    first, *others = [_recorded(audit) for audit in db.session.scalars(select(Audit))]
    assert first["thread-chronology"]["judgement"] is Judgement.GOOD
    assert others == [first, first]


def _sections_by_mouse(page: Page, draft: str) -> Hands:
    hands = Hands(page)
    page.goto(f"/audits/{draft}/section/thread-chronology")
    for thread in THREADS:
        heading(page, thread)
        hands.click(page.get_by_role("radio", name="Good", exact=True))
        hands.click(page.get_by_role("textbox", name="Evidence", exact=True))
        _write_thread(hands)
        hands.click(page.get_by_role("button", name="Save and continue"))
    heading(page, "Overall judgement")
    hands.click(page.get_by_role("radio", name="Good", exact=True))
    hands.click(page.get_by_label("Why this judgement?"))
    hands.text(WHY)
    hands.click(page.get_by_label("No", exact=True).first)
    hands.click(page.get_by_label("No", exact=True).last)
    hands.click(page.get_by_role("button", name="Save and continue"))
    heading(page, "Family feedback")
    return hands


def _sections_by_keyboard(page: Page, draft: str) -> Hands:
    """The way it is without the number keys: Tab, an arrow, Enter on the button."""
    hands = Hands(page)
    page.goto(f"/audits/{draft}/section/thread-chronology")
    for thread in THREADS:
        heading(page, thread)
        _past_the_navigation(hands)
        hands.tab_to(page.get_by_role("radio", name="Outstanding", exact=True))
        hands.key("ArrowDown")
        hands.tab_to(page.get_by_role("textbox", name="Evidence", exact=True))
        _write_thread(hands)
        hands.tab_to(page.get_by_role("button", name="Save and continue"))
        hands.key("Enter")
    heading(page, "Overall judgement")
    _past_the_navigation(hands)
    hands.tab_to(page.get_by_role("radio", name="Outstanding", exact=True))
    hands.key("ArrowDown")
    hands.tab_to(page.get_by_role("textbox", name="Why this judgement?", exact=True))
    _finish_overall(hands)
    hands.tab_to(page.get_by_role("button", name="Save and continue"))
    hands.key("Enter")
    heading(page, "Family feedback")
    return hands


def _page_by_keyboard(page: Page, draft: str) -> Hands:
    """From the focus in the first thread to saved, never leaving the keys."""
    hands = Hands(page)
    page.goto(f"/audits/{draft}/page")
    page.locator("#section-thread-chronology").get_by_role("radio").first.focus()
    for place, thread in enumerate(THREADS):
        hands.key("2")
        expect(page.get_by_role("textbox", name=f"Evidence : {thread}")).to_be_focused()
        _write_thread(hands)
        hands.key("Tab")
        if place + 1 < len(THREADS):
            expect(_first_radio(page, _keys(page)[place + 1])).to_be_focused()
    expect(_first_radio(page, "overall")).to_be_focused()
    hands.key("2")
    _finish_overall(hands)
    hands.key("Control+Enter")
    expect(page.locator("[data-state=overall]")).to_have_text("Completed")
    return hands


def _write_thread(hands: Hands) -> None:
    for place, words in enumerate(TEXTS):
        if place:
            hands.key("Tab")
        hands.text(words)


def _finish_overall(hands: Hands) -> None:
    """From the box for the rationale: no reason needed, no good practice, no concern."""
    hands.text(WHY)
    hands.key("Tab")
    for _ in range(2):
        hands.key("Tab")
        hands.key("ArrowDown")


def _past_the_navigation(hands: Hands) -> None:
    hands.key("Tab")
    hands.key("Enter")


def _first_radio(page: Page, key: str) -> Locator:
    return page.locator(f"#section-{key}").get_by_role("radio").first


def _keys(page: Page) -> list[str]:
    """The threads' sections, in the order of the page."""
    found = page.locator("[data-section][id^='section-thread-']").all()
    return [str(each.get_attribute("id")).removeprefix("section-") for each in found]


def _the_rest(page: Page, draft: str) -> None:
    """Everything but threads and overall, section by section, and submitted."""
    page.goto(f"/audits/{draft}/section/case")
    fill_case(page, TODAY)
    press(page, "Save and continue")
    heading(page, THREADS[0])
    page.goto(f"/audits/{draft}/section/family")
    fill_family(page)
    press(page, "Save and continue")
    heading(page, "Management oversight impact statement")
    for prompt in OVERSIGHT_PROMPTS:
        write(page, prompt.question, "An answer in a sentence or two.")
    press(page, "Save and continue")
    add_action(page, TODAY)
    heading(page, "Actions")
    press(page, "Save and continue")
    press(page, "Submit the audit")


def _recorded(audit: Audit) -> dict[str, Any]:
    """Every answer of an audit by section, and its actions."""
    actions = [(a.what, a.thread_id, a.owner, a.due_on, a.priority) for a in audit.actions]
    said = {section.key: answers(audit, section) for section in sections_of(audit)}
    return said | {"state": audit.state, "actions": actions}


@pytest.fixture
def long_page(site: Site, world: World, open_browser: OpenBrowser) -> Page:
    """The long page of a new draft."""
    page = sign_in_as(open_browser(site), world.alice)
    draft = start_audit(page, "LSW South 1")
    page.goto(f"/audits/{draft}/page")
    return page


def test_everything_is_recorded_on_the_long_page_and_nothing_is_pressed_but_submit(
    long_page: Page,
) -> None:
    page = long_page
    hands = Hands(page)
    fill_case(page, TODAY)
    for thread in _keys(page):
        _first_radio(page, thread).focus()
        hands.key("2")
        _write_thread(hands)
    _first_radio(page, "overall").focus()
    hands.key("2")
    _finish_overall(hands)
    fill_family(page)
    for prompt in OVERSIGHT_PROMPTS:
        write(page, prompt.question, "An answer in a sentence or two.")
    add_action(page, TODAY)
    heading(page, "Record the audit")
    expect(page.locator("[data-done]")).to_have_text("11")
    page.get_by_role("navigation", name="Sections").get_by_role(
        "link", name="Check answers and submit"
    ).click()
    heading(page, "Check answers before you submit")
    press(page, "Submit the audit")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Audit submitted")


def test_a_number_typed_into_text_or_another_question_stays_a_number(long_page: Page) -> None:
    page = long_page
    evidence = page.get_by_role("textbox", name=f"Evidence : {THREADS[0]}")
    evidence.focus()
    page.keyboard.press("3")
    expect(evidence).to_have_value("3")
    page.get_by_label("No", exact=True).first.focus()
    page.keyboard.press("3")
    age = page.get_by_label("Child’s age in years")
    age.focus()
    page.keyboard.press("1")
    expect(age).to_have_value("1")
    assert page.locator("[data-judge] [type=radio]:checked").count() == 0


@pytest.mark.parametrize(("key", "answer"), [*zip("1234", list(Judgement)[:4], strict=True)])
def test_each_number_is_its_place_on_the_scale(
    long_page: Page, key: str, answer: Judgement
) -> None:
    _first_radio(long_page, "thread-plan").focus()
    long_page.keyboard.press(key)
    chosen = long_page.locator("#section-thread-plan [type=radio]:checked")
    expect(chosen).to_have_value(answer.value)
    expect(long_page.get_by_role("textbox", name=f"Evidence : {THREADS[1]}")).to_be_focused()


def test_keys_lead_from_section_to_section_and_the_outline_shows_where(long_page: Page) -> None:
    page = long_page
    _first_radio(page, "thread-chronology").focus()
    page.keyboard.press("Alt+PageDown")
    expect(_first_radio(page, "thread-plan")).to_be_focused()
    expect(_first_radio(page, "thread-plan")).to_be_in_viewport()
    here = page.locator(".app-outline a[aria-current]")
    expect(here).to_have_text(THREADS[1])
    page.keyboard.press("Alt+PageUp")
    expect(_first_radio(page, "thread-chronology")).to_be_focused()
    expect(here).to_have_text(THREADS[0])


def test_warnings_and_states_keep_up_with_what_is_typed(long_page: Page) -> None:
    page = long_page
    _first_radio(page, "thread-voice").focus()
    page.keyboard.press("4")
    _first_radio(page, "overall").focus()
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    warning = page.locator("[data-notes=overall]")
    expect(warning).to_contain_text(f"{THREADS[2]} is judged Inadequate")
    expect(page.locator("[data-state=thread-voice]")).to_have_text("In progress")
    expect(page.locator("[data-judged=thread-voice]")).to_have_text("Inadequate")
    _first_radio(page, "overall").focus()
    page.keyboard.press("4")
    page.keyboard.press("Control+Enter")
    expect(warning).to_have_text("")


def test_a_concern_asks_at_once_who_was_told(long_page: Page) -> None:
    page = long_page
    concern = page.get_by_role("group", name="Is there an immediate safeguarding concern?")
    concern.get_by_label("Yes").check()
    asked = page.locator("[data-notes=concern]")
    expect(asked).to_be_visible()
    expect(asked).to_contain_text("Say who was told")
    page.get_by_label("Who was told?").fill("Head of service")
    enter_date(page, "When were they told?", TODAY)
    page.get_by_label("What is the concern?").fill("Seen with a bruise.")
    page.keyboard.press("Control+Enter")
    expect(asked).to_have_text("")


def test_two_tabs_see_both_texts_on_the_long_page_and_one_is_chosen(long_page: Page) -> None:
    one = long_page
    other = one.context.new_page()
    other.goto(one.url)
    name = f"Evidence : {THREADS[0]}"
    for tab, words in ((one, "From the first tab."), (other, "From the second tab.")):
        tab.get_by_role("textbox", name=name).fill(words)
        tab.keyboard.press("Control+Enter")
        told = tab.get_by_text("Saved at").or_(tab.get_by_text("Not in the audit yet"))
        expect(told).to_be_visible()
    other.get_by_role("button", name="See both texts").click()
    heading(other, "Record the audit")
    expect(other.get_by_role("textbox", name=name)).to_have_value("From the second tab.")
    expect(other.get_by_text("From the first tab.")).to_be_visible()
    other.get_by_role("textbox", name=name).fill("From both tabs.")
    choose(other, f"Judgement : {THREADS[0]}", "Not enough evidence to judge")
    other.get_by_role("button", name=f"Save this section : {THREADS[0]}").click()
    expect(other.get_by_text("From the first tab.")).to_have_count(0)
    one.reload()
    expect(one.get_by_role("textbox", name=name)).to_have_value("From both tabs.")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_tab_goes_through_the_long_page_and_is_never_covered(
    site: Site, world: World, open_browser: OpenBrowser, width: int
) -> None:
    page = sign_in_as(open_browser(site, width=width), world.alice)
    draft = start_audit(page, "LSW South 1")
    page.goto(f"/audits/{draft}/page")
    assert len(stops(page)) > len(THREADS) * 5


@pytest.mark.parametrize("javascript", [True, False])
def test_the_long_page_has_no_barriers_where_something_is_wrong(
    site: Site, world: World, open_browser: OpenBrowser, javascript: bool
) -> None:
    world.recorded_audit(Judgement.INADEQUATE, case="7654321", on=TODAY)
    page = open_browser(site)
    if not javascript:
        # Looking for barriers takes a script; the pages' own never comes, as where it is blocked.
        page.route("**/app.js*", lambda route: route.abort())
    sign_in_as(page, world.alice)
    draft = start_audit(page, "LSW South 1")
    page.goto(f"/audits/{draft}/page")
    page.locator("#section-overall form").evaluate("form => form.requestSubmit()")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_role("link", name="Explain the overall judgement").click()
    expect(page.get_by_role("textbox", name="Why this judgement?")).to_be_focused()
    assert not barriers(page)


def test_the_help_says_the_keys(long_page: Page) -> None:
    long_page.get_by_text("Keys for quick recording").click()
    expect(long_page.get_by_text("Save everything now")).to_be_visible()
