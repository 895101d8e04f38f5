"""Returned for more evidence: what was asked, what was answered, and no word lost."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, EvidenceRequest, ModerationCycle
from audit_app.moderation.changes import SubmittedAgain, return_for_evidence
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import OVERSIGHT_PROMPTS
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.moderation.waiting import a_cycle, given_to
from tests.people import World
from tests.recording import CASE, FAMILY, OVERALL, THREADS, record_everything, thread_answers

NEEDED = "Which visits was she seen alone on?"


def _submitted(web: PageClient, world: World, cycle: ModerationCycle) -> str:
    """An audit that Alice recorded through its pages, drawn for Bob; its reference."""
    assert cycle.random_percent == 100
    web.sign_in(world.alice)
    check = record_everything(web, world)
    web.send(check, "Submit the audit")
    web.sign_out()
    return db.session.scalars(select(Audit.reference)).one()


def _returned(web: PageClient, world: World, reference: str) -> Page:
    web.sign_in(world.bob)
    page = web.send(web.get(f"/moderation/{reference}/return"), needed=NEEDED)
    web.sign_out()
    return page


def _audit() -> Audit:
    db.session.expire_all()
    return db.session.scalars(select(Audit)).one()


def test_what_is_needed_must_be_said(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.bob)
    refused = web.send(web.get(f"/moderation/{audit.reference}/return"), status=400, needed="  ")
    assert refused.errors == ["Say what more you need"]
    assert _audit().state is AuditState.SUBMITTED


def test_returning_twice_asks_once(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}/return")
    for _ in range(2):
        assert web.send(page, needed=NEEDED).path == "/moderation/"
    assert list(db.session.scalars(select(EvidenceRequest.needed))) == [NEEDED]


def test_a_moderator_still_sees_what_they_returned(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.bob)
    assert "Returned by you" not in web.get("/moderation/").text
    queue = web.send(web.get(f"/moderation/{audit.reference}/return"), needed=NEEDED)
    assert "Returned by you, waiting for the auditor" in queue.text
    assert "with Alice since" in queue.text
    assert audit.reference in queue.links()


def test_only_its_moderator_returns_it(web: PageClient, world: World) -> None:
    mo = world.another_moderator()
    audit = given_to(world.bob, world, a_cycle())
    for person, why in (
        (mo, "Bob has this audit to moderate"),
        (world.alice, "role"),
        (world.carol, "role"),
    ):
        web.sign_in(person)
        refused = web.get(f"/moderation/{audit.reference}/return", status=403)
        assert why in refused.text
        web.sign_out()


def test_what_was_typed_is_still_there_when_it_was_moderated_meanwhile(
    web: PageClient, world: World
) -> None:
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}/return")
    web.send(web.get(f"/moderation/{audit.reference}"), overall="good")
    refused = web.send(page, status=403, needed=NEEDED)
    assert NEEDED in refused.text


def test_the_auditor_sees_what_is_needed_and_submits_again_with_a_reply(
    web: PageClient, world: World
) -> None:
    reference = _submitted(web, world, a_cycle())
    _returned(web, world, reference)
    web.sign_in(world.alice)
    home = web.get("/")
    assert reference in home.links()
    assert "Bob asked," in home.text
    tasks = web.get(f"/audits/{reference}")
    assert NEEDED in tasks.text
    section = web.get(f"/audits/{reference}/section/thread-voice")
    web.send(section, "Save and continue", evidence="Seen alone on 3 and 17 March.")
    check = web.get(f"/audits/{reference}/check")
    assert NEEDED in check.text
    refused = web.send(check, "Submit the audit", status=400)
    assert len(refused.errors) == 1
    web.send(refused, "Submit the audit", reply="Twice. I added the days.")
    audit = _audit()
    assert audit.state is AuditState.SUBMITTED
    assert audit.evidence_requests[0].answer == "Twice. I added the days."
    assert audit.draw is not None
    assert audit.draw.moderator_id == world.bob.id


def test_the_moderator_sees_earlier_and_later_words_together(web: PageClient, world: World) -> None:
    reference = _submitted(web, world, a_cycle())
    _returned(web, world, reference)
    _written_again(web, world, reference)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{reference}")
    for words in (NEEDED, "I looked again.", "Seen on the file.", "Seen alone twice."):
        assert words in page.text
    assert "Child’s voice and direct work: Evidence" in page.text
    assert "Auditor’s judgement" in page.text


def test_blind_the_changed_judgement_and_its_reason_stay_hidden(
    web: PageClient, world: World
) -> None:
    reference = _submitted(web, world, a_cycle(blind=True))
    _returned(web, world, reference)
    _written_again(web, world, reference)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{reference}")
    assert "Seen alone twice." in page.text
    asked = page.html.find("section", attrs={"aria-labelledby": "asked-heading"})
    said = asked.get_text(" ")
    assert "Inadequate" not in said
    assert "udgement" not in said
    assert "Standards are not met." not in page.text


def test_both_of_the_auditors_judgements_are_kept(web: PageClient, world: World) -> None:
    reference = _submitted(web, world, a_cycle())
    _returned(web, world, reference)
    _written_again(web, world, reference)
    audit = _audit()
    overall = [row.judgement for row in audit.judgements if row.thread_id is None]
    assert overall == [Judgement.GOOD, Judgement.INADEQUATE]
    assert [each.number for each in audit.submissions] == [1, 2]


def test_an_audit_from_before_copies_were_kept_is_copied_when_returned(
    web: PageClient, world: World
) -> None:
    audit = given_to(world.bob, world, a_cycle())
    assert audit.submissions == []
    web.sign_in(world.bob)
    web.send(web.get(f"/moderation/{audit.reference}/return"), needed=NEEDED)
    (kept,) = _audit().submissions
    assert kept.answers["overall"]["overall"] == "good"
    assert kept.submitted_at == _audit().submitted_at


@pytest.mark.parametrize("blind", [True, False])
def test_a_page_read_before_it_was_submitted_again_judges_nothing(
    web: PageClient, world: World, blind: bool
) -> None:
    reference = _submitted(web, world, a_cycle(blind=blind))
    web.sign_in(world.bob)
    old = web.get(f"/moderation/{reference}")
    web.sign_out()
    _returned(web, world, reference)
    _written_again(web, world, reference)
    web.sign_in(world.bob)
    typed = {"overall": "good", "overall_reason": "As I read it.", "practice_note": "An hour."}
    late = web.post(old.path, old.fields() | typed | {"csrf_token": web.get("/").csrf}, status=409)
    assert "submitted again after you opened this page" in late.errors[0]
    assert "Seen alone twice." in late.text
    assert ("Standards are not met." in late.text) is not blind
    assert late.fields()["practice_note"] == "An hour."
    assert _audit().state is AuditState.SUBMITTED
    web.send(late)
    assert _audit().state is AuditState.MODERATED


def test_a_page_to_return_it_that_was_opened_before_asks_for_nothing_again(
    web: PageClient, world: World
) -> None:
    reference = _submitted(web, world, a_cycle())
    web.sign_in(world.bob)
    old = web.get(f"/moderation/{reference}/return")
    web.sign_out()
    _returned(web, world, reference)
    _written_again(web, world, reference)
    web.sign_in(world.bob)
    typed = old.fields() | {"needed": "Was she seen?", "csrf_token": web.get("/").csrf}
    late = web.post(old.path, typed, status=409)
    assert "Seen alone twice." in late.text
    assert late.fields()["needed"] == "Was she seen?"
    assert len(_audit().evidence_requests) == 1


def test_it_is_checked_again_once_nobody_else_can_submit(
    app: Flask, web: PageClient, world: World
) -> None:
    audit = given_to(world.bob, world, a_cycle())
    with pytest.raises(SubmittedAgain):
        return_for_evidence(world.bob, audit, NEEDED, read=1)


def test_an_audit_brought_in_can_be_called_in_returned_written_and_submitted_again(
    web: PageClient, world: World
) -> None:
    a_cycle()
    audit = world.recorded_audit(state=AuditState.COMPLETE)
    audit.imported, audit.submitted_at, audit.worker_staff_id = True, None, None
    db.session.commit()
    reference = audit.reference
    web.sign_in(world.carol)
    web.send(web.get(f"/moderation/{reference}/call-in"), reason="A complaint by the family.")
    assert reference in web.get("/moderation/waiting").text
    web.sign_out()
    web.sign_in(world.bob)
    assert reference in web.get("/moderation/").links()
    web.sign_out()
    _returned(web, world, reference)
    web.sign_in(world.alice)
    page = web.get(f"/audits/{reference}/section/case")
    page = web.post(page.path, page.fields() | CASE | {"case_reference": "1234567"})
    for name in THREADS:
        assert page.h1 == name
        page = web.send(page, "Save and continue", **thread_answers("good"))
    page = web.send(page, "Save and continue", **OVERALL)
    page = web.send(page, "Save and continue", **FAMILY)
    prompts: dict[str, Any] = {prompt.field: "An answer." for prompt in OVERSIGHT_PROMPTS}
    page = web.send(page, "Save and continue", **prompts)
    page = web.send(page, "No actions are needed")
    web.send(page, "Submit the audit", reply="I wrote it again.")
    audit = _audit()
    assert audit.state is AuditState.SUBMITTED
    assert audit.oversight is not None
    assert audit.oversight.issue == "An answer."
    assert [each.answers["family"]["feedback_said"] for each in audit.submissions] == [
        None,
        "She felt listened to.",
    ]


def _written_again(web: PageClient, world: World, reference: str) -> None:
    """Alice changes a thread's evidence and the overall judgement, and submits again."""
    web.sign_in(world.alice)
    voice = web.get(f"/audits/{reference}/section/thread-voice")
    web.send(voice, "Save and continue", evidence="Seen alone twice.", judgement="inadequate")
    overall = web.get(f"/audits/{reference}/section/overall")
    web.send(
        overall,
        "Save and continue",
        overall="inadequate",
        rationale="Standards are not met.",
    )
    check = web.get(f"/audits/{reference}/check")
    web.send(check, "Submit the audit", reply="I looked again.")
    web.sign_out()
