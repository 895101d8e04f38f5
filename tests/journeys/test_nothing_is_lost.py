"""Whatever happens to a browser, a session or the server, every word typed is still there."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect
from sqlalchemy import delete, select, update

from audit_app.extensions import db
from audit_app.models import Finding, KeptForm, StoredSession, Thread
from audit_app.models.base import now
from config import ROOT, Settings
from tests.journeys.conftest import PATIENCE, OpenBrowser
from tests.journeys.inspection import barriers
from tests.journeys.serving import Site
from tests.journeys.steps import (
    choose,
    heading,
    press,
    sign_in,
    sign_in_as,
    sign_in_here,
    start_audit,
    write,
)
from tests.people import World
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

MID_SENTENCE = "He told her about the move before anybody else had, and then he"
REASON = "Your overall judgement of the practice"

IS_ON_PAGE = "async ([page, words]) => (await (await fetch(page)).text()).includes(words)"

Ending = Callable[[], None]


def _voice(draft: str) -> str:
    return f"/audits/{draft}/section/thread-voice"


def _evidence(page: Page) -> Locator:
    return page.get_by_label("Evidence", exact=True)


def _type(page: Page, text: str) -> None:
    """At the end of the evidence, key by key."""
    box = page.get_by_label("Evidence", exact=True)
    box.focus()
    box.press("Control+End")
    box.press_sequentially(text)


@contextmanager
def _sent(page: Page, last_word: str) -> Iterator[None]:
    """Wait until the page has sent what is typed, up to the last word, and was answered."""
    with page.expect_response(lambda told: _carries(told.request, last_word)):
        yield


def _carries(request: Request, word: str) -> bool:
    return request.method == "POST" and quote_plus(word) in (request.post_data or "")


def _is_saved(page: Page, said: str = "Saved at") -> None:
    expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()


def _in_the_draft() -> str | None:
    db.session.rollback()
    return db.session.scalars(
        select(Finding.evidence).join(Thread).where(Thread.code == "voice")
    ).one()


@pytest.fixture
def draft(site: Site, world: World, open_browser: OpenBrowser) -> str:
    """A draft of Alice's, and her first browser closed."""
    page = sign_in_as(open_browser(site), world.alice)
    reference = start_audit(page, "LSW South 1")
    page.close()
    return reference


# --- the browser ----------------------------------------------------------------------------------


@contextmanager
def _browser_to_kill(launch: Callable[[], Browser]) -> Iterator[tuple[Browser, Ending]]:
    """A browser of its own, and how to kill it as a power cut does."""
    browser = launch()
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    pid = next(each["id"] for each in processes if each["type"] == "browser")
    yield browser, lambda: os.kill(pid, signal.SIGKILL)


def test_a_browser_killed_in_the_middle_of_a_sentence(
    site: Site, world: World, draft: str, open_browser: OpenBrowser, launch_browser: Callable
) -> None:
    with _browser_to_kill(launch_browser) as (browser, kill):
        page = browser.new_context(base_url=site.url).new_page()
        sign_in(page, world.alice.email)
        page.goto(_voice(draft))
        with _sent(page, "then he"):
            _type(page, MID_SENTENCE)
        kill()
    assert _in_the_draft() == MID_SENTENCE
    again = sign_in_as(open_browser(site), world.alice)
    again.goto(_voice(draft))
    expect(_evidence(again)).to_have_value(MID_SENTENCE)


def test_a_tab_closed_before_the_pause_that_saves(
    site: Site, world: World, draft: str, open_browser: OpenBrowser
) -> None:
    page = sign_in_as(open_browser(site), world.alice)
    page.goto(_voice(draft))
    _type(page, MID_SENTENCE)
    page.goto("/audits/")
    page.wait_for_function(IS_ON_PAGE, arg=[_voice(draft), MID_SENTENCE])
    page.goto(_voice(draft))
    expect(_evidence(page)).to_have_value(MID_SENTENCE)


def test_a_moderation_typed_in_a_browser_that_was_killed(
    site: Site, world: World, open_browser: OpenBrowser, launch_browser: Callable
) -> None:
    audit = world.recorded_audit()
    with _browser_to_kill(launch_browser) as (browser, kill):
        page = browser.new_context(base_url=site.url).new_page()
        sign_in(page, world.bob.email)
        page.goto(f"/moderation/{audit.reference}")
        choose(page, REASON, "Inadequate")
        with _sent(page, "then he"):
            write(page, "Note on the practice (optional)", MID_SENTENCE)
        _is_saved(page, "Draft saved at")
        kill()
    again = sign_in_as(open_browser(site), world.bob)
    again.goto(f"/moderation/{audit.reference}")
    expect(again.get_by_text("Not yet sent: what you typed on")).to_be_visible()
    expect(again.get_by_label("Note on the practice (optional)")).to_have_value(MID_SENTENCE)
    expect(again.get_by_role("radio", name="Inadequate", exact=True).last).to_be_checked()


