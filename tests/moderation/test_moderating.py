"""Moderating: what is asked, what is kept, and who may not."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, JudgementRow, RoleGrant, Stage
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.people import World


def _audit() -> Audit:
    return db.session.scalars(select(Audit)).one()


def test_a_changed_judgement_is_reported_and_the_first_is_kept(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    web.sign_in(world.bob)
    queue = web.get("/moderation/")
    page = web.get(queue.links()[audit.reference])
    done = web.send(
        page,
        overall="requires_improvement",
        overall_reason="Impact is not shown.",
        thread_voice="inadequate",
        thread_voice_reason="She was not seen alone.",
    )
    assert done.h1.startswith("Moderation saved")
    moderated = _audit()
    assert moderated.state is AuditState.MODERATED
    assert moderated.overall is Judgement.GOOD
    assert moderated.final_overall is Judgement.REQUIRES_IMPROVEMENT
    finals = {f.thread.code: (f.judgement, f.final_judgement) for f in moderated.findings}
    assert finals["voice"] == (Judgement.GOOD, Judgement.INADEQUATE)
    assert finals["plan"] == (Judgement.GOOD, Judgement.GOOD)


def test_every_judgement_made_stays_a_row_of_its_own(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    web.send(page, overall="outstanding", overall_reason="A lasting difference.")
    rows = db.session.execute(
        select(JudgementRow.stage, JudgementRow.judgement).where(JudgementRow.thread_id.is_(None))
    ).all()
    assert rows == [
        (Stage.AUDITED, Judgement.GOOD),
        (Stage.MODERATED, Judgement.OUTSTANDING),
    ]


def test_a_change_without_a_reason_is_refused_and_the_text_is_kept(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    refused = web.send(
        page,
        status=400,
        overall="inadequate",
        thread_plan="outstanding",
        practice_note="A long note about the practice.",
    )
    assert refused.errors == [
        "Strengths-based, co-produced plan: give the reason for changing the judgement",
        "Overall judgement: give the reason for changing the judgement",
    ]
    beside = refused.html.find(id="thread_plan_reason-error").get_text(" ", strip=True)
    assert beside.endswith(refused.errors[0])
    assert refused.fields()["practice_note"] == "A long note about the practice."
    assert refused.fields()["thread_plan"] == "outstanding"
    assert _audit().state is AuditState.SUBMITTED


def test_agreeing_needs_no_reason(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    web.sign_in(world.bob)
    web.send(web.get(f"/moderation/{audit.reference}"), overall="good")
    assert _audit().final_overall is Judgement.GOOD


def test_an_overall_judgement_is_always_asked_for(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    web.sign_in(world.bob)
    refused = web.send(web.get(f"/moderation/{audit.reference}"), status=400)
    assert refused.errors == ["Select your overall judgement"]


def test_nobody_moderates_their_own_audit(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(auditor=world.bob)
    web.sign_in(world.bob)
    assert audit.reference not in web.get("/moderation/").links()
    assert "you are the auditor" in web.get(f"/moderation/{audit.reference}", status=403).text


def test_nobody_moderates_the_work_of_a_team_they_manage(web: PageClient, world: World) -> None:
    world.mallory.grants.append(RoleGrant(role=Role.MODERATOR))
    audit = world.recorded_audit(team=world.south)
    web.sign_in(world.mallory)
    assert audit.reference not in web.get("/moderation/").links()
    refused = web.get(f"/moderation/{audit.reference}", status=403)
    assert "line manager of the worker" in refused.text


def test_a_moderator_of_one_service_does_not_see_another(web: PageClient, world: World) -> None:
    world.bob.grants[0].service_id = world.fostering.service_id
    audit = world.recorded_audit(team=world.south)
    web.sign_in(world.bob)
    assert "No audits wait for you to moderate." in web.get("/moderation/").text
    web.get(f"/moderation/{audit.reference}", status=404)


def test_a_team_manager_without_the_role_cannot_moderate(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(team=world.south)
    web.sign_in(world.mallory)
    web.get(f"/moderation/{audit.reference}", status=403)


def test_saving_twice_moderates_once(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    for _ in range(2):
        assert audit.reference in web.send(page, overall="good").text
    rows = db.session.scalars(select(JudgementRow).where(JudgementRow.stage == Stage.MODERATED))
    assert len(rows.all()) == 1


def test_when_another_moderator_was_first_what_was_typed_is_still_there(
    web: PageClient, world: World
) -> None:
    world.carol.grants.append(RoleGrant(role=Role.MODERATOR))
    audit = world.recorded_audit()
    address = f"/moderation/{audit.reference}"
    web.sign_in(world.bob)
    bobs_page = web.get(address)
    web.sign_out()
    web.sign_in(world.carol)
    web.send(web.get(address), overall="good")
    web.sign_out()
    web.sign_in(world.bob)
    typed = bobs_page.fields() | {"overall": "good", "practice_note": "An hour of thought."}
    late = web.post(address, typed | {"csrf_token": web.get("/moderation/").csrf}, status=409)
    assert late.fields()["practice_note"] == "An hour of thought."
    assert _audit().moderation.moderator_id == world.carol.id


def test_both_judgements_stand_on_the_audits_page(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    web.sign_in(world.bob)
    web.send(
        web.get(f"/moderation/{audit.reference}"),
        overall="inadequate",
        overall_reason="Nobody saw the child.",
    )
    page = web.get(f"/audits/{audit.reference}")
    assert "Inadequate was Good" in page.text
    assert "Nobody saw the child." in page.text
