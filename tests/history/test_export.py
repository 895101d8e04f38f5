"""The file of history: it arrives from a service that listens, and one that broke off is told."""

from __future__ import annotations

import csv
import io
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.test import create_environ

from audit_app.extensions import db
from audit_app.models import HistoryEvent
from tests.browser_page import PageClient
from tests.history.test_page import events_of, write_many
from tests.journeys.downloads import fetch
from tests.journeys.serving import served
from tests.people import World

#: The oldest there is.
UNREADABLE = (
    "INSERT INTO history_events (at, verb, record_type, record_reference) "
    "VALUES ('0000 no time', 'read', 'audit', 'AAAA-2222')"
)


def test_the_file_arrives_whole_from_a_service_that_listens(
    app: Flask, web: PageClient, world: World
) -> None:
    write_many(world, 2_100)
    web.sign_in(world.gwen)
    held = db.session.scalars(select(func.count(HistoryEvent.id))).one()
    db.session.rollback()
    with served(app) as site:
        file = fetch(site, "/history/events.csv", web)
    rows = list(csv.reader(io.StringIO(file.content.decode())))
    # Among them that it was exported, which is written down before the first line is sent.
    assert (file.status, len(rows)) == (200, 1 + held + 1)
    assert events_of("history", "all") == [("exported", "Gwen")]


def begin(app: Flask, web: PageClient, path: str) -> Any:
    """An answer as a server gets it, piece by piece."""
    cookie = web.client.get_cookie("session")
    assert cookie is not None
    environ = create_environ(path, headers={"Cookie": f"session={cookie.value}"})
    return Context().run(app, environ, lambda *_: lambda _: None)


def test_history_says_so_where_nobody_takes_the_rest_of_a_file(
    app: Flask, web: PageClient, world: World
) -> None:
    write_many(world, 10)
    web.sign_in(world.gwen)
    db.session.rollback()

    def leave() -> None:
        answer = begin(app, web, "/history/events.csv?kind=read")
        next(iter(answer))
        answer.close()

    Context().run(leave)
    told = [("exported", "Gwen"), ("export broke off", "Gwen")]
    assert events_of("history", "read") == told
    rows = web.get("/history/?kind=exported").tables[-1][1:]
    assert [row[2] for row in rows] == ["Export broke off", "Exported"]


@pytest.mark.sqlite_only
def test_history_says_so_where_a_file_could_not_be_made_to_its_end(
    app: Flask, web: PageClient, world: World
) -> None:
    write_many(world, 2_100)
    web.sign_in(world.gwen)
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text(UNREADABLE))
    pieces: list[bytes] = []
    with pytest.raises(ValueError, match="isoformat"):
        Context().run(lambda: pieces.extend(begin(app, web, "/history/events.csv?kind=read")))
    assert events_of("history", "read") == [("exported", "Gwen"), ("export broke off", "Gwen")]
