"""Judging blind: what is asked, what is kept, and what is shown afterwards."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, Escalation, EscalationCause, JudgementRow, Stage
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import PageClient
from tests.moderation.waiting import a_cycle, given_to
from tests.people import World


def _moderated_rows() -> list[tuple[str | None, Judgement]]:
    rows = db.session.scalars(
        select(JudgementRow).where(JudgementRow.stage == Stage.MODERATED).order_by(JudgementRow.id)
    )
    return [(None if row.thread is None else row.thread.code, row.judgement) for row in rows]


def _blind(world: World, judgement: Judgement = Judgement.GOOD) -> Audit:
    return given_to(world.bob, world, a_cycle(blind=True), overall=judgement)


def test_nothing_is_chosen_beforehand(web: PageClient, world: World) -> None:
    audit = _blind(world)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    assert page.html.find("input", attrs={"type": "radio", "checked": True}) is None
    assert "Evidence for Impact chronology." in page.text
    thread = audit.findings[0].thread
    hint = page.html.find("input", attrs={"name": f"thread_{thread.code}", "value": "good"})
    described = page.html.find(id=hint["aria-describedby"])
    assert described.get_text(strip=True) == thread.describe(Judgement.GOOD)
    assert "cannot be changed afterwards. You are then shown the auditor’s" in page.text
    assert "The evidence of the six threads taken together." not in page.text


def test_a_reason_is_asked_for_whether_or_not_the_judgement_differs(
    web: PageClient, world: World
) -> None:
    audit = _blind(world)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    errors = []
    for judgement in ("good", "inadequate"):
        typed = {"overall": judgement, "thread_plan": judgement}
        errors.append(web.send(page, status=400, **typed).errors)
    told = [
        "Strengths-based, co-produced plan: say why you judge it so",
        "Overall judgement: say why you judge it so",
    ]
    assert errors[0] == errors[1] == told


def test_a_thread_judged_like_the_auditors_is_a_judgement_of_its_own(
    web: PageClient, world: World
) -> None:
    audit = _blind(world)
    web.sign_in(world.bob)
    web.send(
        web.get(f"/moderation/{audit.reference}"),
        overall="good",
        overall_reason="Standards are met.",
        thread_voice="good",
        thread_voice_reason="She was seen alone.",
        thread_plan="keep",
    )
    assert sorted(_moderated_rows(), key=str) == [
        ("voice", Judgement.GOOD),
        (None, Judgement.GOOD),
    ]
    saved = db.session.scalars(select(Audit)).one()
    assert saved.state is AuditState.ACCEPTED
    assert saved.moderation is not None
    assert saved.moderation.blind


def test_both_judgements_stand_side_by_side_once_it_is_saved(web: PageClient, world: World) -> None:
    audit = _blind(world)
    web.sign_in(world.bob)
    done = web.send(
        web.get(f"/moderation/{audit.reference}"),
        overall="inadequate",
        overall_reason="Nobody saw her.",
        thread_voice="requires_improvement",
        thread_voice_reason="She was not seen alone.",
    )
    table = {row[0]: row[1:] for row in done.tables[0]}
    assert table["Child’s voice and direct work"] == [
        "Good",
        "Requires Improvement to be Good",
        "She was not seen alone.",
    ]
    assert table["Impact chronology"] == ["Good", "Left as it was", ""]
    saved = db.session.scalars(select(Audit)).one()
    assert saved.state is AuditState.MODERATED
    assert saved.final_overall is Judgement.INADEQUATE


def test_a_moderator_who_judges_it_inadequate_starts_the_clock(
    web: PageClient, world: World
) -> None:
    audit = _blind(world)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    web.send(page, overall="inadequate", overall_reason="Nobody saw her.")
    assert list(db.session.scalars(select(Escalation.cause))) == [EscalationCause.INADEQUATE]


def test_agreeing_starts_no_clock(web: PageClient, world: World) -> None:
    audit = _blind(world)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    web.send(page, overall="good", overall_reason="Standards are met.")
    assert list(db.session.scalars(select(Escalation.cause))) == []


def test_under_a_set_without_an_overall_judgement_a_thread_must_be_judged(
    web: PageClient, world: World
) -> None:
    audit = _blind(world)
    audit.thread_set.overall_judged = False
    db.session.commit()
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    assert web.send(page, status=400).errors == ["Judge at least one thread"]
    web.send(page, thread_voice="inadequate", thread_voice_reason="She was not seen alone.")
    assert _moderated_rows() == [("voice", Judgement.INADEQUATE)]
    assert list(db.session.scalars(select(Escalation.cause))) == [EscalationCause.INADEQUATE]


def test_the_queue_says_that_it_is_blind(app: Flask, web: PageClient, world: World) -> None:
    _blind(world, Judgement.OUTSTANDING)
    web.sign_in(world.bob)
    (row,) = web.get("/moderation/").tables[0][1:]
    assert row[1] == "You"
    assert row[-1] == "Blind: shown after yours"
