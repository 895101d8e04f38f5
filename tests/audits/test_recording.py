"""Recording an audit: every section, what is refused, and that nothing typed is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Audit, JudgementRow
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.disposal.filled import disposed_before
from tests.people import World
from tests.recording import CASE, THREADS, record_everything, start_audit, thread_answers


def test_a_team_manager_records_and_submits_an_audit(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    done = web.send(check, "Submit the audit")
    assert done.h1.startswith("Audit submitted")
    audit = db.session.scalars(select(Audit)).one()
    assert audit.state is AuditState.SUBMITTED
    assert audit.final_overall is Judgement.GOOD
    assert [f.final_judgement for f in audit.findings] == [Judgement.GOOD] * 6
    assert db.session.scalar(select(func.count(JudgementRow.id))) == 7


@pytest.mark.sqlite_only
def test_a_day_of_a_year_that_was_disposed_of_is_refused(web: PageClient, world: World) -> None:
    disposed_before(date(2019, 1, 1))
    web.sign_in(world.alice)
    section = web.get(start_audit(web, world).links()["Case and people"])
    last_day = {"audit_date-day": "31", "audit_date-month": "12", "audit_date-year": "2018"}
    answers: dict[str, Any] = CASE | last_day
    refused = web.send(section, "Save and continue", 400, **answers)
    assert any(each.startswith("The records of 2018 were disposed of") for each in refused.errors)
    answers |= {"audit_date-year": "2019"}
    open_year = web.send(refused, "Save and continue", **answers)
    assert not open_year.errors


def test_the_task_list_says_what_is_done(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    assert "0 of 11 sections completed" in tasks.text
    section = web.get(tasks.links()["Impact chronology"])
    web.send(section, "Save and come back later", evidence="Half a thought")
    again = web.get(tasks.path)
    assert "In progress" in again.text
    assert "0 of 11 sections completed" in again.text


def test_a_missing_judgement_is_named_and_the_text_is_kept(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    section = web.get(tasks.links()["Child’s voice and direct work"])
    refused = web.send(section, "Save and continue", status=400, evidence="She was seen alone.")
    assert "Select the judgement for Child’s voice and direct work" in refused.errors
    assert refused.title.startswith("Error: ")
    assert refused.fields()["evidence"] == "She was seen alone."
    reopened = web.get(section.path)
    assert reopened.fields()["evidence"] == "She was seen alone."


def test_not_enough_evidence_needs_only_its_evidence(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    section = web.get(tasks.links()["Impact chronology"])
    onward = web.send(
        section, "Save and continue", judgement="not_enough_evidence", evidence="New to the team."
    )
    assert onward.h1 == "Strengths-based, co-produced plan"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"audit_date-month": "13"}, "The date of the audit must be a real date, like 27 3 2026"),
        ({"audit_date-year": ""}, "The date of the audit must include a year"),
        ({"audit_date-year": "2099"}, "The date of the audit must be today or in the past"),
        ({"child_age": "twelve"}, "The child’s age must be a whole number of years from 0 to 25"),
        ({"child_age": "26"}, "The child’s age must be a whole number of years from 0 to 25"),
        ({"case_reference": "Ann Smith"}, None),
        ({"case_reference": ""}, "Enter the case reference"),
        ({"period_to-year": "2001"}, "The last day must be the same as or after the first day"),
        ({"team": "999"}, "Choose a team from the list"),
        ({"audit_type": "splendid"}, "Choose one of the answers listed"),
        ({"worker_staff_id": "E 10; drop"}, None),
    ],
)
def test_bad_answers_are_named_beside_their_field(
    web: PageClient, world: World, typed: dict[str, str], message: str | None
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    page = web.get(tasks.links()["Case and people"])
    answers = page.fields() | CASE | {"team": page.fields()["team"]} | typed
    refused = web.post(page.path, answers, status=400)
    assert len(refused.errors) == 1
    assert message is None or refused.errors == [message]
    assert refused.fields()["worker_staff_id"] == answers["worker_staff_id"]


def test_months_can_be_typed_by_name(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    page = web.get(tasks.links()["Case and people"])
    web.post(page.path, page.fields() | CASE | {"audit_date-month": "sept"})
    assert db.session.scalars(select(Audit)).one().audit_month == 202609


def test_an_incomplete_audit_is_not_submitted_and_each_gap_is_linked(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    section = web.get(tasks.links()["Impact chronology"])
    web.send(section, "Save and come back later", evidence="Half a thought")
    check = web.get(tasks.links()["Check answers"])
    refused = web.send(check, "Submit the audit", status=400)
    assert "Select the judgement for Impact chronology" in refused.links()
    assert "not started : Overall judgement" in refused.links()
    assert db.session.scalars(select(Audit)).one().state is AuditState.DRAFT


def test_an_overall_far_above_its_weakest_thread_needs_a_reason(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    thread = web.get(tasks.links()["Impact chronology"])
    web.send(thread, "Save and continue", **thread_answers("inadequate"))
    overall = web.get(tasks.links()["Overall judgement"])
    answers = {
        "overall": "good",
        "rationale": "On balance.",
        "good_practice": "no",
        "safeguarding_concern": "no",
    }
    refused = web.send(overall, "Save and continue", status=400, **answers)
    assert refused.errors == [
        "Give a reason: Impact chronology is judged Inadequate and the overall judgement is not"
    ]
    onward = web.send(
        refused, "Save and continue", overall_reason="The history was put right in May."
    )
    assert onward.h1 == "Family feedback"


def test_a_stale_form_shows_both_texts_and_loses_neither(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    address = tasks.links()["Impact chronology"]
    first_tab, second_tab = web.get(address), web.get(address)
    web.send(first_tab, "Save and come back later", evidence="From the first tab.")
    clash = web.send(
        second_tab, "Save and come back later", status=409, evidence="From the second tab."
    )
    assert clash.fields()["evidence"] == "From the second tab."
    assert "From the first tab." in clash.text
    web.send(clash, "Save and come back later", evidence="From both tabs.")
    assert web.get(address).fields()["evidence"] == "From both tabs."


def test_two_tabs_on_different_sections_do_not_get_in_each_others_way(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    one, other = (web.get(tasks.links()[name]) for name in list(THREADS)[:2])
    web.send(one, "Save and come back later", evidence="One.")
    web.send(other, "Save and come back later", evidence="Other.")
    assert web.get(one.path).fields()["evidence"] == "One."
    assert web.get(other.path).fields()["evidence"] == "Other."


def test_an_audit_changed_after_it_was_checked_is_not_submitted_unseen(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    section = web.get(check.path.replace("check", "section/family"))
    web.send(section, "Save and come back later", feedback_said="Something else.")
    back = web.send(check, "Submit the audit", status=409)
    assert "changed after you opened this page" in back.text
    assert db.session.scalars(select(Audit)).one().state is AuditState.DRAFT


def test_submitting_twice_submits_once(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    pages = [web.send(check, "Submit the audit") for _ in range(2)]
    assert [page.h1 for page in pages] == [pages[0].h1] * 2
    assert db.session.scalar(select(func.count(JudgementRow.id))) == 7


def test_starting_twice_from_one_page_starts_one_audit(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    form = web.get("/audits/new")
    for _ in range(2):
        web.send(form, case_reference="7654321", team=str(world.south.id), audit_type="full")
    assert db.session.scalar(select(func.count(Audit.id))) == 1


def test_a_submitted_audit_cannot_be_changed(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    web.sign_in(world.alice)
    page = web.get(f"/audits/{audit.reference}/section/overall", status=403)
    assert "can no longer be changed" in page.text


def test_text_typed_as_the_session_ended_is_there_after_signing_in(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    section = web.get(tasks.links()["Impact chronology"])
    web.sign_out()
    sign_in = web.send(section, "Save and continue", evidence="Forty minutes of writing.")
    assert sign_in.h1.startswith("Sign in")
    back = web.sign_in_here(sign_in, world.alice)
    assert back.path == section.path
    assert back.fields()["evidence"] == "Forty minutes of writing."
    web.send(back, "Save and come back later")
    assert web.get(section.path).fields()["evidence"] == "Forty minutes of writing."


def test_typed_markup_is_shown_as_text(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    trick = "</textarea><script>alert(1)</script>"
    section = web.get(tasks.links()["Impact chronology"])
    page = web.send(section, "Save and continue", status=400, evidence=trick)
    assert page.fields()["evidence"] == trick


def test_characters_no_database_holds_are_left_out(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    section = web.get(tasks.links()["Impact chronology"])
    web.send(section, "Save and come back later", evidence="Before\0 after")
    assert web.get(section.path).fields()["evidence"] == "Before after"


def test_actions_are_added_changed_and_removed(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    actions = web.get(tasks.links()["Actions"])
    form = web.get(actions.links()["Add an action"])
    listed = web.send(form, **_action("Update the genogram"))
    assert "Update the genogram" in listed.text
    change = web.get(next(a for text, a in listed.links().items() if text.startswith("Change")))
    listed = web.send(change, what="Update the genogram with the family")
    assert "with the family" in listed.text
    confirm = web.get(next(a for text, a in listed.links().items() if text.startswith("Remove")))
    removed = web.send(confirm, "Remove the action")
    assert "No actions yet" in removed.text


def test_a_discarded_draft_is_gone_from_every_list(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    confirm = web.get(tasks.links()["Discard this draft"])
    listed = web.send(confirm)
    assert "There are no audits here yet" in listed.text
    web.get(tasks.path, status=404)


def _action(what: str) -> dict[str, Any]:
    return {
        "what": what,
        "kind": "quality",
        "owner": "Team manager",
        "due_on__day": "1",
        "due_on__month": "12",
        "due_on__year": "2026",
        "priority": "high",
    }


def test_every_page_of_a_draft_can_be_opened(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    addresses = [each for each in tasks.links().values() if not each.endswith(".pdf")]
    opened: list[Page] = [web.get(address) for address in addresses]
    assert len(opened) >= 12
