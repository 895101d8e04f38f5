"""Remembering what left the council for publication: who, which report, as it was asked, when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import request
from flask_login import current_user

from audit_app.extensions import db
from audit_app.models import remember
from audit_app.models.sqlite import WRITES
from audit_app.web.guesses import refuse_guess
from audit_app.web.reads import LONGEST_REFERENCE

PUBLISHED = "shared for publication"


def remember_published(report: str, asked: Mapping[str, str]) -> None:
    """Write down that figures are shared outside, though the request only reads.

    They are whole before that; nothing is shared on a guess. What was asked stands in as many
    events as it takes to hold all of it.
    """
    refuse_guess()
    if request.method != "GET":
        return
    db.session.rollback()
    db.session.connection(execution_options=WRITES)
    add_published(report, asked)
    db.session.commit()


def add_published(report: str, asked: Mapping[str, str]) -> None:
    """Write the same down in a transaction that is under way, which keeps it or not."""
    for part in _parts_of(asked):
        remember(db.session, current_user, PUBLISHED, f"report {report}", part)


def _parts_of(asked: Mapping[str, str]) -> Iterator[str]:
    """The address's arguments in pieces that a record's reference has room for."""
    part = ""
    for argument in (f"{name}={value}" for name, value in asked.items() if name != "share"):
        joined = f"{part}&{argument}" if part else argument
        if len(joined) > LONGEST_REFERENCE:
            yield part
            joined = argument[:LONGEST_REFERENCE]
        part = joined
    yield part or "all there is"
