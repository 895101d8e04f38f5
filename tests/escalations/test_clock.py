"""The clock with the time moved on, and that nothing makes it vanish without a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from freezegun import freeze_time

from audit_app.audits.drawing import start_clock_if_inadequate
from audit_app.extensions import db
from audit_app.models import Audit, EntryKind, Escalation, Stage, User
from audit_app.models.base import now
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import ROLE_PERMISSIONS, Permission, Role
from audit_app.web.access import access_of
from tests.browser_page import PageClient
from tests.escalations.escalated import (
    concern_at,
    draft_with_concern,
    entries,
    inadequate,
    save_concern,
)
from tests.people import World
from tests.recording import record_everything
from tests.web.test_access import PEOPLE

#: What is left of five working days from a Friday before Christmas, and after them.
WORDS = {
    "2026-12-18": "Due in 5 working days",
    "2026-12-23": "Due in 2 working days",
    "2026-12-24": "Due on Tuesday",
    "2026-12-28": "Due tomorrow",
    "2026-12-29": "Due today",
    "2026-12-30": "1 working day overdue",
    "2027-01-04": "3 working days overdue",
}


def _home_on(web: PageClient, world: World, day: str) -> str:
    with freeze_time(f"{day} 12:00"):
        web.sign_out()
        web.sign_in(world.hester)
        return web.get("/").text


def test_the_clock_runs_over_a_weekend_and_christmas_until_it_is_answered(
    app: Flask, web: PageClient, world: World
) -> None:
    with freeze_time("2026-12-18 16:00"):  # a Friday
        web.sign_in(world.alice)
        web.send(record_everything(web, world, judgement="inadequate"), "Submit the audit")
    escalation = db.session.query(Escalation).one()
    assert escalation.due_on == date(2026, 12, 29)
    for day, words in WORDS.items():
        assert words in _home_on(web, world, day)
    with freeze_time("2027-01-04 12:00"):
        web.send(
            web.get(f"/escalations/{escalation.reference}/close"), done="Seen.", safe="yes",
            done_on__day="4", done_on__month="1", done_on__year="2027",
        )  # fmt: skip
        assert "Nothing waits to be answered" in web.get("/").text
    assert "Closed 3 working days late." in entries(escalation)[-1][1]


def test_the_command_lists_what_is_open_and_fails_when_one_is_overdue(
    app: Flask, web: PageClient, world: World
) -> None:
    run = app.test_cli_runner().invoke
    result = run(args=["escalations"])
    assert (result.exit_code, result.output) == (0, "No escalation is open\n")
    escalation = concern_at(draft_with_concern(web, world).path)
    result = run(args=["escalations"])
    assert result.exit_code == 0
    assert escalation.reference in result.output
    assert str(escalation.due_on) in result.output
    assert "bruise" not in result.output
    with freeze_time(escalation.due_on + timedelta(days=1)):
        result = run(args=["escalations"])
    assert result.exit_code == 1
    assert "overdue" in result.output


def test_the_command_says_where_there_is_no_head_of_service(app: Flask, world: World) -> None:
    inadequate(world)
    world.hester.active = False
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["escalations"])
    assert "No head of service for Locality social work" in result.output


@pytest.fixture
def open_concern(web: PageClient, world: World) -> Iterator[Escalation]:
    """An escalation from Alice's draft, open before the test and after it."""
    escalation = concern_at(draft_with_concern(web, world).path)
    reference = escalation.reference
    yield escalation
    db.session.expire_all()
    left = db.session.query(Escalation).filter_by(reference=reference).one()
    assert left.closed_at is None
    assert entries(left)[0] == ("started", "")


def _see_it(web: PageClient, escalation: Escalation, *people: User) -> None:
    address = f"/escalations/{escalation.reference}"
    for person in people:
        web.sign_out()
        web.sign_in(person)
        assert address in web.get("/").links().values(), f"gone for {person.name}"


def test_it_survives_whatever_the_auditor_does(
    web: PageClient, world: World, open_concern: Escalation
) -> None:
    tasks = web.get(f"/audits/{open_concern.audit.reference}")
    save_concern(web, tasks, safeguarding_concern="no", concern_what="")
    _see_it(web, open_concern, world.hester, world.carol, world.mallory, world.alice)
    case = web.get(f"{tasks.path}/section/case")
    web.send(case, "Save and come back later", team=str(world.north.id))
    # Mallory manages the team it left, and the record says where it went.
    _see_it(web, open_concern, world.hester, world.carol, world.alice)
    assert "moved from LSW South 1 to LSW North 1" in entries(open_concern)[-1][1]
    web.send(web.get(f"{tasks.path}/discard"))
    _see_it(web, open_concern, world.hester, world.carol, world.alice)


