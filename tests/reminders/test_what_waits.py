"""What each person is told: counts and links of what waits for them, and of clocks that run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from freezegun import freeze_time
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import (
    EntryKind,
    Escalation,
    EscalationCause,
    Message,
    MessageKind,
    RoleGrant,
    User,
    remember,
    start_clock,
)
from audit_app.reminders.clocks import clock_messages
from audit_app.reminders.gathering import digests
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.improvement.lives import themed
from tests.moderation.waiting import a_cycle, given_to
from tests.people import World, make_user
from tests.programme.given import allocate, cycle_of
from tests.reminders.commands import run, states

TODAY = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def _a_thursday() -> Iterator[None]:
    with freeze_time("2026-11-19 09:00"):
        yield


def _told(name: str) -> list[str]:
    """The sentences of a person's messages, in the order they were made."""
    db.session.rollback()
    theirs = select(Message).join(User).where(User.name == name).order_by(Message.id)
    return [line["text"] for message in db.session.scalars(theirs) for line in message.lines]


def test_each_person_is_told_of_what_waits_for_them(app: Flask, escalation: Escalation) -> None:
    run(app, "digest")
    assert _told("Hester") == ["1 open escalation"]
    assert _told("Bob") == ["1 audit to moderate"]
    assert _told("Priya") == ["1 audit of your work to reflect on"]
    assert _told("Dan") == _told("Adam") == []


@pytest.mark.sqlite_only
def test_information_governance_is_told_who_was_let_read_and_not_what_people_do_for_themselves(
    app: Flask, world: World
) -> None:
    gwen, alice = world.gwen, world.alice
    for by, verb in (
        (world.adam, "gave role practice_lead"),
        (world.adam, "set a password"),
        (world.adam, "took second step away"),
        (world.adam, "gave role dcs_office"),
        (alice, "took second step away"),
    ):
        remember(db.session, by, verb, "user", alice.reference)
    db.session.commit()
    run(app, "digest")
    assert _told(gwen.name) == [
        (
            "3 times last week, somebody was given access, a role that reads cases or a new "
            "password, or had their second step taken away"
        )
    ]


def test_audits_given_out_and_actions_are_counted_with_what_is_late(
    app: Flask, world: World
) -> None:
    cycle = cycle_of(world)
    allocate(cycle, world.alice, world.south, "4455661", due_on=TODAY - timedelta(days=1))
    allocate(cycle, world.alice, world.south, "4455662", due_on=TODAY)
    allocate(cycle, None, world.south, "4455663")
    for due_on in (TODAY - timedelta(days=3), TODAY, TODAY + timedelta(days=60)):
        themed(world, world.carol, due_on=due_on)
    run(app, "digest")
    assert _told("Alice") == ["2 audits given to you, 1 of them overdue"]
    assert _told("Mallory") == ["2 actions to see to, 1 of them overdue"]
    assert "1 audit waiting for an auditor" in _told("Carol")


def test_nobody_who_cannot_sign_in_or_for_whom_nothing_waits_is_told(
    app: Flask, world: World, escalation: Escalation
) -> None:
    world.hester.active = False
    world.carol.password_hash = None
    world.cora.grants.clear()
    db.session.commit()
    told = {draft.email.partition("@")[0] for draft in [*digests(TODAY), *clock_messages(TODAY)]}
    assert told == {"alice", "mallory", "bob", "priya", "adam"}
    adam = next(each for each in digests(TODAY) if each.email.startswith("adam"))
    assert [line.text for line in adam.lines] == [
        "1 service with open escalations has no head of service"
    ]


def test_a_digest_comes_once_a_week(app: Flask, escalation: Escalation) -> None:
    run(app, "digest")
    for day, all_made in (("2026-11-22", 7), ("2026-11-23", 14), ("2026-11-29", 14)):
        with freeze_time(f"{day} 23:30"):
            run(app, "digest")
            assert states() == {"shown": all_made}


