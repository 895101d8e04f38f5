"""A case audited again: begun from the first audit, recorded beside it, and what moved since."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from audit_app.audits.earlier import earlier_audit
from audit_app.audits.opening import open_actions
from audit_app.audits.printing import audit_pdf
from audit_app.audits.re_audits import beside
from audit_app.extensions import db
from audit_app.models import Action, Allocation, Audit, Finding, HistoryEvent, SavedSection
from audit_app.models.base import now
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, Difference
from audit_app.rules.allocation_steps import ChosenBecause
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Priority, Selection
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.recording import CASE

START = "Start a re-audit"
CHOSEN = ("case_reference", "audit_type", "selection")


@pytest.fixture
def earlier(world: World) -> Audit:
    """A North case, audited by Mallory, with one action that is done and one that is open."""
    audit = world.recorded_audit(
        Judgement.REQUIRES_IMPROVEMENT, auditor=world.mallory, team=world.north, on=date(2026, 2, 3)
    )
    for what in ("Draw the genogram.", "Visit."):
        audit.actions.append(
            Action(what=what, owner="Team", due_on=date(2026, 3, 1), priority=Priority.HIGH)
        )
    open_actions(world.mallory, audit)
    done = audit.actions[0]
    done.say(ActionEvent.CLOSED, world.alice, "It is on file.", difference=Difference.PARTLY)
    done.state, done.closed_at, done.closed_by_id = ActionState.CLOSED, now(), world.alice.id
    done.difference = Difference.PARTLY
    db.session.commit()
    return audit


def begin(web: PageClient, earlier: Audit) -> Page:
    return web.send(web.get(f"/audits/{earlier.reference}"), START)


def _draft() -> Audit:
    db.session.rollback()
    return db.session.scalars(select(Audit).where(Audit.state == AuditState.DRAFT)).one()


def again(world: World, earlier: Audit, overall: Judgement, **more: Any) -> Audit:
    """A recorded re-audit of it, by Alice."""
    audit = world.recorded_audit(overall, team=world.north, **more)
    audit.re_audit_of_id = earlier.id
    db.session.commit()
    return audit


def test_a_re_audit_is_linked_and_carries_nothing_forward(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    begin(web, earlier)
    audit = _draft()
    assert audit.re_audit_of_id == earlier.id
    assert (audit.audit_type, audit.selection) == (AuditType.RE_AUDIT, Selection.RE_AUDIT)
    assert (audit.case_reference, audit.team_id) == (earlier.case_reference, world.north.id)
    assert (audit.overall, audit.rationale, audit.actions) == (None, None, [])
    assert [each.judgement for each in audit.findings] == [None] * 6


def test_sent_twice_or_begun_again_there_is_one_re_audit(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    page = web.get(f"/audits/{earlier.reference}")
    paths = {web.send(page, START).path, web.send(page, START).path}
    begun = web.get(page.path)
    paths |= {web.send(begun, "Go on with your re-audit").path, web.send(page, START).path}
    assert paths == {f"/audits/{_draft().reference}"}


def test_both_histories_say_that_it_was_begun_and_what_was_shown(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    begin(web, earlier)
    told = db.session.execute(
        select(HistoryEvent.record_reference, HistoryEvent.verb).where(
            HistoryEvent.user_id == world.alice.id, HistoryEvent.record_type == "audit"
        )
    )
    assert {tuple(each) for each in told} >= {
        (earlier.reference, "started a re-audit"),
        (earlier.reference, "was shown its judgements and actions"),
        (_draft().reference, "was shown the last audit of the case"),
    }
    web.get(f"/audits/{earlier.reference}/story")


@pytest.mark.parametrize(
    ("who", "status"),
    [("bob", 403), ("carol", 403), ("hester", 403), ("priya", 403), ("dan", 403), ("adam", 403)],
)
def test_only_an_auditor_begins_one(
    web: PageClient, world: World, earlier: Audit, who: str, status: int
) -> None:
    web.sign_in(getattr(world, who))
    if who not in ("dan", "adam"):
        assert START not in web.get(f"/audits/{earlier.reference}").text
    sent = {"csrf_token": web.get("/").csrf}
    web.post(f"/audits/{earlier.reference}/re-audit", sent, status=status)
    assert db.session.scalars(select(Audit.state)).all() == [AuditState.SUBMITTED]


def test_an_audit_out_of_reach_is_not_found_and_a_draft_is_not_re_audited(
    web: PageClient, world: World
) -> None:
    other = world.recorded_audit(team=world.south, auditor=world.bob)
    draft = world.recorded_audit(state=AuditState.DRAFT)
    web.sign_in(world.alice)
    sent = {"csrf_token": web.get("/").csrf}
    web.post(f"/audits/{other.reference}/re-audit", sent, status=404)
    web.post(f"/audits/{draft.reference}/re-audit", sent, status=403)


def test_nobody_re_audits_their_own_work(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(team=world.north, worker="E1001", auditor=world.mallory)
    web.sign_in(world.alice)
    page = web.get(f"/audits/{audit.reference}")
    assert START not in page.text
    sent = {"csrf_token": web.get("/").csrf}
    web.post(f"/audits/{audit.reference}/re-audit", sent, status=403)


def test_the_earlier_judgements_and_actions_stand_beside_with_their_state_now(
    web: PageClient, world: World, earlier: Audit
) -> None:
    newer = world.recorded_audit(Judgement.GOOD, team=world.north, on=date(2026, 9, 1))
    web.sign_in(world.alice)
    tasks = begin(web, earlier)
    for path in ("section/case", "page"):
        panel = web.get(f"{tasks.path}/{path}").html.select_one(".app-earlier")
        words = " ".join(panel.text.split())
        assert "The audit this one follows up: 3 February 2026" in words
        assert "OverallRequires Improvement to be Good" in words
        assert "Closed – difference for the child: partly" in words
        assert "Visit. (Team, due 1 March 2026) Open, overdue" in words
        assert "less than 12 months" not in words
    assert newer.reference not in web.get(f"{tasks.path}/page").text


def test_what_is_written_into_a_returned_audit_is_not_shown_beside(
    world: World, earlier: Audit
) -> None:
    earlier.state = AuditState.RETURNED
    earlier.actions.append(
        Action(what="Half a thought", owner="?", due_on=date(2026, 3, 1), priority=Priority.LOW)
    )
    db.session.commit()
    draft = again(world, earlier, Judgement.GOOD, state=AuditState.DRAFT)
    shown = earlier_audit(draft, world.alice)
    assert shown is not None
    assert [each.what for each in shown.actions] == ["Draw the genogram.", "Visit."]


def test_the_auditor_cannot_make_it_another_case_or_another_kind_of_audit(
    web: PageClient, world: World, earlier: Audit
) -> None:
    web.sign_in(world.alice)
    tasks = begin(web, earlier)
    page = web.get(f"{tasks.path}/section/case")
    assert not page.html.select("input[type=radio][name=audit_type]")
    sent = page.fields() | CASE
    refused = web.post(page.path, sent, status=400)
    assert len(refused.errors) == len(CHOSEN)
    assert all(each.startswith("This was decided when") for each in refused.errors)
    audit = _draft()
    assert audit.case_reference == earlier.case_reference
    assert (audit.audit_type, audit.selection) == (AuditType.RE_AUDIT, Selection.RE_AUDIT)
    assert audit.child_age == 12
    put_back = {name: page.fields()[name] for name in CHOSEN}
    assert not web.post(page.path, refused.fields() | put_back).errors


def test_a_drawn_case_and_how_it_was_drawn_stay_as_they_are(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(state=AuditState.DRAFT)
    audit.allocation = Allocation(
        chosen_because=ChosenBecause.RANDOM, case_reference=audit.case_reference,
        service_id=audit.service_id, locality_id=audit.locality_id, team_id=audit.team_id,
        auditor_id=world.alice.id, due_on=date(2026, 12, 1), first_due_on=date(2026, 12, 1),
    )  # fmt: skip
    audit.sections = [SavedSection(section="case", version=0)]
    db.session.commit()
    web.sign_in(world.alice)
    page = web.get(f"/audits/{audit.reference}/section/case")
    refused = web.post(page.path, page.fields() | {"selection": "self_selected"}, status=400)
    assert any(each.startswith("This was decided when") for each in refused.errors)
    later = "Save and come back later"
    web.send(web.get(page.path), later, selection="random", child_age="9")
    held = _draft()
    assert (held.selection, held.child_age) == (Selection.RANDOM, 9)


def test_what_moved_is_shown_thread_by_thread(
    web: PageClient, world: World, earlier: Audit
) -> None:
    audit = again(world, earlier, Judgement.GOOD, on=date(2026, 9, 1))
    _judge(audit, "chronology", Judgement.INADEQUATE)
    _judge(audit, "plan", Judgement.REQUIRES_IMPROVEMENT)
    _judge(audit, "voice", Judgement.NOT_ENOUGH_EVIDENCE)
    web.sign_in(world.alice)
    page = web.get(f"/audits/{audit.reference}")
    table = next(
        each for each in page.tables if each[0] == ["Judgement of", "Then", "Now", "Movement"]
    )
    moved = {row[0]: row[-1] for row in table[1:]}
    assert moved["Overall"] == "Better"
    assert moved["Impact chronology"] == "Worse"
    assert moved["Strengths-based, co-produced plan"] == "The same"
    assert moved["Child’s voice and direct work"] == "Cannot be compared"
    assert "3 threads better, 1 thread the same, 1 thread worse" in page.text
    assert "Audit of 1 September 2026" in web.get(f"/audits/{earlier.reference}").links()


def test_what_moved_is_printed_for_those_who_may_know(
    app: Flask, world: World, earlier: Audit
) -> None:
    audit = again(world, earlier, Judgement.GOOD, on=date(2026, 9, 1))
    with app.test_request_context():
        to_alice, to_bob = (text_of(audit_pdf(audit, who)) for who in (world.alice, world.bob))
        audit.blind = True
        db.session.commit()
        kept_from_bob = text_of(audit_pdf(audit, world.bob))
    moved = "Overall judgement Requires Improvement to be Good Good Better"
    assert moved in to_alice
    assert moved in to_bob
    assert "What moved is not shown to Bob" in kept_from_bob
    assert "Better" not in kept_from_bob


@pytest.mark.parametrize("which", ["earlier", "later"])
def test_a_blind_moderator_is_not_told_what_moved(
    web: PageClient, world: World, earlier: Audit, which: str
) -> None:
    audit = again(world, earlier, Judgement.GOOD)
    (earlier if which == "earlier" else audit).blind = True
    db.session.commit()
    assert beside(audit, world.bob).moved is None
    assert beside(audit, world.alice).moved is not None
    web.sign_in(world.bob)
    page = web.get(f"/audits/{audit.reference}")
    assert "What moved is not shown to you" in page.text
    assert "Better" not in page.text


def test_who_reads_only_the_re_audit_is_not_told_what_the_earlier_one_found(
    web: PageClient, world: World, earlier: Audit
) -> None:
    audit = world.recorded_audit(Judgement.GOOD, team=world.south)
    audit.re_audit_of_id = earlier.id
    earlier.auditor_id = world.bob.id
    db.session.commit()
    to_mallory, to_alice = (beside(audit, who) for who in (world.mallory, world.alice))
    assert (to_mallory.earlier, to_mallory.moved) == (None, None)
    assert to_alice.moved is not None
    web.sign_in(world.mallory)
    assert "Requires Improvement" not in web.get(f"/audits/{audit.reference}").text


def text_of(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def _judge(audit: Audit, code: str, judgement: Judgement) -> None:
    found: Finding = next(each for each in audit.findings if each.thread.code == code)
    found.judgement = found.final_judgement = judgement
    db.session.commit()
