"""The demonstration's messages: what the commands would make of what is there."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.demo.people import SIGN_INS
from audit_app.extensions import db
from audit_app.models import Message, MessageKind, User
from audit_app.reminders.gathering import digests
from tests.demo.conftest import TODAY

pytestmark = pytest.mark.sqlite_only


def _digests() -> list[Message]:
    wanted = select(Message).where(Message.kind == MessageKind.DIGEST)
    return list(db.session.scalars(wanted))


def test_each_digest_says_what_the_command_would_say(demo: Flask) -> None:
    """Both count what is late on the day on which they run, whatever day is demonstrated."""
    expected = {
        draft.user_id: [line.stored() for line in draft.lines] for draft in digests(date.today())
    }
    assert {each.user_id: each.lines for each in _digests()} == expected
    assert len(expected) > len(SIGN_INS)


def test_the_command_would_make_no_digest_of_this_week_again(demo: Flask) -> None:
    made = {each.about for each in _digests()}
    assert {draft.about for draft in digests(TODAY)} <= made


def test_whoever_has_actions_or_requests_to_see_to_is_told_where(demo: Flask) -> None:
    told = {
        email.partition("@")[0]: {line["path"] for line in lines}
        for email, lines in db.session.execute(
            select(User.email, Message.lines).join(Message.user)
            .where(Message.kind == MessageKind.DIGEST)
        )
    }  # fmt: skip
    assert "/improvement/" in told["practitioner"]
    assert "/programme/requests" in told["practice.lead"]
    assert {"/programme/mine", "/improvement/"} <= told["team.manager"]


def test_whom_somebody_signs_in_as_has_messages_they_have_not_seen(demo: Flask) -> None:
    emails = {each.email for each in SIGN_INS}
    unseen = set(
        db.session.scalars(
            select(User.email).where(
                User.id.in_(select(Message.user_id).where(Message.seen_at.is_(None)))
            )
        )
    )
    assert {"team.manager@example.gov.uk", "moderator@example.gov.uk"} <= unseen
    assert {each.user.email in emails for each in _digests() if each.seen_at is None} == {True}
    assert [each for each in _digests() if each.seen_at is not None]
