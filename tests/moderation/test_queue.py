"""The queue: whose turn it is, by when, and nothing that is none of the reader's business."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Calibration,
    CalibrationPlace,
    Escalation,
    EscalationCause,
    RoleGrant,
)
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.moderation.waiting import a_cycle, given_to, moderated
from tests.people import World
from tests.statements import statements_of


def _queued(web: PageClient) -> list[str]:
    """The references in the queue, in order."""
    tables = web.get("/moderation/").tables
    return [row[0].split()[0] for row in tables[0][1:]] if tables else []


def test_concerns_come_first_then_ones_own_then_what_nobody_has(
    web: PageClient, world: World
) -> None:
    cycle = a_cycle()
    nobodys = given_to(None, world, cycle)
    mine, late, concern = (given_to(world.bob, world, cycle) for _ in range(3))
    assert late.draw is not None
    late.draw.due_on = date.today() - timedelta(days=1)
    concern.safeguarding_concern = True
    others = given_to(world.another_moderator(), world, cycle)
    db.session.commit()
    web.sign_in(world.bob)
    expected = [each.reference for each in (concern, late, mine, nobodys)]
    assert _queued(web) == expected
    rows = web.get("/moderation/").tables[0][1:]
    assert [("Overdue" in row[2], row[1]) for row in rows] == [
        (False, "You"),
        (True, "You"),
        (False, "You"),
        (False, "Nobody yet"),
    ]
    everything = web.get("/moderation/waiting")
    assert others.reference in everything.text
    home = web.get("/").text
    assert "To moderate 4" in home
    assert "1 overdue." in home


def test_a_lead_sees_what_nobody_could_be_given(web: PageClient, world: World) -> None:
    cycle = a_cycle()
    given_to(world.bob, world, cycle)
    nobodys = given_to(None, world, cycle)
    web.sign_in(world.carol)
    assert _queued(web) == [nobodys.reference]
    assert "Without a moderator 1" in web.get("/").text


@pytest.mark.parametrize(
    "how", ["switched off", "other service", "manager", "calibrated", "no role"]
)
def test_a_lead_finds_what_was_given_to_somebody_who_can_no_longer_judge_it(
    web: PageClient, world: World, how: str
) -> None:
    cycle, mo = a_cycle(), world.another_moderator()
    given_to(mo, world, cycle)
    audit = given_to(world.bob, world, cycle)
    match how:
        case "switched off":
            world.bob.active = False
        case "other service":
            world.bob.grants[0].service_id = world.fostering.service_id
        case "manager":
            world.bob.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.south.id))
        case "no role":
            world.bob.grants[0].role = Role.DCS_OFFICE
        case "calibrated":
            db.session.add(_judged_in_a_calibration(audit, world))
    db.session.commit()
    web.sign_in(world.carol)
    assert "Without a moderator 1" in web.get("/").text
    queue = web.get("/moderation/")
    ((_, given, *_),) = queue.tables[0][1:]
    assert given == "Bob Can no longer moderate it"
    page = web.get(queue.links()[f"Give it to somebody else : {audit.reference}"])
    web.send(page, moderator=str(mo.id))
    assert _queued(web) == []


def _judged_in_a_calibration(audit: Audit, world: World) -> Calibration:
    return Calibration(
        title="Voice",
        audit_id=audit.id,
        opened_by_id=world.carol.id,
        due_on=date.today(),
        places=[CalibrationPlace(user_id=world.bob.id, done_at=now())],
    )


def test_a_lead_who_moderates_too_finds_both(web: PageClient, world: World) -> None:
    cycle, mo = a_cycle(), world.another_moderator()
    mine, stuck = given_to(world.bob, world, cycle), given_to(mo, world, cycle)
    mo.active = False
    world.bob.grants.append(RoleGrant(role=Role.PRACTICE_LEAD))
    db.session.commit()
    web.sign_in(world.bob)
    queue = web.get("/moderation/")
    assert [table[1][0] for table in queue.tables] == [mine.reference, stuck.reference]
    assert "Without a moderator 1" in web.get("/").text


@pytest.mark.parametrize("blind", [True, False])
def test_blind_a_head_of_service_who_has_it_tells_a_lead_who_moderates_nothing(
    web: PageClient, world: World, blind: bool
) -> None:
    world.hester.grants.append(RoleGrant(role=Role.MODERATOR))
    world.bob.grants.append(RoleGrant(role=Role.PRACTICE_LEAD))
    cycle = a_cycle(blind=blind)
    told, _ = (given_to(world.hester, world, cycle) for _ in range(2))
    told.escalations.append(Escalation(cause=EscalationCause.INADEQUATE, due_on=date.today()))
    db.session.commit()
    web.sign_in(world.bob)
    listed = web.get("/moderation/").tables[0][1:]
    assert len(listed) == (2 if blind else 1)


def test_a_worker_who_moderates_never_sees_audits_of_their_own_work(
    web: PageClient, world: World
) -> None:
    world.priya.grants.append(RoleGrant(role=Role.MODERATOR))
    db.session.commit()
    audit = given_to(None, world, a_cycle(), worker=str(world.priya.staff_id))
    web.sign_in(world.priya)
    assert _queued(web) == []
    assert "you are the worker" in web.get(f"/moderation/{audit.reference}", status=403).text


def test_a_returned_audit_waits_with_its_auditor(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle(), state=AuditState.RETURNED)
    assert audit.draw is not None
    audit.draw.due_on = date.today() - timedelta(days=5)
    db.session.commit()
    web.sign_in(world.bob)
    assert _queued(web) == []
    (row,) = web.get("/moderation/waiting").tables[0][1:]
    assert row[2] == "With the auditor for more evidence"


def test_days_taken_are_counted_from_the_submission(web: PageClient, world: World) -> None:
    audit = given_to(world.bob, world, a_cycle())
    audit.submitted_at = now() - timedelta(days=12)
    db.session.commit()
    moderated(web, world, audit, Judgement.GOOD)
    web.sign_in(world.bob)
    (row,) = web.get("/moderation/").tables[-1][1:]
    assert row[0] == audit.reference
    assert row[-1] == "12"


def test_the_empty_queue_says_so_to_moderators_and_to_leads(web: PageClient, world: World) -> None:
    web.sign_in(world.bob)
    assert "No audits wait for you to moderate." in web.get("/moderation/").text
    web.sign_out()
    web.sign_in(world.carol)
    assert (
        "Every audit that waits has a moderator who can judge it." in web.get("/moderation/").text
    )


def test_a_longer_queue_asks_no_more_questions(app: Flask, web: PageClient, world: World) -> None:
    cycle = a_cycle()
    given_to(world.bob, world, cycle)
    web.sign_in(world.bob)
    counts = []
    for more in (0, 6):
        for _ in range(more):
            given_to(world.bob, world, cycle)
        web.get("/moderation/waiting")
        counts.append(len(statements_of(web, "/moderation/")))
    assert counts[0] == counts[1]
