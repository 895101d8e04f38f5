"""What a backup has to keep, what it must not bring back, and how tests move between databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import URL, make_url, select

from audit_app.extensions import db
from audit_app.models import AccessToken, Audit, KeptForm, StoredSession, remember
from audit_app.models.base import now
from audit_app.rules.judgements import SCALE
from tests.people import World


@dataclass(frozen=True)
class Kept:
    """The references of audits there are, and what somebody is typing."""

    audits: frozenset[str]
    typed: str


def fill(world: World) -> Kept:
    """Audits, history, somebody who is signed in and typing, and a program that may read."""
    audits = [world.recorded_audit(each, case=f"10{n}") for n, each in enumerate(SCALE, 1)]
    for audit in audits:
        remember(db.session, world.alice, "submitted", "audit", audit.reference)
    typed = "He said: “I like it here”, and so did she – 100 % of the time.\n\\. \t\\N"
    later = now() + timedelta(hours=1)
    db.session.add_all(
        [
            KeptForm(user_id=world.alice.id, path="/a", opening="1", typed={"what": [typed]}),
            StoredSession(id_digest="d" * 64, user_id=world.alice.id, data=b"1", expires_at=later),
            AccessToken(
                user_id=world.carol.id, name="Excel", digest="e" * 64, expires_on=date(2030, 1, 1)
            ),
        ]
    )
    db.session.commit()
    return Kept(frozenset(audit.reference for audit in audits), typed)


def audits_there() -> frozenset[str]:
    db.session.rollback()
    return frozenset(db.session.scalars(select(Audit.reference)))


def run(app: Flask, *arguments: object) -> Result:
    """What a command of the service did, with nothing of the test's context: it is no request."""
    db.session.rollback()
    return Context().run(app.test_cli_runner().invoke, args=[str(each) for each in arguments])


@contextmanager
def database_at(url: str) -> Iterator[None]:
    """The service on another database for a while."""
    usual = db.engine.url
    _move(make_url(url))
    try:
        yield
    finally:
        _move(usual)


def _move(url: URL) -> None:
    db.session.rollback()
    db.engine.dispose()
    db.engine.url = url


def folder_of(file: Path) -> list[str]:
    return sorted(each.name for each in file.parent.iterdir())
