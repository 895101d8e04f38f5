"""A person's own messages in the service, and what an administrator sees of everybody's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from audit_app.extensions import db
from audit_app.models import Escalation, HistoryEvent, Message, MessageKind, MessageState, User
from audit_app.models.base import now
from tests.browser_page import PageClient
from tests.people import World
from tests.reminders.commands import by_smtp, run, say, set_up, states
from tests.reminders.servers import MailServer, running
from tests.statements import statements_of

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only


def _message(user: User, state: MessageState, about: str = "", **known: object) -> Message:
    tried = now() - timedelta(hours=1)
    message = Message(
        user_id=user.id,
        kind=MessageKind.DIGEST,
        about=f"test:{about}:{user.reference}",
        subject="What waits for you this week",
        lines=[{"text": "1 open escalation", "path": "/escalations/"}],
        **({"state": state, "tried_at": tried, "sent_at": tried, "tries": 1} | known),
    )
    db.session.add(message)
    db.session.commit()
    return message


def test_messages_are_read_in_the_service_when_mail_is_off(
    app: Flask, web: PageClient, world: World, escalation: Escalation
) -> None:
    web.sign_in(world.hester)
    assert "You have no messages." in web.get("/messages/").text
    run(app, "digest")
    run(app, "reminders")
    home = web.get("/")
    assert "New messages 2" in home.text
    page = web.get(home.links()["Your messages"])
    assert page.text.count("Shown here only") == 2
    leads_to = page.links()
    assert leads_to["1 open escalation"] == "/escalations/"
    (of_the_clock,) = [text for text in leads_to if text.startswith("Escalation ")]
    assert leads_to[of_the_clock] == f"/escalations/{escalation.reference}"
    web.get(leads_to[of_the_clock])


def test_a_message_that_came_after_the_page_was_opened_stays_new(
    app: Flask, web: PageClient, world: World, escalation: Escalation
) -> None:
    run(app, "digest")
    web.sign_in(world.hester)
    page = web.get("/messages/")
    run(app, "reminders")
    assert "New messages 1" not in page.text
    page = web.send(page, "Mark it as seen")
    assert [heading.text for heading in page.html.select("h2 .govuk-tag")] == ["New"]
    page = web.send(page, "Mark it as seen")
    assert page.html.select("h2 .govuk-tag") == []
    assert "New messages 0" in web.get("/").text


def test_nobody_sees_or_marks_anybody_elses_message(web: PageClient, world: World) -> None:
    of_hester = _message(world.hester, MessageState.SENT)
    web.sign_in(world.adam)
    page = web.get("/messages/")
    assert "open escalation" not in page.text
    web.sign_out()
    web.sign_in(world.alice)
    _message(world.alice, MessageState.SENT)
    web.send(web.get("/messages/"), "Mark it as seen", newest=of_hester.reference)
    db.session.expire_all()
    assert db.session.scalars(select(Message.seen_at)).all() == [None, None]


def test_a_person_is_told_that_their_address_does_not_work(web: PageClient, world: World) -> None:
    _message(world.hester, MessageState.REFUSED)
    web.sign_in(world.hester)
    assert "Could not be delivered to your e-mail address." in web.get("/messages/").text


@pytest.mark.parametrize("state", ["sending", "refused", "waiting"])
def test_an_administrator_sees_to_whom_a_message_goes_and_nothing_of_what_it_says(
    web: PageClient, world: World, state: str
) -> None:
    message = _message(world.hester, MessageState(state), problem="the mail server was closing")
    web.sign_in(world.adam)
    page = web.get(f"/messages/outbox?state={state}")
    row = page.tables[0][1]
    assert row[0] == "Hester hester@example.gov.uk"
    assert row[1].startswith(f"What waits for you this week {message.reference}, made ")
    assert row[2].endswith("The mail server was closing")
    assert "open escalation" not in str(page.html.find("main"))
    assert "/escalations" not in str(page.html.find("main"))


def test_an_administrator_sees_when_and_why_nothing_went_out(
    app: Flask, web: PageClient, world: World, escalation: Escalation
) -> None:
    """Also beside what was made since the mail server died, and by a run that made nothing."""
    server = MailServer()
    set_up(app, **by_smtp(server))
    run(app, "digest")
    run(app, "reminders")
    db.session.execute(update(Message).values(tried_at=now() - timedelta(hours=1)))
    db.session.commit()
    began = now()
    assert run(app, "reminders").exit_code == 1
    assert db.session.scalars(select(Message.id).where(Message.tried_at < began)).all() == []
    web.sign_in(world.adam)
    page = web.get("/messages/outbox?state=waiting")
    rows = page.tables[0][1:]
    assert len(rows) == 8
    why = f"The mail server 127.0.0.1:{server.port} does not answer"
    assert [row[2] for row in rows if not row[2].endswith(why)] == []
    with running(server):
        assert run(app, "reminders").exit_code == 0
    assert set(db.session.scalars(select(Message.problem))) == {None}


def test_a_lost_answer_is_told_beside_its_own_message_only(
    app: Flask, web: PageClient, escalation: Escalation, world: World, mail_server: MailServer
) -> None:
    mail_server.hang_up = True
    set_up(app, **by_smtp(mail_server))
    run(app, "digest")
    assert states() == {"sending": 1, "waiting": 6}
    web.sign_in(world.adam)
    rows = web.get("/messages/outbox?state=waiting").tables[0][1:]
    assert {row[2].split(" Sending ")[-1] for row in rows} == {
        "stopped at another message, before this one"
    }


def test_what_is_being_sent_at_this_moment_is_not_in_doubt(web: PageClient, world: World) -> None:
    message = _message(world.hester, MessageState.SENDING, tried_at=now())
    web.sign_in(world.adam)
    assert "Of every message it is known whether it was sent." in web.get("/messages/outbox").text
    page = web.get("/messages/")
    typed = {"csrf_token": page.csrf} if page.html.find("main").find("form") else {}
    token = web.get("/people/new").csrf
    page = web.post(f"/messages/{message.reference}/again", typed | {"csrf_token": token})
    assert "Nothing was changed" in page.text
    assert states() == {"sending": 1}


def test_two_administrators_who_say_otherwise_are_told_so(web: PageClient, world: World) -> None:
    _message(world.hester, MessageState.SENDING)
    web.sign_in(world.adam)
    page = web.get("/messages/outbox")
    assert "The message counts as sent." in say(web, page, "sent").text
    assert "Nothing was changed" in say(web, page, "again").text
    assert states() == {"sent": 1}
    verbs = select(HistoryEvent.verb).where(HistoryEvent.record_type == "message")
    assert db.session.scalars(verbs).all() == ["said it was sent"]


def test_pressing_twice_sends_once(
    app: Flask, web: PageClient, world: World, mail_server: MailServer
) -> None:
    _message(world.hester, MessageState.REFUSED)
    set_up(app, **by_smtp(mail_server))
    web.sign_in(world.adam)
    page = web.get("/messages/outbox")
    say(web, page, "again")
    assert run(app, "reminders").exit_code == 0
    say(web, page, "again")
    run(app, "reminders")
    assert mail_server.recipients == ["hester@example.gov.uk"]


def test_all_that_were_refused_are_sent_again_at_once(
    app: Flask, web: PageClient, world: World, mail_server: MailServer
) -> None:
    for number in range(30):
        _message(world.hester, MessageState.REFUSED, str(number))
    set_up(app, **by_smtp(mail_server))
    web.sign_in(world.adam)
    page = web.get("/messages/outbox")
    assert len(page.tables[0]) == 1 + 25
    page = web.send(page, "Send all 30 again")
    assert "30 messages wait to go out" in page.text
    assert run(app, "reminders").exit_code == 0
    assert (len(mail_server.taken), states()) == (30, {"sent": 30})


def test_only_whoever_looks_after_messages_sees_the_outbox(web: PageClient, world: World) -> None:
    message = _message(world.hester, MessageState.REFUSED)
    web.sign_in(world.hester)
    assert "Messages that did not go out" not in web.get("/").text
    page = web.get("/messages/")
    assert "Messages that did not go out" not in page.links()
    web.get("/messages/outbox", status=403)
    web.post(f"/messages/{message.reference}/again", {"csrf_token": page.csrf}, status=403)
    assert states() == {"refused": 1}


def test_more_messages_cost_no_more_queries(web: PageClient, world: World) -> None:
    counts = []
    web.sign_in(world.adam)
    for number in range(60):
        _message(world.adam, MessageState.REFUSED, str(number))
        if number in (0, 59):
            db.session.execute(update(Message).values(seen_at=None))
            db.session.commit()
            for address in ("/messages/", "/messages/outbox"):
                web.get(address)
                counts.append(len(statements_of(web, address)))
    assert counts[:2] == counts[2:]
    assert min(counts) > 2
