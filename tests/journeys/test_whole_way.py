"""From a case on a team manager's desk to an alert on the wall, by the people who do it."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from audit_app.rules.judgements import Judgement
from tests.journeys.conftest import OpenBrowser
from tests.journeys.serving import Site
from tests.journeys.steps import (
    choose,
    enter_date,
    follow,
    heading,
    press,
    record_everything,
    sign_in_as,
    start_audit,
    write,
)
from tests.people import World

pytestmark = pytest.mark.browser

TODAY = date.today()
GOOD, RI = Judgement.GOOD.label, Judgement.REQUIRES_IMPROVEMENT.label
REASON = "The plan names no contingency, so the child is safe but not yet better off."
TITLE = "Write the contingency down before the family needs it"


def test_a_case_becomes_an_audit_a_moved_judgement_and_an_issued_alert(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    _whole_way(site, world, open_browser, javascript=True)


@pytest.mark.sqlite_only
def test_the_whole_way_needs_no_javascript(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    _whole_way(site, world, open_browser, javascript=False)


def _whole_way(site: Site, world: World, open_browser: OpenBrowser, javascript: bool) -> None:
    world.recorded_audit(Judgement.GOOD, on=TODAY, auditor=world.mallory, team=world.north)

    def at_desk(name: str) -> Page:
        return sign_in_as(open_browser(site, javascript=javascript), getattr(world, name))

    carol = at_desk("carol")
    assert _counts(carol) == {GOOD: 1, RI: 0}
    reference = _record(at_desk("alice"))
    assert _counts(carol) == {GOOD: 2, RI: 0}
    _moderate(at_desk("bob"), reference)
    assert _counts(carol) == {GOOD: 1, RI: 1}
    _drill_to(carol, reference)
    _write_alert(carol)
    _approve_alert(at_desk("cora"))
    number = _issue_alert(carol)
    _check_paper(carol, number)


def _record(alice: Page) -> str:
    """Record and submit an audit judged Good throughout; its reference."""
    reference = start_audit(alice, "LSW South 1")
    record_everything(alice, GOOD, TODAY)
    press(alice, "Submit the audit")
    heading(alice, "Audit submitted")
    expect(alice.get_by_role("main")).to_contain_text(reference)
    return reference


def _moderate(bob: Page, reference: str) -> None:
    follow(bob, "Open the queue")
    follow(bob, reference)
    heading(bob, "Moderate the audit")
    choose(bob, "Your overall judgement of the practice", RI)
    write(bob, "Reason, if you changed the overall judgement", REASON)
    press(bob, "Save my judgement for good")
    heading(bob, "Moderation saved")


def _counts(carol: Page) -> dict[str, int]:
    """This year's Good and Requires Improvement, as the table of judgements shows them."""
    carol.goto("/insight/distribution")
    table = carol.get_by_role("table")
    years = table.get_by_role("columnheader").all_inner_texts()
    place = next(n for n, year in enumerate(years) if str(TODAY.year) in year) - 1
    shown = {
        label: table.get_by_role("row")
        .filter(has_text=re.compile(f"^\\s*{label}"))
        .get_by_role("cell")
        .nth(place)
        .inner_text()
        for label in (GOOD, RI)
    }
    return {label: int(text.split()[0]) for label, text in shown.items()}


def _drill_to(carol: Page, reference: str) -> None:
    """From the count to the list behind it to the audit, with both judgements and the reason."""
    row = carol.get_by_role("row").filter(has_text=re.compile(f"^\\s*{RI}"))
    row.get_by_role("link").click()
    heading(carol, "Audits")
    expect(carol.get_by_text("1 audit", exact=True)).to_be_visible()
    follow(carol, reference)
    main = carol.get_by_role("main")
    expect(main).to_contain_text("Auditor’s judgement")
    expect(main).to_contain_text(REASON)


def _write_alert(carol: Page) -> None:
    carol.goto("/alerts/")
    press(carol, "Write an alert")
    choose(carol, "What kind of alert is it?", "Practice alert: act now")
    write(carol, "Title", TITLE)
    carol.get_by_label("Everyone in children’s services").check()
    write(carol, "Who owns it?", "Principal social worker")
    enter_date(carol, "First day of the audits", TODAY - timedelta(days=90))
    enter_date(carol, "Last day of the audits", TODAY)
    carol.get_by_label("Strengths-based, co-produced plan").check()
    press(carol, "Save and continue")
    heading(carol, TITLE)
    for question in ("Why now", "What we found", "What good looks like", "How we will check"):
        write(carol, question, f"{question}: plans name who does what when things go wrong.")
    write(carol, "Requirement 1", "Add a contingency to every open plan.")
    enter_date(carol, "Requirement 1: by when", TODAY + timedelta(days=30))
    for place in (1, 2, 3):
        write(carol, f"Question {place}", "Which of our plans would hold on a Friday night?")
    enter_date(carol, "When will this alert be reviewed?", TODAY + timedelta(days=120))
    press(carol, "Save and submit for approval")
    expect(carol.get_by_role("main")).to_contain_text("Submitted for approval.")


def _approve_alert(cora: Page) -> None:
    """Somebody else finds it on the home page, reads it and approves it."""
    follow(cora, TITLE)
    press(cora, "Approve this alert")
    expect(cora.get_by_role("main")).to_contain_text("Approved. It can now be issued.")


def _issue_alert(carol: Page) -> str:
    """Issue the approved alert; its number."""
    carol.goto("/")
    follow(carol, TITLE)
    press(carol, "Issue this alert")
    number = f"PA {TODAY.year}/01"
    expect(carol.get_by_role("main")).to_contain_text(f"Issued as {number}.")
    return number


def _check_paper(carol: Page, number: str) -> None:
    """The PDF behind the link is one page with the number on it."""
    address = carol.get_by_role("link", name="Download PDF", exact=True).get_attribute("href")
    answer = carol.context.request.get(str(address))
    assert answer.headers["content-type"] == "application/pdf"
    paper = PdfReader(io.BytesIO(answer.body()))
    assert len(paper.pages) == 1
    assert number in paper.pages[0].extract_text()