# --- the session ----------------------------------------------------------------------------------


def _sessions_run_out() -> None:
    db.session.rollback()
    db.session.execute(update(StoredSession).values(expires_at=now() - timedelta(seconds=1)))
    db.session.commit()


def _sessions_are_ended() -> None:
    db.session.rollback()
    db.session.execute(delete(StoredSession))
    db.session.commit()


@pytest.mark.parametrize("end", [_sessions_run_out, _sessions_are_ended])
def test_a_session_that_ends_while_typing(
    site: Site, world: World, draft: str, open_browser: OpenBrowser, end: Ending
) -> None:
    page = sign_in_as(open_browser(site), world.alice)
    page.goto(_voice(draft))
    with _sent(page, "then he"):
        _type(page, MID_SENTENCE)
    end()
    with _sent(page, "told his worker"):
        _type(page, " told his worker")
    _is_saved(page, "You were signed out. What you typed is kept.")
    page.get_by_role("link", name="Sign in to go on").click()
    sign_in_here(page, world.alice.email)
    heading(page, "Child’s voice and direct work")
    expect(_evidence(page)).to_be_focused()
    expect(_evidence(page)).to_have_value(MID_SENTENCE + " told his worker")
    _is_saved(page)
    assert _in_the_draft() == MID_SENTENCE + " told his worker"


def test_a_button_pressed_after_the_session_ended_leads_back_to_the_field(
    site: Site, world: World, draft: str, open_browser: OpenBrowser
) -> None:
    page = sign_in_as(open_browser(site), world.alice)
    page.goto(_voice(draft))
    _sessions_run_out()
    write(page, "Evidence", MID_SENTENCE)
    press(page, "Save and continue")
    sign_in_here(page, world.alice.email)
    heading(page, "Child’s voice and direct work")
    expect(_evidence(page)).to_be_focused()
    expect(_evidence(page)).to_have_value(MID_SENTENCE)


def test_signing_in_again_in_another_tab_lets_the_first_go_on(
    site: Site, world: World, draft: str, open_browser: OpenBrowser
) -> None:
    page = sign_in_as(open_browser(site), world.alice)
    page.goto(_voice(draft))
    _sessions_run_out()
    _type(page, MID_SENTENCE)
    _is_saved(page, "You were signed out.")
    other = page.context.new_page()
    sign_in(other, world.alice.email)
    with _sent(page, "told his worker"):
        _type(page, " told his worker")
    _is_saved(page)
    assert _in_the_draft() == MID_SENTENCE + " told his worker"


# --- the warning ----------------------------------------------------------------------------------


def _seconds_are_left(seconds: int) -> None:
    db.session.rollback()
    ends = now() + timedelta(seconds=seconds)
    db.session.execute(update(StoredSession).values(expires_at=ends))
    db.session.commit()


@pytest.fixture
def warned(site: Site, world: World, draft: str, open_browser: OpenBrowser) -> Page:
    """Alice typed, went for a cup of tea, and has come back to a warning."""
    page = sign_in_as(open_browser(site, width=320), world.alice)
    page.clock.install()
    page.goto(_voice(draft))
    _type(page, MID_SENTENCE)
    page.clock.run_for(2000)
    _is_saved(page)
    _seconds_are_left(110)
    page.clock.fast_forward("28:10")
    expect(page.get_by_role("dialog", name="You are about to be signed out")).to_be_visible()
    return page


def test_a_warning_that_can_be_stayed_with_one_key(warned: Page) -> None:
    assert warned.evaluate("document.documentElement.scrollWidth") <= 320
    assert not barriers(warned)
    expect(warned.get_by_role("button", name="Stay signed in")).to_be_focused()
    warned.keyboard.press("Escape")
    expect(warned.get_by_role("dialog")).to_be_hidden()
    expect(_evidence(warned)).to_be_focused()
    db.session.rollback()
    ends = db.session.scalars(select(StoredSession.expires_at)).all()
    assert max(each.timestamp() for each in ends) > (now() + timedelta(minutes=20)).timestamp()


