"""Writing the commentary: suggestions, two people at once, and nothing typed is lost."""

from __future__ import annotations

import pytest
from bs4 import Tag

from audit_app.rules.summary_commentary import LONGEST
from audit_app.rules.summary_steps import SummaryState
from tests.browser_page import Page, PageClient
from tests.people import PASSWORD, World
from tests.summaries.summaries_to_try import TEXTS, complete, draft, some_audits, stored

pytestmark = pytest.mark.sqlite_only


def _opened(web: PageClient, world: World, **texts: str) -> Page:
    some_audits(world)
    summary = draft(world, texts)
    web.sign_in(world.carol)
    return web.get(f"/summaries/{summary.reference}/commentary")


def _suggested(page: Page) -> list[Tag]:
    return page.html.find_all("button", attrs={"name": "fill"})


def _reference(page: Page) -> str:
    return page.path.split("/")[2]


def test_a_suggested_sentence_goes_after_what_is_typed_and_the_rest_is_saved_with_it(
    web: PageClient, world: World
) -> None:
    page = _opened(web, world)
    chosen = str(_suggested(page)[0]["value"])
    box, _, sentence = chosen.partition(" ")
    typed = {box: "First my own words.", "doing": "Not finished"}
    after = web.post(page.path, page.fields() | typed | {"fill": chosen})
    assert after.fields()[box] == f"First my own words.\n{sentence}"
    assert stored(_reference(page)).doing == "Not finished"
    assert chosen not in [each["value"] for each in _suggested(after)]


def test_every_suggestion_is_a_sentence_of_the_figures_on_the_page(
    web: PageClient, world: World
) -> None:
    page = _opened(web, world)
    for each in _suggested(page):
        assert str(each["value"]).partition(" ")[2] in page.text


def test_a_suggestion_for_no_box_is_left_out(web: PageClient, world: World) -> None:
    page = _opened(web, world)
    web.post(page.path, page.fields() | {"why": "Mine.", "fill": "return_note Ours."})
    now = stored(_reference(page))
    assert (now.why, now.return_note) == ("Mine.", None)


def test_complete_asks_for_each_box_and_saves_what_there_is(web: PageClient, world: World) -> None:
    page = _opened(web, world)
    refused = web.send(page, "Save and say it is complete", status=400, why=TEXTS["why"])
    assert refused.errors == [
        "Write what changed, or that nothing clearly did",
        "Write what is being done",
    ]
    assert stored(_reference(page)).why == TEXTS["why"]
    web.send(refused, "Save and say it is complete", **TEXTS)
    now = stored(_reference(page))
    assert (now.state, now.completed_by_id) == (SummaryState.COMPLETE, world.carol.id)


def test_a_box_that_is_too_long_keeps_every_letter_on_the_page_and_saves_the_others(
    web: PageClient, world: World
) -> None:
    page = _opened(web, world)
    long = "Sentence. " * 2_000
    refused = web.send(page, "Save draft", status=400, what_changed=long, why="Short.")
    assert refused.errors == [f"What changed: use {LONGEST:,} characters or fewer"]
    assert refused.fields()["what_changed"] == long
    assert stored(_reference(page)).why == "Short."


def test_personal_data_must_go_whatever_the_reason(web: PageClient, world: World) -> None:
    page = _opened(web, world)
    typed = "Ask about the child with NHS number 943 476 5919."
    refused = web.send(page, "Save draft", status=400, why=typed)
    assert len(refused.errors) == 1
    assert refused.fields()["why"] == typed
    assert not refused.html.find("textarea", attrs={"name": "why__kept_because"})
    assert stored(_reference(page)).why == ""


def test_two_people_who_write_at_once_see_both_texts(web: PageClient, world: World) -> None:
    first = _opened(web, world, **TEXTS)
    second = web.get(first.path)
    web.send(first, "Save draft", why="From the first window.")
    clash = web.send(second, "Save draft", status=409, why="From the second window.")
    assert "saved somewhere else" in clash.errors[0]
    assert clash.fields()["why"] == "From the second window."
    saved = [each.get_text(" ", strip=True) for each in clash.html.select(".app-summary-saved")]
    assert saved == ["Saved now: From the first window."]
    web.send(clash, "Save draft")
    assert stored(_reference(first)).why == "From the second window."


def test_a_sentence_used_in_an_overtaken_window_is_in_its_box(
    web: PageClient, world: World
) -> None:
    first = _opened(web, world)
    second = web.get(first.path)
    web.send(first, "Save draft", why="From the first window.")
    chosen = str(_suggested(second)[0]["value"])
    clash = web.post(second.path, second.fields() | {"fill": chosen}, status=409)
    box, _, sentence = chosen.partition(" ")
    assert clash.fields()[box] == sentence


def test_the_same_text_saved_twice_is_no_conflict(web: PageClient, world: World) -> None:
    page = _opened(web, world)
    for _ in range(2):
        web.send(page, "Save draft", **TEXTS)
    assert stored(_reference(page)).version == 2


def test_text_typed_as_the_session_ended_comes_back(web: PageClient, world: World) -> None:
    page = _opened(web, world)
    web.sign_out()
    asked = web.send(page, "Save draft", doing="Two hours of work.")
    back = web.send(asked, email=world.carol.email, password=PASSWORD)
    assert back.path == page.path
    assert back.fields()["doing"] == "Two hours of work."


def test_text_that_was_not_sent_comes_back(web: PageClient, world: World) -> None:
    page = _opened(web, world)
    typed = page.fields() | {"doing": "Half a sentence", "then": "autosave", "sending": "1"}
    answer = web.request("POST", page.path, typed)
    assert answer.status_code == 200
    back = web.get(page.path)
    assert back.fields()["doing"] == "Half a sentence"
    assert stored(_reference(page)).doing == ""


def test_text_for_a_summary_completed_meanwhile_is_shown_to_be_copied(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = draft(world, TEXTS)
    web.sign_in(world.cora)
    page = web.get(f"/summaries/{summary.reference}/commentary")
    complete(world)
    refused = web.send(page, "Save draft", status=403, why="A reason nobody thought of yet.")
    assert "A reason nobody thought of yet." in refused.text


def test_script_and_right_to_left_words_are_words(web: PageClient, world: World) -> None:
    page = _opened(web, world)
    typed = "<script>alert(1)</script> شكرا 😀"
    web.send(page, "Save draft", why=typed)
    shown = web.get(f"/summaries/{_reference(page)}")
    said = [each for each in shown.html.find("main").find_all("p") if typed in each.text]
    assert [each["dir"] for each in said] == ["auto"]
    assert not shown.html.find("main").find_all("script")