def test_it_survives_a_better_judgement(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    escalation.audit.final_overall = escalation.audit.overall = Judgement.GOOD
    db.session.commit()
    _see_it(web, escalation, world.hester, world.carol, world.mallory, world.alice)


def test_without_its_head_of_service_it_stays_with_the_practice_leads(
    web: PageClient, world: World, open_concern: Escalation
) -> None:
    web.sign_out()
    web.sign_in(world.adam)
    web.send(web.get(f"/people/{world.hester.reference}"), "Switch off")
    _see_it(web, open_concern, world.carol, world.cora, world.mallory, world.alice)


@pytest.mark.parametrize("role", list(Role))
def test_no_address_makes_an_open_escalation_vanish(
    app: Flask, web: PageClient, world: World, open_concern: Escalation, role: Role
) -> None:
    """Somebody of each role sends to every address that they may, about the records there are."""
    person: User = getattr(world, PEOPLE[role])
    records = {
        "people": world.hester.reference,
        "escalations": open_concern.reference,
        "grant_id": str(world.hester.grants[0].id),
    }
    others = open_concern.audit.reference
    web.sign_out()
    web.sign_in(person)
    token = web.get("/").csrf
    for rule in _sent_to(app, ROLE_PERMISSIONS[role]):
        address = _filled(rule, records, others)
        answers = dict.fromkeys(("reason", "note", "done", "text"), "Words.")
        response = web.request("POST", address, answers | {"csrf_token": token, "version": "1"})
        assert response.status_code < 500, f"{response.status_code} from {address}"
    db.session.expire_all()
    told = (world.hester, world.carol, world.cora)
    _see_it(web, open_concern, *(each for each in told if each.active and each.grants))


def _sent_to(app: Flask, permissions: frozenset[Permission]) -> list[str]:
    """Every address that somebody with these permissions can send something to and stay in."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and access_of(app, rule.endpoint) in permissions
        and rule.endpoint != "account.sign_out"
    ]


def _filled(rule: str, records: dict[str, str], others: str) -> str:
    """The address about the records there are: the escalation, its audit, its head of service."""
    room = rule.split("/")[1]
    known = records | {"reference": records.get(room, others), "key": "overall"}
    return re.sub(r"<(?:int:)?(\w+)>", lambda part: known.get(part[1], "1"), rule)


def judge(audit: Audit, by: User, stage: Stage, overall: Judgement) -> None:
    """Somebody's judgement, overall and of one thread, and what it means for the clock."""
    audit.judge(by, stage, None, overall)
    audit.judge(by, stage, audit.findings[0], overall)
    start_clock_if_inadequate(audit, by)
    db.session.commit()


def close(escalation: Escalation, by: User) -> None:
    by_id = by.id
    escalation.say(EntryKind.CLOSED, by_id, "It was done.")
    escalation.closed_at, escalation.closed_by_id = now(), by_id
    db.session.commit()


def test_judged_inadequate_again_after_another_judgement_it_starts_again(
    app: Flask, world: World
) -> None:
    escalation = inadequate(world)
    audit = escalation.audit
    close(escalation, world.hester)
    judge(audit, world.bob, Stage.MODERATED, Judgement.GOOD)
    assert entries(escalation)[-1][0] == "closed"
    judge(audit, world.cora, Stage.RESOLVED, Judgement.INADEQUATE)
    assert escalation.closed_at is None
    kind, text = entries(escalation)[-1]
    assert kind == "reopened"
    assert text.startswith("Cora judged the practice Inadequate again.\nDue again by ")
    start_clock_if_inadequate(audit, world.cora)
    db.session.commit()
    assert len(entries(escalation)) == 3


def test_judged_inadequate_once_more_a_closed_one_stays_closed(app: Flask, world: World) -> None:
    escalation = inadequate(world)
    audit = escalation.audit
    close(escalation, world.hester)
    judge(audit, world.alice, Stage.AUDITED, Judgement.INADEQUATE)
    judge(audit, world.bob, Stage.MODERATED, Judgement.INADEQUATE)
    assert escalation.closed_at is not None
    start_clock_if_inadequate(audit, world.bob)
    db.session.commit()
    assert [kind for kind, _ in entries(escalation)] == ["started", "closed"]


def test_closed_after_it_was_judged_anew_it_stays_closed(app: Flask, world: World) -> None:
    escalation = inadequate(world)
    audit = escalation.audit
    judge(audit, world.alice, Stage.AUDITED, Judgement.GOOD)
    judge(audit, world.alice, Stage.AUDITED, Judgement.INADEQUATE)
    close(escalation, world.hester)
    start_clock_if_inadequate(audit, world.cora)
    db.session.commit()
    assert escalation.closed_at is not None
