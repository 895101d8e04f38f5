"""The auditor's answer to a moderation, and the third person who ends a dispute."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, Escalation, JudgementRow, ModerationAnswer, RoleGrant, Stage
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.moderation.waiting import a_cycle, disputed, given_to, moderated
from tests.people import World


def _audit() -> Audit:
    db.session.expire_all()
    return db.session.scalars(select(Audit)).one()


def test_the_auditor_accepts_what_moderation_changed(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    moderated(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(world.alice)
    home = web.get("/")
    page = web.get(home.links()[audit.reference])
    assert page.h1 == "Accept or dispute the moderation"
    assert "What I saw on the file." in page.text
    shown = web.send(page, accepted="yes")
    assert "Moderated and agreed" in shown.text
    assert _audit().state is AuditState.ACCEPTED
    assert audit.reference not in web.get("/").links()


def test_a_dispute_needs_its_reason_and_an_answer_must_be_chosen(
    web: PageClient, world: World
) -> None:
    audit = given_to(world.bob, world, a_cycle())
    moderated(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(world.alice)
    page = web.get(f"/moderation/{audit.reference}/answer")
    chosen = web.send(page, status=400)
    assert chosen.errors == ["Select whether you accept the moderator’s judgements"]
    assert web.send(page, status=400, accepted="no").errors == ["Say why you dispute them"]
    assert _audit().state is AuditState.MODERATED


def test_an_answer_sent_twice_is_one_answer(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    moderated(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(world.alice)
    page = web.get(f"/moderation/{audit.reference}/answer")
    for _ in range(2):
        assert web.send(page, accepted="no", reason="Read page 4.").h1.startswith("Audit of")
    assert list(db.session.scalars(select(ModerationAnswer.reason))) == ["Read page 4."]


def test_another_answer_after_the_first_changes_nothing_and_keeps_the_text(
    web: PageClient, world: World
) -> None:
    audit = given_to(world.bob, world, a_cycle())
    moderated(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(world.alice)
    page = web.get(f"/moderation/{audit.reference}/answer")
    web.send(page, accepted="yes")
    late = web.send(page, status=403, accepted="no", reason="An hour of careful thought.")
    assert "An hour of careful thought." in late.text
    assert _audit().state is AuditState.ACCEPTED


def test_nobody_but_the_auditor_answers(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    moderated(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(world.mallory)
    assert "Only the auditor" in web.get(f"/moderation/{audit.reference}/answer", status=403).text


def test_there_is_nothing_to_answer_where_nothing_was_changed(
    web: PageClient, world: World
) -> None:
    audit = given_to(world.bob, world, a_cycle())
    moderated(web, world, audit, Judgement.GOOD)
    web.sign_in(world.alice)
    assert web.get(f"/moderation/{audit.reference}/answer").path == f"/audits/{audit.reference}"
    assert audit.reference not in web.get("/").links()


def test_a_third_person_reads_both_sides_and_decides(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    disputed(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(world.carol)
    assert "Disputes to resolve 1" in web.get("/").text
    page = web.get(web.get("/moderation/").links()[audit.reference])
    for words in (
        "The evidence of the six threads taken together.",
        "What I saw on the file.",
        "The file shows more than was read.",
        "Evidence for Impact chronology.",
    ):
        assert words in page.text
    refused = web.send(page, status=400)
    assert refused.errors == [
        "Overall judgement: select the judgement that stands",
        "Say why these judgements stand",
    ]
    web.send(page, overall="requires_improvement", reason="Drift, but she is safe.")
    saved = _audit()
    assert saved.state is AuditState.RESOLVED
    assert saved.final_overall is Judgement.REQUIRES_IMPROVEMENT
    assert [(r.stage, r.judgement) for r in saved.judgements if r.thread_id is None] == [
        (Stage.AUDITED, Judgement.GOOD),
        (Stage.MODERATED, Judgement.INADEQUATE),
        (Stage.RESOLVED, Judgement.REQUIRES_IMPROVEMENT),
    ]
    assert "Drift, but she is safe." in web.get(f"/audits/{audit.reference}").text


def test_only_threads_in_dispute_are_decided(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.bob)
    web.send(
        web.get(f"/moderation/{audit.reference}"),
        overall="good",
        thread_voice="inadequate",
        thread_voice_reason="Not seen alone.",
    )
    web.sign_out()
    web.sign_in(world.alice)
    answer = web.get(f"/moderation/{audit.reference}/answer")
    web.send(answer, accepted="no", reason="She was, twice.")
    web.sign_out()
    web.sign_in(world.carol)
    page = web.get(f"/moderation/{audit.reference}/resolve")
    assert {name for name in page.fields() if name.startswith("thread_")} == set()
    assert len(web.send(page, status=400, reason="Seen twice.").errors) == 2
    web.send(page, overall="good", thread_voice="good", reason="Seen twice.")
    rows = db.session.scalars(select(JudgementRow).where(JudgementRow.stage == Stage.RESOLVED))
    assert sorted(str(row.thread and row.thread.code) for row in rows) == ["None", "voice"]
    voice = next(each for each in _audit().findings if each.thread.code == "voice")
    assert voice.final_judgement is Judgement.GOOD


def test_resolving_twice_decides_once(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    disputed(web, world, audit, Judgement.REQUIRES_IMPROVEMENT)
    web.sign_in(world.carol)
    page = web.get(f"/moderation/{audit.reference}/resolve")
    for _ in range(2):
        web.send(page, overall="inadequate", reason="Nobody saw her.")
    rows = db.session.scalars(select(JudgementRow).where(JudgementRow.stage == Stage.RESOLVED))
    assert len(rows.all()) == 1
    assert len(db.session.scalars(select(Escalation)).all()) == 1
    late = web.send(page, status=403, overall="good", reason="On second thoughts she is safe.")
    assert "On second thoughts she is safe." in late.text


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("bob", "moderator whose judgement is disputed"),
        ("alice", "role"),
        ("cora", "line manager"),
        ("mo", "Only the person the moderation cycle names"),
    ],
)
def test_nobody_with_a_side_or_a_stake_resolves(
    web: PageClient, world: World, who: str, why: str
) -> None:
    people = {"mo": world.another_moderator(), "bob": world.bob}
    world.cora.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.south.id))
    world.bob.grants.append(RoleGrant(role=Role.PRACTICE_LEAD))
    audit = given_to(world.bob, world, a_cycle())
    disputed(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(people.get(who) or getattr(world, who))
    assert why in web.get(f"/moderation/{audit.reference}/resolve", status=403).text
    if who != "alice":
        assert "Disputes to resolve" not in web.get("/moderation/").text


def test_a_cycle_may_name_moderators_to_resolve(web: PageClient, world: World) -> None:
    mo = world.another_moderator()
    audit = given_to(world.bob, world, a_cycle(resolved_by=Role.MODERATOR))
    disputed(web, world, audit, Judgement.INADEQUATE)
    web.sign_in(world.carol)
    web.get(f"/moderation/{audit.reference}/resolve", status=403)
    web.sign_out()
    web.sign_in(mo)
    page = web.get(web.get("/moderation/").links()[audit.reference])
    assert page.h1 == "Resolve the dispute"
