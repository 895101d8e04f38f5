"""What leaves the service says nothing about anybody: searched for every text that is kept.

The demonstration has people for whom everything there is waits, and texts in every table.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import Enum, String, Table, Text, delete, select

from audit_app.extensions import db
from audit_app.models import Message
from audit_app.models.base import Base
from audit_app.rules.judgements import Judgement
from tests.reminders.commands import by_notify, by_smtp, run, set_up
from tests.reminders.servers import MailServer, Notify

#: Shorter texts are words of everybody's, such as codes and roles.
SHORTEST = 5
#: Ours, and about nobody: what a message itself is made of, and how rows are counted and named.
_NOT_TEXTS = {
    "alembic_version", "messages", "history_events", "golden_threads", "once_tokens", "sessions",
}  # fmt: skip
#: What may stand in a message: its escalation or alert; a month, in which a cycle is named; and
#: the words that a section of the form, and a field that is searched, are stored by: nobody typed
#: them.
_MAY_BE_SAID = {
    "alerts.reference",
    "published_documents.record_reference",
    "escalations.reference",
    "passages.field",
    "programme_cycles.name",
    "saved_sections.section",
}


@pytest.fixture
def demonstration(demo_to_use: Flask) -> Flask:
    # Those it came with were made before, and would not be made again.
    db.session.execute(delete(Message))
    db.session.commit()
    return demo_to_use


def _texts() -> dict[str, set[str]]:
    """Every text that is kept, by table and column; closed vocabularies are words of ours."""
    return {
        f"{table.name}.{column.name}": _values(table, column.name)
        for table in Base.metadata.sorted_tables
        if table.name not in _NOT_TEXTS
        for column in table.columns
        if isinstance(column.type, String | Text) and not isinstance(column.type, Enum)
    }


def _values(table: Table, column: str) -> set[str]:
    rows = db.session.scalars(select(table.c[column]).distinct())
    return {row for row in rows if row is not None and len(row) >= SHORTEST}


def _said(sent: str, recipient: str) -> dict[str, set[str]]:
    """Which kept texts stand in what one person was sent, by table and column."""
    without_address = sent.replace(recipient, "").casefold()
    return {
        name: {text for text in texts if text.casefold() in without_address}
        for name, texts in _texts_kept.items()
    }


_texts_kept: dict[str, set[str]] = {}


@pytest.mark.sqlite_only
def test_no_text_that_is_kept_is_in_any_message(
    demonstration: Flask, mail_server: MailServer, notify: Notify
) -> None:
    app = demonstration
    _texts_kept.update(_texts())
    assert sum(len(each) for each in _texts_kept.values()) > 1000
    set_up(app, **by_smtp(mail_server))
    run(app, "digest")
    set_up(app, **by_notify(notify))
    run(app, "reminders")
    sent = [
        (to, f"{mail['Subject']}\n{mail.get_content()}\n{mail.as_string()}")
        for to, mail in mail_server.mails.items()
    ] + [(each["email_address"], repr(each)) for each in notify.taken]
    assert len(mail_server.taken) >= 6
    assert len(notify.taken) >= 3
    for to, text in sent:
        found = {name: texts for name, texts in _said(text, to).items() if texts}
        assert set(found) <= _MAY_BE_SAID, found
        assert not re.search("|".join(each.label for each in Judgement), text)


def test_what_is_kept_of_a_message_is_counts_references_and_paths(demonstration: Flask) -> None:
    run(demonstration, "digest")
    run(demonstration, "reminders")
    lines = [line for each in db.session.scalars(select(Message.lines)) for line in each]
    assert lines
    for line in lines:
        assert set(line) == {"text", "path"}
        assert line["path"].startswith("/")
