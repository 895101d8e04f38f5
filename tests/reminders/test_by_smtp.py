"""By a real mail server: each message arrives once, and what does not arrive is said."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import EntryKind, Escalation, Message, MessageState, User
from audit_app.models.base import now
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.escalations.escalated import inadequate
from tests.people import World, make_user
from tests.reminders.commands import ADDRESS, FROM, by_smtp, run, set_up, some_time_later, states
from tests.reminders.servers import MailServer, encrypted, only, running

# What is sent is the same on every database.
pytestmark = pytest.mark.sqlite_only

TOLD = {
    f"{name}@example.gov.uk"
    for name in ("alice", "mallory", "hester", "carol", "cora", "bob", "priya")
}


def test_a_digest_run_twice_sends_once(
    app: Flask, escalation: Escalation, mail_server: MailServer
) -> None:
    set_up(app, **by_smtp(mail_server))
    first = run(app, "digest")
    assert (first.exit_code, first.stdout) == (0, "7 messages made\n7 messages sent\n")
    assert Counter(mail_server.recipients) == dict.fromkeys(TOLD, 1)
    second = run(app, "digest")
    assert (second.exit_code, second.stdout) == (0, "0 messages made\n0 messages sent\n")
    assert len(mail_server.taken) == 7


def test_what_arrives_is_plain_text_that_says_how_many_and_where(
    app: Flask, escalation: Escalation, mail_server: MailServer
) -> None:
    set_up(app, **by_smtp(mail_server), service_name="Prüfung – ‘audit’", council_name="Anyshire")
    run(app, "digest")
    message = db.session.scalars(select(Message).join(User).where(User.name == "Hester")).one()
    mail = mail_server.mails["hester@example.gov.uk"]
    assert mail["Subject"] == "Prüfung – ‘audit’: What waits for you this week"
    assert mail["From"] == f"Prüfung – ‘audit’ <{FROM}>"
    assert mail["To"] == "hester@example.gov.uk"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{message.reference.lower()}@example.gov.uk>"
    assert mail.get_content_type() == "text/plain"
    assert f"1 open escalation\r\n{ADDRESS}/escalations/\r\n" in mail.get_content()
    (headers,) = [sent for to, sent in mail_server.taken if to.startswith("hester")]
    assert headers.isascii()


def test_a_dead_server_leaves_all_waiting_and_each_is_sent_once_when_it_is_back(
    app: Flask, escalation: Escalation
) -> None:
    server = MailServer()
    set_up(app, **by_smtp(server))
    dead = run(app, "digest")
    assert dead.exit_code == 1
    why = f"the mail server 127.0.0.1:{server.port} does not answer"
    assert f"7 messages wait to be sent: {why}\n" in dead.stderr
    assert states() == {"waiting": 7}
    assert db.session.scalars(select(Message.tries)).all() == [0] * 7
    with running(server):
        back = run(app, "reminders")
    assert back.exit_code == 0
    assert Counter(server.recipients) == Counter([*TOLD, "hester@example.gov.uk"])
    assert states() == {"sent": 8}


def test_a_server_that_stops_taking_mail_leaves_the_rest_waiting(
    app: Flask, escalation: Escalation, mail_server: MailServer
) -> None:
    mail_server.on_address = lambda to: "421 closing" if len(mail_server.taken) == 3 else None
    set_up(app, **by_smtp(mail_server))
    stopped = run(app, "digest")
    assert stopped.exit_code == 1
    assert "3 messages sent\n4 messages wait to be sent: the mail server is closing (421)" in (
        stopped.stderr
    )
    mail_server.on_address = lambda to: None
    assert run(app, "digest").exit_code == 0
    assert Counter(mail_server.recipients) == dict.fromkeys(TOLD, 1)


@pytest.mark.parametrize(("step", "what"), [("on_address", "address"), ("on_message", "message")])
def test_a_refused_recipient_does_not_block_the_others(
    app: Flask, escalation: Escalation, mail_server: MailServer, step: str, what: str
) -> None:
    def refuse(to: str) -> str | None:
        return "550 Bruise on the left arm? No such user" if to.startswith("alice") else None

    setattr(mail_server, step, refuse)
    set_up(app, **by_smtp(mail_server))
    done = run(app, "digest")
    assert done.exit_code == 1
    assert "1 message could not be delivered\n" in done.stderr
    assert set(mail_server.recipients) == TOLD - {"alice@example.gov.uk"}
    refused = db.session.scalars(select(Message).where(Message.state == MessageState.REFUSED)).one()
    assert refused.problem == f"The mail server refused the {what} (550)"
    # Whoever looks after messages is told; nobody else is sent anything again.
    assert run(app, "digest").exit_code == 0
    assert mail_server.recipients[6:] == ["adam@example.gov.uk"]


@pytest.mark.parametrize("step", ["on_address", "on_message"])
def test_one_that_is_put_off_waits_and_is_sent_once_later(
    app: Flask, escalation: Escalation, mail_server: MailServer, step: str
) -> None:
    setattr(mail_server, step, lambda to: "451 later" if to.startswith("alice") else None)
    set_up(app, **by_smtp(mail_server))
    put_off = run(app, "digest")
    assert put_off.exit_code == 1
    assert "1 message waits to be sent" in put_off.stderr
    assert len(mail_server.taken) == 6
    setattr(mail_server, step, lambda to: None)
    assert run(app, "digest").exit_code == 0
    assert Counter(mail_server.recipients) == dict.fromkeys(TOLD, 1)


def test_a_lost_answer_leaves_a_message_in_doubt_and_it_is_not_sent_again(
    app: Flask, escalation: Escalation, mail_server: MailServer
) -> None:
    mail_server.hang_up = True
    set_up(app, **by_smtp(mail_server))
    lost = run(app, "digest")
    assert lost.exit_code == 1
    assert "1 message may or may not have been sent\n" in lost.stderr
    assert states() == {"sending": 1, "waiting": 6}
    some_time_later()
    mail_server.hang_up = False
    again = run(app, "digest")
    assert again.exit_code == 1
    assert "1 message may or may not have been sent\n" in again.stderr
    assert Counter(mail_server.recipients) == dict.fromkeys([*TOLD, "adam@example.gov.uk"], 1)


def test_somebody_who_has_left_since_is_sent_nothing(
    app: Flask, world: World, escalation: Escalation, mail_server: MailServer
) -> None:
    set_up(app, **by_smtp(MailServer()))
    run(app, "digest")
    world.hester.active = False
    world.bob.password_hash = None
    db.session.commit()
    set_up(app, **by_smtp(mail_server))
    assert "2 messages could not be delivered" in run(app, "reminders").stderr
    assert set(mail_server.recipients) == TOLD - {"hester@example.gov.uk", "bob@example.gov.uk"}


def test_word_of_a_clock_that_is_no_longer_true_is_not_sent_when_the_server_is_back(
    app: Flask, web: PageClient, world: World, escalation: Escalation, mail_server: MailServer
) -> None:
    """One was closed in the meantime; of the other, Hester is no head any more and Henry is."""
    over, goes_on = inadequate(world), escalation
    henry = make_user("henry", Role.HEAD_OF_SERVICE)
    db.session.commit()
    set_up(app, **by_smtp(MailServer()))
    run(app, "reminders")
    assert states() == {"waiting": 4}
    over.say(EntryKind.CLOSED, henry.id, "Done.")
    over.closed_at, over.closed_by_id = now(), henry.id
    world.hester.grants.remove(world.hester.grants[0])
    db.session.commit()
    set_up(app, **by_smtp(mail_server))
    back = run(app, "reminders")
    assert back.exit_code == 0
    assert "3 messages were no longer true, and not sent\n" in back.stdout
    assert mail_server.recipients == ["henry@example.gov.uk"]
    assert goes_on.reference in mail_server.mails["henry@example.gov.uk"].get_content()
    assert states() == {"shown": 3, "sent": 1}
    web.sign_in(world.adam)
    assert "Messages that did not go out" not in web.get("/").text
    page = web.get("/messages/outbox?state=shown")
    assert page.text.count("It was no longer true when it could be sent") == 3
    assert "Send it again" not in page.text


@pytest.mark.parametrize(
    "address",
    [
        "hester@example.gov.uk\nBcc: eve@example.com",
        "hester@example.gov.uk\r\nRCPT TO:<eve@example.com>",
        "hester@example.gov.uk>,<eve@example.com",
        "hëster@example.gov.uk",
        "hester@exämple.gov.uk",
        "no address",
        "@",
        "",
    ],
)
def test_an_address_that_holds_more_than_an_address_is_written_to_nobody(
    app: Flask, world: World, escalation: Escalation, mail_server: MailServer, address: str
) -> None:
    world.hester.email = address
    db.session.commit()
    named = "Practice audit\r\nBcc: eve@example.com"
    set_up(app, **by_smtp(mail_server), service_name=named)
    assert "1 message could not be delivered" in run(app, "digest").stderr
    assert set(mail_server.recipients) == TOLD - {"hester@example.gov.uk"}
    assert {mail["Bcc"] for mail in mail_server.mails.values()} == {None}
    assert states() == {"sent": 6, "refused": 1}


def test_the_password_is_given_only_over_a_trusted_encrypted_connection(
    app: Flask,
    escalation: Escalation,
    certificate: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[object] = []

    def check(server: object, session: object, envelope: object, how: str, given: object) -> object:
        seen.append(given)
        return only("audit", "right")(server, session, envelope, how, given)

    options = {"tls_context": encrypted(*certificate), "authenticator": check}
    with running(MailServer(), require_starttls=True, auth_required=True, **options) as server:
        mine = by_smtp(server, smtp_security="starttls", smtp_user="audit", smtp_password="wrong")
        set_up(app, **mine)
        assert "has no certificate that is trusted here" in run(app, "digest").stderr
        assert seen == []
        monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
        assert "does not accept SMTP_USER and SMTP_PASSWORD (535)" in run(app, "digest").stderr
        assert (server.taken, states()) == ([], {"waiting": 7})
        set_up(app, **(mine | {"smtp_password": "right"}))
        assert run(app, "digest").exit_code == 0
        assert set(server.recipients) == TOLD


def test_a_server_without_encryption_is_sent_nothing_unless_the_settings_say_so(
    app: Flask, escalation: Escalation, mail_server: MailServer
) -> None:
    set_up(app, **by_smtp(mail_server, smtp_security="starttls"))
    assert "does not offer what SMTP_SECURITY" in run(app, "digest").stderr
    set_up(app, **by_smtp(mail_server, smtp_security="tls"))
    assert "cannot agree with us on encryption" in run(app, "digest").stderr
    assert (mail_server.taken, states()) == ([], {"waiting": 7})


def test_a_server_that_is_encrypted_from_the_start_is_sent_to(
    app: Flask,
    escalation: Escalation,
    certificate: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    with running(MailServer(), ssl_context=encrypted(*certificate)) as server:
        set_up(app, **by_smtp(server, smtp_security="tls"))
        assert run(app, "digest").exit_code == 0
        assert set(server.recipients) == TOLD
