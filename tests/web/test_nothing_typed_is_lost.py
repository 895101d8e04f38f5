"""Back, another tab, an ended session, a word nobody offered: the text and the record stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from audit_app.extensions import db
from audit_app.models import Action, Audit, StoredSession
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.recording import record_everything, start_audit
from tests.web.addresses import address_of

LONG = "Forty minutes of careful writing about what was found."

ACTION = {
    "what": LONG,
    "kind": "quality",
    "owner": "Team manager",
    "due_on-day": "1",
    "due_on-month": "12",
    "due_on-year": "2026",
    "priority": "high",
}


def _end_sessions() -> None:
    db.session.execute(update(StoredSession).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    db.session.commit()


def _new_action(web: PageClient, tasks: Page) -> Page:
    return web.get(tasks.path + "/actions/new")


def test_going_back_and_starting_another_case_starts_another_audit(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    form = web.get("/audits/new")
    for case in ("BFC001", "BFC002"):
        web.send(form, case_reference=case, team=str(world.south.id), audit_type="full")
    assert set(db.session.scalars(select(Audit.case_reference))) == {"BFC001", "BFC002"}


def test_going_back_and_adding_another_action_adds_it(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    form = _new_action(web, start_audit(web, world))
    for what in ("First.", "Second.", "Second."):
        web.post(form.path, form.fields() | ACTION | {"what": what})
    assert list(db.session.scalars(select(Action.what))) == ["First.", "Second."]


def test_one_forms_token_does_not_stand_for_anothers(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    used = _new_action(web, web.get(check.path.removesuffix("/check")))
    web.post(used.path, used.fields() | ACTION)
    check = web.get(check.path)
    token = {"once_token": used.fields()["once_token"]}
    done = web.post(check.action("Submit the audit"), check.fields("Submit the audit") | token)
    assert done.h1.startswith("Audit submitted")


def test_text_for_an_audit_submitted_in_another_tab_is_shown_to_be_copied(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    section = web.get(check.path.replace("check", "section/thread-voice"))
    web.send(check, "Submit the audit")
    refused = web.send(section, "Save and continue", status=403, evidence=LONG)
    assert LONG in refused.text


def test_text_for_a_draft_discarded_in_another_tab_is_shown_to_be_copied(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    section = web.get(tasks.links()["Impact chronology"])
    web.send(web.get(tasks.links()["Discard this draft"]))
    refused = web.send(section, "Save and continue", status=404, evidence=LONG)
    assert LONG in refused.text


def test_an_action_changed_in_two_tabs_keeps_both_texts(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    form = _new_action(web, start_audit(web, world))
    listed = web.post(form.path, form.fields() | ACTION)
    change = next(a for text, a in listed.links().items() if text.startswith("Change"))
    tabs = [web.get(change), web.get(change)]
    web.send(tabs[0], what="From the first tab.")
    clash = web.send(tabs[1], status=409, what="From the second tab.")
    assert clash.fields()["what"] == "From the second tab."
    assert "From the first tab." in clash.text
    web.send(clash)
    assert db.session.scalars(select(Action.what)).one() == "From the second tab."


def test_a_judgement_word_that_does_not_exist_leaves_the_saved_one_alone(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    overall = web.get(tasks.links()["Overall judgement"])
    web.send(overall, "Save and come back later", overall="good")
    overall = web.get(overall.path)
    refused = web.send(overall, "Save and come back later", status=400, overall="excellent")
    assert refused.errors == ["Choose one of the answers listed"]
    assert db.session.scalars(select(Audit.overall)).one() is Judgement.GOOD


@pytest.mark.parametrize("typed", ["the year after we moved house", "9" * 5000])
def test_whatever_stands_in_a_box_of_a_date_comes_back_whole(
    web: PageClient, world: World, typed: str
) -> None:
    web.sign_in(world.adam)
    page = web.get(f"/people/{world.alice.reference}/roles/new")
    boxes = {f"ends_on-{part}": typed for part in ("day", "month", "year")}
    refused = web.post(page.path, page.fields() | boxes | {"role": "inspector"}, 400)
    assert refused.fields() == refused.fields() | boxes


def test_a_session_that_ended_at_submit_leads_back_to_the_page_with_the_button(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    _end_sessions()
    asked = web.post(
        check.action("Submit the audit"),
        check.fields("Submit the audit"),
        headers={"Referer": f"http://localhost{check.path}"},
    )
    assert "You were signed out" in asked.text
    back = web.sign_in_here(asked, world.alice)
    assert back.path == check.path
    assert web.send(back, "Submit the audit").h1.startswith("Audit submitted")


def test_every_button_without_a_page_of_its_own_leads_to_a_page_after_signing_in(
    app: Flask, web: PageClient, world: World
) -> None:
    rules = [each for each in app.url_map.iter_rules() if "GET" not in (each.methods or set())]
    assert rules
    for rule in rules:
        web.sign_out()
        asked = web.post(address_of(rule), {"case_reference": "1"})
        assert asked.h1.startswith("Sign in"), rule.rule
        assert web.sign_in_here(asked, world.alice).path == "/", rule.rule


def test_a_sign_in_page_that_was_open_too_long_says_so_and_still_leads_on(
    web: PageClient, world: World
) -> None:
    asked = web.get("/audits/new")
    _end_sessions()
    again = web.send(asked, email=world.alice.email, password="three quiet purple otters")
    assert "open for too long" in again.text
    assert web.sign_in_here(again, world.alice).path == "/audits/new"


def test_a_moderation_sent_again_with_other_words_is_not_swallowed(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit()
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    web.send(page, overall="good")
    again = web.send(page, status=409, overall="good", practice_note=LONG)
    assert "You have already moderated this audit" in again.errors[0]
    assert again.fields()["practice_note"] == LONG


def test_something_unforeseen_still_shows_what_was_typed(
    app: Flask, web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    section = web.get(tasks.links()["Impact chronology"])
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["recording.section"] = _break(app.view_functions["recording.section"])
    broken = web.send(section, "Save and continue", status=500, evidence=LONG)
    assert broken.h1 == "Sorry, there is a problem with the service"
    assert LONG in broken.text
    assert db.session.scalar(select(func.count(Audit.id))) == 1


def _break(view):
    def broken(**kwargs: object) -> str:
        raise RuntimeError("Something unforeseen")

    broken.access = view.access  # type: ignore[attr-defined]
    return broken
