"""Pressed twice, gone back, away too long: nothing is made twice and nothing typed is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, func, select

from audit_app.extensions import db
from audit_app.models import Action, Alert, Audit, Moderation, StoredSession
from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import barriers
from tests.journeys.serving import Site
from tests.journeys.steps import (
    choose,
    enter_date,
    follow,
    heading,
    judge_thread,
    press,
    record_everything,
    sign_in_as,
    sign_in_here,
    start_audit,
    write,
)
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

LONG = "He told her about the move before anybody else had.\n\nThen he told his worker."


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_click_makes_one_record(
    site: Site, world: World, open_browser: OpenBrowser, javascript: bool
) -> None:
    alice = sign_in_as(open_browser(site, javascript=javascript), world.alice)
    alice.goto("/audits/new")
    write(alice, "Case reference", "7654321")
    alice.get_by_label("Team that holds the case").select_option("LSW South 1")
    choose(alice, "Type of audit", "Full audit")
    _press_twice(alice, "Start the audit")
    heading(alice, "Record the audit")
    assert _count(Audit) == 1
    follow(alice, "Actions")
    press(alice, "Add an action")
    write(alice, "What needs to happen?", "Hold the core group.")
    choose(alice, "What kind of action is it?", "Quality: it was done, and should be done better")
    write(alice, "Job or team that owns it, if nobody listed does", "Team manager")
    enter_date(alice, "When is it due?", date.today())
    choose(alice, "Priority", "High")
    _press_twice(alice, "Save the action")
    heading(alice, "Actions")
    assert _count(Action) == 1


def test_a_double_click_moderates_once(site: Site, world: World, open_browser: OpenBrowser) -> None:
    audit = world.recorded_audit()
    bob = sign_in_as(open_browser(site), world.bob)
    bob.goto(f"/moderation/{audit.reference}")
    choose(bob, "Your overall judgement of the practice", "Good")
    _press_twice(bob, "Save my judgement for good")
    heading(bob, "Moderation saved")
    assert _count(Moderation) == 1
    bob.go_back()
    heading(bob, f"Audit of {audit.audit_date.day} October {audit.audit_date.year}")
    expect(bob.get_by_role("button", name="Save my judgement for good")).to_have_count(0)


def test_a_double_click_begins_one_alert(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    carol = sign_in_as(open_browser(site), world.carol)
    carol.goto("/alerts/new")
    choose(carol, "What kind of alert is it?", "Learning briefing")
    for question in ("Title", "Who owns it?"):
        write(carol, question, "Everybody")
    carol.get_by_label("Everyone in children’s services").check()
    carol.get_by_label("Overall judgement").check()
    _press_twice(carol, "Save and continue")
    heading(carol, "Everybody")
    assert _count(Alert) == 1


def test_back_after_submitting_shows_that_it_was_submitted(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    alice = sign_in_as(open_browser(site), world.alice)
    start_audit(alice, "LSW South 1")
    record_everything(alice, "Good", date.today())
    _press_twice(alice, "Submit the audit")
    heading(alice, "Audit submitted")
    alice.go_back()
    heading(alice, "Audit submitted")
    expect(alice.get_by_role("button", name="Submit the audit")).to_have_count(0)
    alice.go_back()
    expect(alice.get_by_role("main")).to_contain_text("This audit was submitted")
    assert _count(Audit) == 1


def test_back_after_signing_out_shows_nothing_of_what_was_there(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    audit = world.recorded_audit()
    bob = sign_in_as(open_browser(site), world.bob)
    bob.goto(f"/audits/{audit.reference}")
    press(bob, "Sign out")
    heading(bob, "Sign in to Practice audit")
    bob.go_back()
    heading(bob, "Sign in to Practice audit")
    expect(bob.get_by_text(audit.reference)).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_what_was_typed_as_the_session_ended_is_there_after_signing_in(
    site: Site, world: World, open_browser: OpenBrowser, javascript: bool
) -> None:
    alice = sign_in_as(open_browser(site, javascript=javascript), world.alice)
    draft = start_audit(alice, "LSW South 1")
    alice.goto(f"/audits/{draft}/section/thread-voice")
    judge_thread(alice, "Good")
    write(alice, "Evidence", LONG)
    _end_sessions()
    press(alice, "Save and continue")
    heading(alice, "Sign in to Practice audit")
    sign_in_here(alice, world.alice.email)
    heading(alice, "Child’s voice and direct work")
    expect(alice.get_by_label("Evidence", exact=True)).to_have_value(LONG)
    expect(alice.get_by_role("radio", name="Good", exact=True)).to_be_checked()
    press(alice, "Save and continue")
    heading(alice, "Analytical assessment")


def test_a_moderation_typed_as_the_session_ended_is_there_after_signing_in(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    audit = world.recorded_audit()
    bob = sign_in_as(open_browser(site), world.bob)
    bob.goto(f"/moderation/{audit.reference}")
    choose(bob, "Your overall judgement of the practice", "Inadequate")
    write(bob, "Reason, if you changed the overall judgement", LONG)
    _end_sessions()
    press(bob, "Save my judgement for good")
    sign_in_here(bob, world.bob.email)
    reason = bob.get_by_label("Reason, if you changed the overall judgement")
    expect(reason).to_have_value(LONG)
    press(bob, "Save my judgement for good")
    heading(bob, "Moderation saved")


def test_text_saved_in_another_tab_is_shown_beside_what_was_typed(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    first = sign_in_as(open_browser(site), world.alice)
    draft = start_audit(first, "LSW South 1")
    section = f"/audits/{draft}/section/thread-plan"
    first.goto(section)
    second = first.context.new_page()
    second.goto(section)
    write(second, "Evidence", "Saved in the second tab.")
    press(second, "Save and come back later")
    heading(second, "Record the audit")
    write(first, "Evidence", LONG)
    press(first, "Save and continue")
    saved = first.get_by_role("region", name="What is saved now")
    expect(saved.get_by_text("Saved in the second tab.")).to_be_visible()
    assert "What are we worried about?" not in saved.inner_text()
    expect(first.get_by_label("Evidence", exact=True)).to_have_value(LONG)
    assert not barriers(first)


def _press_twice(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).first.dblclick()


def _end_sessions() -> None:
    """As the idle limit does."""
    db.session.rollback()
    db.session.execute(delete(StoredSession))
    db.session.commit()


def _count(table: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0
