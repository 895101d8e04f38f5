"""An audit's own page, and the page after submitting it, say that it was escalated, and to whom."""

from __future__ import annotations

from datetime import date

import pytest

from audit_app.escalations import changes
from audit_app.extensions import db
from audit_app.models import RoleGrant
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.escalations import time_left
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.web.pages import day
from tests.browser_page import PageClient
from tests.escalations.escalated import inadequate
from tests.people import World


@pytest.mark.parametrize("who", ["alice", "carol", "hester", "mallory"])
def test_the_page_of_an_audit_says_that_its_escalation_is_open(
    web: PageClient, world: World, who: str
) -> None:
    escalation = inadequate(world)
    left = time_left(escalation.due_on, date.today())
    web.sign_in(getattr(world, who))
    page = web.get(f"/audits/{escalation.audit.reference}")
    assert f"An escalation is open: Judged Inadequate, {left}." in page.text
    assert web.get(page.links()[f"Read the escalation {escalation.reference}"]).status == 200


def test_nobody_else_is_told_and_a_closed_one_is_not_named(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    address = f"/audits/{escalation.audit.reference}"
    for who in (world.bob, world.priya):
        web.sign_in(who)
        assert "escalation is open" not in web.get(address).text
        web.sign_out()
    changes.close(world.hester, escalation, "Seen at home.", date.today(), safe=True)
    db.session.commit()
    web.sign_in(world.carol)
    assert "escalation is open" not in web.get(address).text


def test_a_lead_who_may_yet_judge_it_blind_is_not_told(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    escalation.audit.blind = True
    world.bob.grants.append(RoleGrant(role=Role.PRACTICE_LEAD))
    db.session.commit()
    web.sign_in(world.bob)
    assert "escalation is open" not in web.get(f"/audits/{escalation.audit.reference}").text


def test_after_submitting_its_auditor_reads_to_whom_it_went_and_by_when(
    web: PageClient, world: World
) -> None:
    escalation = inadequate(world)
    web.sign_in(world.alice)
    text = web.get(f"/audits/{escalation.audit.reference}/submitted").text
    assert "Judged Inadequate, so it was escalated to Hester." in text
    assert f"must be recorded by {day(escalation.due_on)}" in text
    world.hester.active = False
    db.session.commit()
    text = web.get(f"/audits/{escalation.audit.reference}/submitted").text
    assert "escalated to the practice development leads" in text


def test_what_the_sample_left_out_is_not_said_to_wait_for_a_moderator(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(Judgement.GOOD, state=AuditState.COMPLETE)
    web.sign_in(world.alice)
    text = web.get(f"/audits/{audit.reference}/submitted").text
    assert "The moderation sample did not draw it" in text
    assert "waits for moderation" not in text
    assert "escalated" not in text