def test_another_tab_in_use_keeps_the_warning_away(
    site: Site, world: World, draft: str, open_browser: OpenBrowser
) -> None:
    page = sign_in_as(open_browser(site), world.alice)
    page.clock.install()
    page.goto(_voice(draft))
    _seconds_are_left(1500)
    with page.expect_response("**/account/time-left") as asked:
        page.clock.fast_forward("29:00")
    assert asked.value.json()["seconds_left"] > 1400
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_at_the_end_the_page_asks_to_sign_in_and_comes_back_to_the_field(
    warned: Page, world: World
) -> None:
    _sessions_run_out()
    warned.clock.run_for(120_000)
    heading(warned, "Sign in to Practice audit")
    sign_in_here(warned, world.alice.email)
    heading(warned, "Child’s voice and direct work")
    expect(_evidence(warned)).to_be_focused()
    expect(_evidence(warned)).to_have_value(MID_SENTENCE)


# --- two tabs, two people -------------------------------------------------------------------------


@pytest.mark.parametrize("same_browser", [True, False], ids=["two tabs", "two people"])
def test_two_texts_for_one_section(
    site: Site, world: World, draft: str, open_browser: OpenBrowser, same_browser: bool
) -> None:
    first = sign_in_as(open_browser(site), world.alice)
    first.goto(_voice(draft))
    second = (
        first.context.new_page() if same_browser else sign_in_as(open_browser(site), world.alice)
    )
    second.goto(_voice(draft))
    _type(first, "Typed in the first.")
    _is_saved(first)
    _type(second, "Typed in the second.")
    _is_saved(second, "saved somewhere else after you opened it")
    second.close()
    again = first.context.new_page()
    again.goto(_voice(draft))
    saved = again.get_by_role("region", name="What is saved now")
    expect(saved.get_by_text("Typed in the first.")).to_be_visible()
    expect(_evidence(again)).to_have_value("Typed in the second.")
    assert not barriers(again)
    _type(again, " And the first.")
    _is_saved(again, "Kept at")
    assert _in_the_draft() == "Typed in the first."
    press(again, "Save and come back later")
    heading(again, "Record the audit")
    assert _in_the_draft() == "Typed in the second. And the first."


def test_two_moderators_of_one_audit(site: Site, world: World, open_browser: OpenBrowser) -> None:
    audit = world.recorded_audit()
    pages = [
        sign_in_as(open_browser(site), person) for person in (world.bob, world.another_moderator())
    ]
    for page in pages:
        page.goto(f"/moderation/{audit.reference}")
        choose(page, REASON, "Good")
        with _sent(page, "then he"):
            write(page, "Note on the practice (optional)", MID_SENTENCE)
        _is_saved(page, "Draft saved at")
    bob, mo = pages
    press(bob, "Save my judgement for good")
    heading(bob, "Moderation saved")
    mo.close()
    mo = mo.context.new_page()
    mo.goto("/account/not-sent")
    expect(mo.get_by_text(MID_SENTENCE)).to_be_visible()
    bob.goto("/account/not-sent")
    expect(bob.get_by_text("Everything you typed was saved or sent.")).to_be_visible()


# --- the server -----------------------------------------------------------------------------------


class Server:
    """The service as it runs in earnest, on the database of this test, to be killed and begun."""

    def __init__(self, settings: Settings) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": "x" * 40,
            "TRUSTED_HOSTS": "127.0.0.1",
        }

    def start(self) -> None:
        command = [
            str(Path(sys.executable).parent / "gunicorn"),
            "--workers=1",
            "--threads=4",
            # Then a worker that has booted has the service, and no page waits for it.
            "--preload",
            f"--bind=127.0.0.1:{self.port}",
            "--no-control-socket",
            "audit_app:create_app()",
        ]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert any("Booting worker" in line for line in self.process.stderr or [])

    def kill(self) -> None:
        """As a power cut does: the workers too, whatever they are doing."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    server = Server(settings)
    server.start()
    yield server
    server.kill()


@contextmanager
def _nobody_can_write(settings: Settings) -> Iterator[None]:
    """The write lock is taken, so that a save begins and does not end."""
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()


def test_a_server_killed_in_the_middle_of_a_save(
    server: Server, settings: Settings, world: World, launch_browser: Callable
) -> None:
    context = launch_browser().new_context(base_url=server.url)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, world.alice.email)
    page.goto(_voice(start_audit(page, "LSW South 1")))
    with _nobody_can_write(settings):
        with page.expect_request(lambda sent: sent.method == "POST"):
            _type(page, MID_SENTENCE)
        server.kill()
    _is_saved(page, "Not saved")
    assert _in_the_draft() is None
    server.start()
    _is_saved(page)
    assert _in_the_draft() == MID_SENTENCE
    expect(_evidence(page)).to_be_focused()
    assert db.session.scalars(select(KeptForm)).all() == []
    context.close()
