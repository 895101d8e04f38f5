"""Figures from a real streaming standby: they follow, say how old they are, and may be gone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta

import flask_migrate
import pytest
from flask import Flask

from audit_app import create_app
from audit_app.extensions import db
from audit_app.models.base import now
from audit_app.rules.judgements import Judgement
from audit_app.web.pages import moment
from tests.browser_page import Page, PageClient
from tests.conftest import settings_for
from tests.deployment.replicas import PostgreSQL, folder_for_servers
from tests.people import World
from tests.recording import start_audit

pytestmark = pytest.mark.slow

TABLE = "/insight/distribution"
ON = date(2025, 10, 5)


@dataclass
class Pair:
    primary: PostgreSQL
    standby: PostgreSQL
    app: Flask
    world: World

    def record(self, audits: int) -> None:
        for _ in range(audits):
            self.world.recorded_audit(Judgement.GOOD, on=ON)
        db.session.rollback()

    def caught_up(self) -> None:
        self.standby.wait_for(self.primary)


@pytest.fixture
def pair() -> Iterator[Pair]:
    folder = folder_for_servers()
    primary, standby = PostgreSQL(folder, "primary"), PostgreSQL(folder, "standby")
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, folder)
        primary.make()
        primary.start()
        ending.callback(primary.stop)
        primary.ask("CREATE DATABASE audit")
        copy = {"database_read_url": standby.url("audit")}
        app = create_app(settings_for(primary.url("audit")).model_copy(update=copy))
        ending.enter_context(app.app_context())
        ending.callback(_let_go)
        flask_migrate.upgrade()
        standby.copy(primary)
        standby.start()
        ending.callback(standby.stop)
        yield Pair(primary, standby, app, World.build())


def _let_go() -> None:
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


def good(page: Page) -> str:
    return next(row[-1].split(" ")[0] for row in page.tables[0] if row[0] == "Good")


def read_from(page: Page) -> str | None:
    said = [each for each in page.html.select(".app-facts dt") if each.get_text() == "Read from"]
    return said[0].find_next("dd").get_text() if said else None


def test_figures_follow_a_standby_say_up_to_when_and_outlive_it(pair: Pair) -> None:
    world = pair.world
    carol, bob, alice = (PageClient(pair.app) for _ in range(3))
    for browser, person in ((carol, world.carol), (bob, world.bob), (alice, world.alice)):
        browser.sign_in(person)

    # What is recorded reaches the figures, which say up to when.
    pair.record(11)
    pair.caught_up()
    page = carol.get(TABLE)
    assert good(page) == "11"
    lately = {moment(now() - timedelta(minutes=ago)) for ago in range(3)}
    said = "A copy of the records, with what was changed up to "
    assert read_from(page) in {said + each for each in lately}

    # A standby that lags shows what it has; whoever reads the records themselves sees all, in the
    # same process, which keeps what it has counted.
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    pair.record(2)
    assert [good(carol.get(TABLE)), good(bob.get(TABLE)), good(carol.get(TABLE))] == [
        "11", "13", "11",
    ]  # fmt: skip
    pair.standby.ask("SELECT pg_wal_replay_resume()")
    pair.caught_up()
    assert good(carol.get(TABLE)) == "13"

    # Without it figures say so, and everything else goes on.
    pair.standby.stop()
    refused = carol.get(TABLE, 503)
    assert refused.h1 == "Figures cannot be shown just now"
    assert "The records themselves are safe" in refused.text
    begun = start_audit(alice, world).path
    assert begun in alice.get("/").links().values()
    assert good(bob.get(TABLE)) == "13"
    pair.record(3)
    told = carol.request("GET", "/readyz")
    assert (told.status_code, told.get_data(as_text=True)) == (
        200,
        "ready, but the copy of the records for figures does not answer",
    )

    # Begun again, it catches up by itself, and figures are there without a restart.
    pair.standby.start()
    pair.caught_up()
    assert good(carol.get(TABLE)) == "16"
    assert carol.request("GET", "/readyz").get_data(as_text=True) == "ready"
