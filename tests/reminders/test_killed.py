"""Killed half-way, or run twice at the same moment: nobody gets a message twice, none is lost.

The command runs as a process of its own, as cron starts it, and is killed as a machine that loses
power would: by the server it is handing a message to.
"""

from __future__ import annotations

from subprocess import Popen
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Escalation, Message
from tests.browser_page import PageClient
from tests.people import World
from tests.reminders.commands import (
    by_notify,
    by_smtp,
    run,
    say,
    set_up,
    some_time_later,
    started,
    states,
)
from tests.reminders.servers import MailServer, Notify

pytestmark = pytest.mark.slow


class Killed:
    """A command that dies, without a last word, when its message reaches a step."""

    def __init__(self) -> None:
        self.process: Popen[str] | None = None

    def __call__(self, *reached: Any) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def runs(self, app: Flask, command: str, **mail: Any) -> None:
        with started(app, command, **mail) as self.process:
            said, _ = self.process.communicate()
            assert self.process.returncode == -9, said


@pytest.fixture
def killed() -> Killed:
    return Killed()


def test_killed_before_anything_is_claimed_all_of_it_waits(
    app: Flask, escalation: Escalation, mail_server: MailServer, killed: Killed
) -> None:
    mail_server.on_greeting = killed
    killed.runs(app, "digest", **by_smtp(mail_server))
    assert states() == {"waiting": 7}
    mail_server.on_greeting = lambda host: None
    set_up(app, **by_smtp(mail_server))
    assert run(app, "digest").exit_code == 0
    assert len(mail_server.taken) == len(set(mail_server.recipients)) == 7


@pytest.mark.parametrize("handed_over", [True, False])
def test_killed_while_handing_over_to_a_mail_server_a_person_settles_it(
    app: Flask,
    web: PageClient,
    world: World,
    escalation: Escalation,
    mail_server: MailServer,
    killed: Killed,
    handed_over: bool,
) -> None:
    setattr(mail_server, "on_message" if handed_over else "on_address", killed)
    killed.runs(app, "digest", **by_smtp(mail_server))
    mail_server.on_message = mail_server.on_address = lambda to: None
    assert len(mail_server.taken) == handed_over
    assert states() == {"sending": 1, "waiting": 6}

    set_up(app, **by_smtp(mail_server))
    assert run(app, "reminders").exit_code == 0
    assert states() == {"sending": 1, "sent": 7}, "it may be on its way still, for all one knows"
    some_time_later()
    again = run(app, "reminders")
    assert again.exit_code == 1
    assert "1 message may or may not have been sent" in again.stderr

    web.sign_in(world.adam)
    page = web.get(web.get("/").links()["Not known whether it was sent: 1"])
    page = say(web, page, "sent" if handed_over else "again")
    assert "Of every message it is known whether it was sent." in page.text
    assert run(app, "reminders").exit_code == 0
    digests = [to for to, sent in mail_server.taken if b"What waits for you" in sent]
    assert len(digests) == len(set(digests)) == 7
    assert states() == {"sent": 8}


@pytest.mark.parametrize("handed_over", [True, False])
def test_killed_while_handing_over_to_notify_it_is_asked_and_settled(
    app: Flask, escalation: Escalation, notify: Notify, killed: Killed, handed_over: bool
) -> None:
    setattr(notify, "after_taking" if handed_over else "before_taking", killed)
    killed.runs(app, "digest", **by_notify(notify))
    notify.after_taking = notify.before_taking = lambda sent: None
    if not handed_over:
        # The request was in before the command died; Notify never acted on it.
        notify.taken.clear()
    assert states() == {"sending": 1, "waiting": 6}

    set_up(app, **by_notify(notify))
    some_time_later()
    assert run(app, "digest").exit_code == 0
    assert (len(notify.taken), states()) == (7, {"sent": 7})
    assert len({each["email_address"] for each in notify.taken}) == 7


def test_run_several_times_at_the_same_moment_each_is_sent_once(
    app: Flask, escalation: Escalation, mail_server: MailServer
) -> None:
    def take_some_time(to: str) -> None:
        sleep(0.1)

    mail_server.on_message = take_some_time
    running = [started(app, command, **by_smtp(mail_server)) for command in ["digest"] * 3]
    said = [each.communicate()[0] for each in running]
    made = db.session.scalar(select(func.count(Message.id)))
    assert (made, states()) == (7, {"sent": 7}), said
    assert len(mail_server.taken) == len(set(mail_server.recipients)) == 7, said
    assert sum(int(each.split()[0]) for each in said) == 7, said
