"""What JavaScript makes smoother works without it: filters, pages, questions that follow, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from audit_app.demo.people import PASSWORD as DEMO_PASSWORD
from tests.journeys.conftest import OpenBrowser
from tests.journeys.inspection import NARROW, barriers
from tests.journeys.serving import Site
from tests.journeys.steps import follow, heading, press, sign_in, sign_in_as, start_audit
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

#: Questions that JavaScript hides until the answer they follow is chosen.
FOLLOWING = {
    "case": ["Why was the worker not involved?"],
    "overall": ["What can others learn?", "What is the concern?", "Who was told?"],
    "family": ["Why was feedback not sought?", "What did they say?"],
}


@pytest.fixture
def lead(demo_site: Site, open_browser: OpenBrowser) -> Page:
    """The practice lead of the demonstration, with scripts switched off and a small screen."""
    page = open_browser(demo_site, javascript=False, width=NARROW)
    sign_in(page, "practice.lead@example.gov.uk", DEMO_PASSWORD)
    return page


def test_a_list_is_filtered_sorted_and_paged(lead: Page) -> None:
    lead.goto("/audits/")
    lead.get_by_label("Judgement", exact=True).select_option("Outstanding")
    press(lead, "Apply filters")
    assert _judgements(lead) == {"Outstanding"}
    follow(lead, "Audit date")
    first = _references(lead)
    lead.get_by_role("link", name="Next page").click()
    assert _judgements(lead) == {"Outstanding"}
    assert not first & _references(lead)
    lead.get_by_role("link", name="Remove filter Judgement: Outstanding").click()
    assert len(_judgements(lead)) > 1


def test_figures_are_filtered_and_taken_away_as_files(lead: Page, tmp_path: Path) -> None:
    lead.goto("/insight/distribution")
    lead.get_by_text("Change what is counted").click()
    lead.get_by_label("Audited from").fill("1/9/2019")
    lead.get_by_label("Audited to").fill("31/10/2021")
    press(lead, "Apply filters")
    table = lead.get_by_role("table").first
    expect(table.get_by_role("row").filter(has_text="Total")).to_contain_text("286")
    assert "Outstanding" in _file(lead, "CSV: one row for each figure", tmp_path).read_text()
    assert _file(lead, "JSON", tmp_path).read_text().startswith("{")
    workbook = load_workbook(_file(lead, "Excel workbook", tmp_path))
    assert len(workbook.sheetnames) > 1


@pytest.mark.parametrize("javascript", [True, False])
def test_questions_that_follow_an_answer_are_all_there_and_have_no_barriers(
    site: Site, world: World, open_browser: OpenBrowser, javascript: bool
) -> None:
    alice = open_browser(site, javascript=javascript)
    # Looking for barriers takes a script; the pages' own never comes, as where it is blocked.
    alice.route("**/app.js*", lambda route: route.abort())
    sign_in_as(alice, world.alice)
    draft = start_audit(alice, "LSW South 1")
    for section, questions in FOLLOWING.items():
        alice.goto(f"/audits/{draft}/section/{section}")
        for question in questions:
            expect(alice.get_by_label(question)).to_be_visible()
        assert not (javascript and barriers(alice))


def test_an_error_summary_leads_to_its_field(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    alice = sign_in_as(open_browser(site, javascript=False), world.alice)
    alice.goto("/audits/new")
    press(alice, "Start the audit")
    heading(alice, "Start an audit")
    alice.get_by_role("link", name="Enter the case reference").click()
    assert alice.url.endswith("#case_reference")
    expect(alice.get_by_label("Case reference")).to_be_focused()


def _judgements(page: Page) -> set[str]:
    heading(page, "Audits")
    shown = page.locator("td .app-judgement").all_inner_texts()
    return {text.strip() for text in shown}


def _references(page: Page) -> set[str]:
    return set(page.get_by_role("table").get_by_role("rowheader").all_inner_texts())


def _file(page: Page, link: str, folder: Path) -> Path:
    """Follow a link to a file; where it was saved, under the name it was sent with."""
    with page.expect_download() as download:
        follow(page, link)
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file
