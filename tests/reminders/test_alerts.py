"""Word of practice alerts: to the managers it asks, once, with its number and nothing typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from freezegun import freeze_time
from sqlalchemy import select

from audit_app.alerts import changes
from audit_app.alerts.team_changes import acknowledge
from audit_app.extensions import db
from audit_app.models import Alert, AlertAcknowledgement, Message, MessageKind, Team, User
from audit_app.reminders.alerts_issued import still_asks
from audit_app.rules.alert_audience import Audience
from audit_app.rules.permissions import Role
from tests.alerts.alerts_to_try import approved, issued
from tests.people import World
from tests.reminders.commands import run, states

TODAY = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def _a_thursday() -> Iterator[None]:
    with freeze_time("2026-11-19 09:00"):
        yield


def _told(name: str) -> list[str]:
    db.session.rollback()
    theirs = select(Message).join(User).where(User.name == name).order_by(Message.id)
    return [line["text"] for message in db.session.scalars(theirs) for line in message.lines]


def _talk(alert: Alert, user: User, team: Team) -> None:
    said = AlertAcknowledgement(
        team_id=team.id, discussed_on=alert.issued_on, where_discussed="Here", what_changes="This."
    )
    acknowledge(user, alert, said)
    db.session.commit()


def test_each_manager_of_a_team_that_is_asked_is_told_once(app: Flask, world: World) -> None:
    issued(world, on=TODAY, audience=Audience.of(teams=[world.north.id, world.fostering.id]))
    approved(world.carol, world.dan)
    for _ in "12":
        run(app, "reminders")
    assert _told("Alice") == [
        (
            "Practice alert PA 2026/01 was issued on 19 November 2026. Read it, talk about it in "
            "your team, and say what changes."
        )
    ]
    assert states() == {"shown": 1}
    assert db.session.scalars(select(Message.kind)).one() is MessageKind.ALERT


def test_nobody_is_told_of_an_alert_that_asks_no_team_is_old_or_no_longer_in_force(
    app: Flask, world: World
) -> None:
    issued(world, on=TODAY, audience=Audience.of(roles=[Role.HEAD_OF_SERVICE]))
    issued(world, on=TODAY - timedelta(days=8))
    past = issued(world, on=TODAY)
    changes.withdraw(world.dan, past, past.version, "No longer right.", TODAY)
    talked = issued(world, on=TODAY, audience=Audience.of(teams=[world.south.id]))
    _talk(talked, world.mallory, world.south)
    run(app, "reminders")
    assert states() == {}


def test_the_digest_names_alerts_that_teams_have_not_talked_about_for_a_week(
    app: Flask, world: World
) -> None:
    alert = issued(world, on=TODAY - timedelta(days=7))
    issued(world, on=TODAY - timedelta(days=6))
    _talk(alert, world.mallory, world.south)
    run(app, "digest")
    issued_on = "Practice alert PA 2026/01, issued on 12 November 2026: "
    assert _told("Alice") == [f"{issued_on}1 team of yours has not said that it talked about it"]
    assert _told("Hester") == [
        f"{issued_on}2 teams of yours have not said that they talked about it"
    ]
    assert _told("Mallory") == _told("Priya") == _told("Dan") == []


def test_a_message_that_waits_is_not_sent_once_the_alert_asks_no_more(world: World) -> None:
    alert = issued(world, on=TODAY)
    about = f"alert:{alert.reference}:{world.alice.reference}"
    assert still_asks(world.alice, about)
    assert not still_asks(world.priya, about)
    _talk(alert, world.alice, world.north)
    assert not still_asks(world.alice, about)
    db.session.refresh(alert)
    other = f"alert:{alert.reference}:{world.mallory.reference}"
    assert still_asks(world.mallory, other)
    changes.withdraw(world.dan, alert, alert.version, "No longer right.", TODAY)
    db.session.commit()
    assert not still_asks(world.mallory, other)
