"""Recording on one long page: the same draft by the same rules, each section sent by itself."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from audit_app.audits.sections import sections_of
from audit_app.extensions import db
from audit_app.models import Audit, OversightStatement, RecordingWay, SavedSection
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.recording import CASE, FAMILY, OVERALL, THREADS, record_everything, start_audit
from tests.recording import thread_answers as answers
from tests.statements import statements_of

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

CHRONOLOGY = "Save this section : Impact chronology"


@pytest.fixture
def blank(web: PageClient, world: World) -> Page:
    """The long page of a new draft."""
    web.sign_in(world.alice)
    return web.get(start_audit(web, world).path + "/page")


def test_a_whole_audit_is_recorded_on_one_page(web: PageClient, blank: Page) -> None:
    page = blank
    page = _save(web, page, "Case and people", **_named(CASE))
    for name in THREADS:
        page = _save(web, page, name, **answers("good"))
    page = _save(web, page, "Overall judgement", **OVERALL)
    page = _save(web, page, "Family feedback", **FAMILY)
    page = _save(web, page, "Management oversight impact statement", **_prompts(page))
    check = web.send(page, "No actions are needed")
    assert check.h1 == "Check answers before you submit"
    web.send(check, "Submit the audit")
    audit = db.session.scalars(select(Audit)).one()
    assert audit.submitted_at is not None
    assert [finding.judgement for finding in audit.findings] == [Judgement.GOOD] * 6


def test_each_section_leads_on_to_the_next_one_of_the_page(web: PageClient, blank: Page) -> None:
    page = blank
    data = page.fields(CHRONOLOGY) | answers("good")
    sent = web.request("POST", page.action(CHRONOLOGY), data)
    assert sent.status_code == 303
    assert sent.location == f"{page.path}#section-thread-plan"


def test_both_ways_offer_the_same_fields_and_make_the_same_draft(
    web: PageClient, blank: Page
) -> None:
    page = blank
    sections = {str(form["action"]) for form in page.html.select("form[action*='/section/']")}
    assert len(sections) == 11
    for address in sections - {page.path.replace("page", "section/actions")}:
        alone = web.get(address).html.select_one("main form")
        together = page.html.select_one(f"form[action='{address}']")
        assert _names(together) - {"back"} == _names(alone), address


def test_what_is_wrong_is_said_on_the_long_page_and_the_rest_stays(
    web: PageClient, blank: Page
) -> None:
    page = blank
    page = _save(web, page, THREADS[1], **answers("good"))
    refused = _save(web, page, THREADS[0], status=400, evidence="Half a thought")
    assert refused.h1 == "Record the audit"
    assert refused.title.startswith("Error: ")
    assert "Select the judgement for Impact chronology" in refused.errors
    links = [a["href"] for a in refused.html.select(".govuk-error-summary a")]
    assert "#thread-chronology-judgement" in links
    assert refused.fields(CHRONOLOGY)["evidence"] == "Half a thought"
    other = refused.fields(f"Save this section : {THREADS[1]}")
    assert other["impact"] == "He is back at school."
    assert other["version"] == "1"


def test_a_section_saved_elsewhere_shows_both_texts_on_the_long_page(
    web: PageClient, blank: Page
) -> None:
    page = blank
    _save(web, page, THREADS[0], **answers("good") | {"evidence": "From the first tab."})
    clash = _save(web, page, THREADS[0], status=409, evidence="From the second tab.")
    assert clash.h1 == "Record the audit"
    assert clash.fields(CHRONOLOGY)["evidence"] == "From the second tab."
    assert "From the first tab." in clash.text


def test_the_outline_says_where_each_section_stands(web: PageClient, blank: Page) -> None:
    page = blank
    assert "0 of 11 sections completed" in page.text
    page = _save(web, page, THREADS[0], **answers("good"))
    page = _save(web, page, THREADS[1], status=400, evidence="Half a thought")
    states = {state["data-state"]: state.text for state in page.html.select("[data-state]")}
    assert states["thread-chronology"] == "Completed"
    assert states["thread-plan"] == "In progress"
    assert states["overall"] == "Not started"
    assert "1 of 11 sections completed" in page.text


def test_somebody_without_scripts_is_told_that_a_button_saves_one_section(blank: Page) -> None:
    page = blank
    buttons = page.html.select(".app-page-section__save button")
    assert len(buttons) == 10
    assert all("this section only" in button.parent.text for button in buttons)


def test_the_way_chosen_is_remembered_for_the_person(
    web: PageClient, world: World, blank: Page
) -> None:
    page = blank
    tasks = web.get(page.path.removesuffix("/page"))
    assert tasks.path == page.path.removesuffix("/page")
    chosen = web.send(tasks, "Record on one long page, with keys")
    assert chosen.path == page.path
    assert web.get(tasks.path).path == page.path
    assert start_audit(web, world).path.endswith("/page")
    assert world.alice.recording_way is RecordingWay.PAGE
    assert world.mallory.recording_way is None
    back = web.send(chosen, "Record section by section")
    assert back.path == tasks.path
    assert web.get(tasks.path).path == tasks.path


def test_actions_lead_back_to_the_long_page(web: PageClient, blank: Page) -> None:
    page = blank
    form = web.get(page.links()["Add an action"])
    listed = web.post(
        f"{form.path}?back=page",
        form.fields()
        | {
            "what": "Update the genogram",
            "kind": "quality",
            "owner": "Team manager",
            "due_on-day": "1",
            "due_on-month": "12",
            "due_on-year": "2026",
            "priority": "high",
        },
    )
    assert listed.path == page.path
    assert "Update the genogram" in listed.text
    assert all(
        address.endswith("back=page")
        for text, address in listed.links().items()
        if text.startswith(("Change", "Remove"))
    )


def test_a_submitted_audit_has_no_long_page(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    web.send(check, "Submit the audit")
    audit = db.session.scalars(select(Audit)).one()
    assert audit.state is not AuditState.DRAFT
    assert web.get(f"/audits/{audit.reference}/page").path == f"/audits/{audit.reference}"


def test_a_returned_audit_is_written_again_in_the_way_its_auditor_likes(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(state=AuditState.RETURNED)
    audit.oversight = OversightStatement()
    audit.sections = [
        SavedSection(section=section.key, version=1) for section in sections_of(audit)
    ]
    world.alice.recording_way = RecordingWay.PAGE
    db.session.commit()
    web.sign_in(world.alice)
    page = web.get(f"/audits/{audit.reference}")
    assert page.path == f"/audits/{audit.reference}/page"
    assert page.fields(CHRONOLOGY)["evidence"] == "Evidence for Impact chronology."
    assert "Discard this draft" not in page.links()


def test_nobody_elses_draft_can_be_opened_or_turned(
    web: PageClient, world: World, blank: Page
) -> None:
    page = blank
    web.sign_out()
    web.sign_in(world.mallory)
    web.get(page.path, status=404)
    own = web.get("/audits/new")
    refused = web.request("POST", page.path.replace("page", "way"), own.fields() | {"way": "page"})
    assert refused.status_code == 404
    assert world.mallory.recording_way is None


def test_the_long_page_takes_as_many_queries_full_as_empty(web: PageClient, blank: Page) -> None:
    page = blank
    empty = len(statements_of(web, page.path))
    for name in THREADS:
        page = _save(web, page, name, **answers("good"))
    assert len(statements_of(web, page.path)) <= empty + 2
    assert empty < 60


def _save(web: PageClient, page: Page, section: str, status: int = 200, **typed: Any) -> Page:
    return web.send(page, f"Save this section : {section}", status=status, **typed)


def _named(typed: dict[str, str]) -> dict[str, Any]:
    return {name.replace("-", "__"): value for name, value in typed.items()}


def _prompts(page: Page) -> dict[str, Any]:
    form = page.html.select_one("form[action$='/section/oversight']")
    return {str(box["name"]): "An answer." for box in form.find_all("textarea")}


def _names(form: Any) -> set[str]:
    return {field["name"] for field in form.select("[name]")} - {"then"}
