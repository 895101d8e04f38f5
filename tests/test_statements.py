"""Counting what is asked of the database comes to the same in whichever minute it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, session
from sqlalchemy import select
from time_machine import travel

from audit_app.extensions import db
from audit_app.models import StoredSession
from tests.browser_page import PageClient
from tests.people import World
from tests.statements import given_to, queries_in, statements, statements_of

MINUTE = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
#: Later in the same minute, and in the next.
LATER = [timedelta(seconds=59), timedelta(seconds=60)]


@pytest.fixture
def signed_in(web: PageClient, world: World) -> PageClient:
    """Carol's browser, whose session was saved in the minute."""
    with travel(MINUTE.timestamp(), tick=False):
        web.sign_in(world.carol)
        web.get("/audits/")
    return web


def _in(later: timedelta, act: Callable[[], object]) -> list[str]:
    with travel((MINUTE + later).timestamp(), tick=False), statements() as sent:
        act()
    return list(sent)


def test_a_page_is_counted_alike_in_the_same_minute_and_in_the_next(signed_in: PageClient) -> None:
    seen: list[Any] = []
    sent: list[list[str]] = []
    for later in LATER:
        sent.append(_in(later, lambda: signed_in.get("/audits/")))
        seen.append(db.session.scalars(select(StoredSession.seen_at)).one())
    assert sent[0] == sent[1] == queries_in(sent[0])
    # Though the second time it was written down that its reader is there.
    assert seen[0] < seen[1]


@pytest.mark.parametrize("later", LATER)
def test_a_session_that_is_saved_for_what_was_done_is_counted(
    app: Flask, signed_in: PageClient, later: timedelta
) -> None:
    shown: Any = app.view_functions["audits.audits"]

    def saves() -> Any:
        session["typed"] = "Something."
        return shown()

    saves.access = shown.access  # type: ignore[attr-defined]
    app.view_functions["audits.audits"] = saves
    sent = _in(later, lambda: signed_in.get("/audits/"))
    begun = ["BEGIN IMMEDIATE"] * (db.engine.dialect.name == "sqlite")
    assert [each.split(" SET ")[0] for each in sent if each not in queries_in(sent)] == [
        *begun,
        "UPDATE sessions",
    ]


def test_each_statement_is_known_with_what_it_was_given(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    who = next(each for each in statements_of(web, "/audits/") if "FROM users" in each)
    assert world.carol.id in (given.values() if isinstance(given := given_to(who), dict) else given)