def test_rehearsing_says_who_would_be_told_and_writes_nothing(
    app: Flask, escalation: Escalation
) -> None:
    done = run(app, "digest", "--dry-run")
    assert done.exit_code == 0
    assert "Would make: hester@example.gov.uk  What waits for you this week\n" in done.stdout
    assert done.stdout.endswith("7 messages would be made. Nothing was written or sent\n")
    assert states() == {}
    run(app, "digest")
    again = run(app, "digest", "--dry-run").stdout
    assert again == "0 messages would be made. Nothing was written or sent\n"


def test_a_clock_is_told_of_when_it_starts_is_nearly_due_and_is_overdue(
    app: Flask, escalation: Escalation
) -> None:
    assert escalation.due_on == date(2026, 11, 26)
    reference, told = escalation.reference, []
    for day in ("2026-11-19", "2026-11-20", "2026-11-25", "2026-11-26", "2026-11-27", "2026-12-09"):
        with freeze_time(f"{day} 09:00"):
            for _ in range(2):
                run(app, "reminders")
        told.append(len(_told("Hester")))
    assert told == [1, 1, 2, 2, 3, 3]
    assert _told("Hester") == [
        f"Escalation {reference} has started. Answer it by 26 November 2026.",
        f"Escalation {reference} is open and due by 26 November 2026.",
        f"Escalation {reference} was due by 26 November 2026 and is still open.",
    ]
    assert {each.kind for each in db.session.scalars(select(Message))} == {MessageKind.CLOCK}


def test_a_clock_that_starts_again_is_told_of_again_and_a_closed_one_is_not(
    app: Flask, world: World, escalation: Escalation
) -> None:
    run(app, "reminders")
    escalation.reopen(world.hester, "Not safe after all.", 5)
    db.session.commit()
    run(app, "reminders")
    assert len(_told("Hester")) == 2
    with freeze_time("2026-12-09 09:00"):
        closed = db.session.get_one(Escalation, escalation.id)
        closed.say(EntryKind.CLOSED, world.hester.id, "Done.")
        closed.closed_at, closed.closed_by_id = closed.started_at, world.hester.id
        db.session.commit()
        run(app, "reminders")
    assert len(_told("Hester")) == 2


def test_only_heads_of_the_service_are_told_of_its_clocks(
    app: Flask, world: World, escalation: Escalation
) -> None:
    elsewhere = make_user("helen", Role.HEAD_OF_SERVICE)
    elsewhere.grants[0].service_id = world.fostering.service_id
    here = make_user("henry", Role.HEAD_OF_SERVICE)
    here.grants[0].service_id = world.south.service_id
    db.session.commit()
    assert [draft.email for draft in clock_messages(TODAY)] == [
        "hester@example.gov.uk",
        "henry@example.gov.uk",
    ]


def test_practice_leads_are_told_where_nobody_heads_the_service(
    app: Flask, world: World, escalation: Escalation
) -> None:
    world.hester.active = False
    db.session.commit()
    assert [draft.email for draft in clock_messages(TODAY)] == [
        "carol@example.gov.uk",
        "cora@example.gov.uk",
    ]


def test_whoever_is_still_to_judge_blind_is_told_nothing_of_how_it_was_judged(
    app: Flask, world: World
) -> None:
    world.hester.active = False
    world.carol.grants.append(RoleGrant(role=Role.MODERATOR))
    audit = given_to(world.bob, world, a_cycle(blind=True), overall=Judgement.INADEQUATE)
    start_clock(db.session, audit, EscalationCause.INADEQUATE, world.alice, 5)
    db.session.commit()
    assert [draft.email for draft in clock_messages(TODAY)] == ["cora@example.gov.uk"]
    run(app, "digest")
    assert _told("Bob") == ["1 audit to moderate"]
    assert not any("escalation" in text for text in _told("Carol"))
    assert any("escalation" in text for text in _told("Cora"))
