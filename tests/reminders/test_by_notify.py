"""By GOV.UK Notify, as a server of this machine stands in for it."""

from __future__ import annotations

from collections import Counter

from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Escalation, Message, MessageState
from tests.people import World
from tests.reminders.commands import ADDRESS, by_notify, run, set_up, some_time_later, states
from tests.reminders.servers import TEMPLATE, Notify, notify_running
from tests.reminders.test_by_smtp import TOLD


def _recipients(notify: Notify) -> Counter[str]:
    return Counter(each["email_address"] for each in notify.taken)


def test_each_message_is_handed_over_once_with_our_reference(
    app: Flask, escalation: Escalation, notify: Notify
) -> None:
    set_up(app, **by_notify(notify))
    assert run(app, "digest").stdout == "7 messages made\n7 messages sent\n"
    assert run(app, "digest").stdout == "0 messages made\n0 messages sent\n"
    assert _recipients(notify) == dict.fromkeys(TOLD, 1)
    sent = next(each for each in notify.taken if each["email_address"].startswith("hester"))
    assert sent["template_id"] == TEMPLATE
    assert sent["personalisation"]["subject"] == "Practice audit: What waits for you this week"
    assert f"1 open escalation\n{ADDRESS}/escalations/\n" in sent["personalisation"]["body"]
    assert {each["reference"] for each in notify.taken} == set(
        db.session.scalars(select(Message.reference))
    )


def test_a_dead_notify_leaves_all_waiting(app: Flask, escalation: Escalation) -> None:
    with notify_running(Notify()) as notify:
        pass
    set_up(app, **by_notify(notify))
    dead = run(app, "digest")
    assert dead.exit_code == 1
    assert "7 messages wait to be sent: GOV.UK Notify does not answer" in dead.stderr
    assert states() == {"waiting": 7}


def test_a_wrong_template_leaves_all_waiting(
    app: Flask, escalation: Escalation, notify: Notify
) -> None:
    set_up(app, **(by_notify(notify) | {"notify_template_id": "another"}))
    wrong = run(app, "digest")
    assert "7 messages wait to be sent: GOV.UK Notify does not answer as it should (404)" in (
        wrong.stderr
    )
    notify.before_taking = lambda sent: (400, "Missing personalisation: name")
    set_up(app, **by_notify(notify))
    wrong = run(app, "digest")
    assert "7 messages wait to be sent: GOV.UK Notify takes nothing from us (400)" in wrong.stderr
    assert (notify.taken, states()) == ([], {"waiting": 7})


def test_an_address_that_notify_refuses_does_not_block_the_others(
    app: Flask, escalation: Escalation, notify: Notify
) -> None:
    def refuse(sent: dict[str, str]) -> tuple[int, str] | None:
        wrong = sent["email_address"].startswith("alice")
        return (400, "email_address Not a valid email address") if wrong else None

    notify.before_taking = refuse
    set_up(app, **by_notify(notify))
    done = run(app, "digest")
    assert (done.exit_code, states()) == (1, {"sent": 6, "refused": 1})
    assert "1 message could not be delivered" in done.stderr


def test_one_that_was_taken_before_the_answer_was_lost_is_not_sent_again(
    app: Flask, escalation: Escalation, notify: Notify
) -> None:
    notify.after_taking = lambda sent: (500, "Internal server error")
    set_up(app, **by_notify(notify))
    lost = run(app, "digest")
    assert "1 message may or may not have been sent" in lost.stderr
    assert states() == {"sending": 1, "waiting": 6}
    notify.after_taking = lambda sent: None
    some_time_later()
    assert run(app, "digest").exit_code == 0
    assert _recipients(notify) == dict.fromkeys(TOLD, 1)


def test_one_that_never_came_is_sent(app: Flask, escalation: Escalation, notify: Notify) -> None:
    notify.before_taking = lambda sent: (503, "Try later")
    set_up(app, **by_notify(notify))
    run(app, "digest")
    assert (notify.taken, states()) == ([], {"sending": 1, "waiting": 6})
    notify.before_taking = lambda sent: None
    some_time_later()
    assert run(app, "digest").exit_code == 0
    assert _recipients(notify) == dict.fromkeys(TOLD, 1)


def test_what_notify_took_and_could_not_deliver_is_told_until_it_is_sent_again(
    app: Flask, world: World, escalation: Escalation, notify: Notify
) -> None:
    set_up(app, **by_notify(notify))
    run(app, "digest")
    notify.taken[0]["status"] = "permanent-failure"
    bounced = run(app, "digest")
    assert bounced.exit_code == 1
    assert "1 message could not be delivered" in bounced.stderr
    refused = db.session.scalars(select(Message).where(Message.state == MessageState.REFUSED)).one()
    assert refused.reference == notify.taken[0]["reference"]
    assert run(app, "digest").exit_code == 0
    assert states()["refused"] == 1
