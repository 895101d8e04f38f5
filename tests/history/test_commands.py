"""The commands that prove history, seal what an older version wrote, and tell of mass viewing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask, request
from sqlalchemy import insert, text

from audit_app.extensions import db
from audit_app.history import listing
from audit_app.history.asked import read_asked
from audit_app.models import HistoryEvent, remember
from audit_app.models.base import now
from audit_app.rules.deeds import SHOWN_WORDS
from tests.browser_page import PageClient
from tests.history.test_page import events_of, write_many
from tests.people import World


def run(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["history", *arguments])


def test_verify_says_how_far_the_chain_goes_and_what_to_keep(app: Flask, world: World) -> None:
    remember(db.session, world.alice, "tried", "audit", "AAAA-2222")
    db.session.commit()
    head = run(app, "head").output.strip()
    result = run(app, "verify", "--expect", head)
    assert result.exit_code == 0
    assert result.output.strip().endswith(f"as written. Keep elsewhere: {head}")


def test_verify_refuses_a_head_it_cannot_read(app: Flask, world: World) -> None:
    assert run(app, "verify", "--expect", "12").exit_code == 2


def test_an_event_without_a_seal_is_told_and_seal_seals_it_and_says_so(
    app: Flask, world: World
) -> None:
    row = {"at": now(), "verb": "tried", "record_type": "audit", "record_reference": "AAAA-2222"}
    with db.engine.begin() as older_version:
        older_version.execute(insert(HistoryEvent.__table__), [row] * 3)  # type: ignore[arg-type]
    found = run(app, "verify")
    assert found.exit_code == 1
    assert "3 events have no seal" in found.output
    sealed = run(app, "seal")
    told, who, what_was_done = sealed.output.splitlines()
    assert told.startswith("3 events without a seal, from 20")
    assert who == "        3  The service itself: tried"
    assert what_was_done.startswith("Sealed 3 events, ")
    numbers = db.session.execute(
        text("SELECT min(id), max(id) FROM history_events WHERE record_reference = 'AAAA-2222'")
    ).one()
    of = f"events {numbers[0]} to {numbers[1]}"
    assert events_of("history", of) == [("sealed what an older version wrote", None)]
    assert run(app, "verify").exit_code == 0
    assert run(app, "seal").output == "Every event has its seal.\n"


def test_what_is_older_than_the_newest_seal_is_not_sealed_unless_the_upgrade_began_before_it(
    app: Flask, world: World
) -> None:
    remember(db.session, world.alice, "tried", "audit", "AAAA-0001")
    db.session.commit()
    row = {"user_id": world.alice.id, "record_type": "audit", "record_reference": "AAAA-2222"}
    ages = {"read": timedelta(minutes=2), "saved case": timedelta(minutes=9)}
    rows = [{**row, "verb": verb, "at": now() - age} for verb, age in ages.items()]
    with db.engine.begin() as older_version:
        older_version.execute(insert(HistoryEvent.__table__), rows)  # type: ignore[arg-type]
    began = {each: f"{now() - timedelta(minutes=each):%Y-%m-%dT%H:%M:%SZ}" for each in (5, 10)}
    for asked in (["seal"], ["seal", "--since", began[5]]):
        refused = run(app, *asked)
        assert refused.exit_code == 1
        assert f"1  Alice ({world.alice.reference}): saved case" in refused.output
        assert "Nothing was sealed" in refused.output
        assert "2 events have no seal" in run(app, "verify").output
    sealed = run(app, "seal", "--since", began[10])
    assert "Sealed 2 events, " in sealed.output
    assert run(app, "verify").exit_code == 0


def test_who_read_very_many_audits_is_told_by_the_command_and_on_the_page(
    app: Flask, web: PageClient, world: World
) -> None:
    write_many(world, 41)
    write_many(world, 41, user_id=world.bob.id, record_reference="AAAA-2222")
    write_many(world, 41, user_id=world.carol.id, record_type="alert")
    long_ago = now() - timedelta(days=20)
    write_many(world, 1, user_id=world.dan.id, at=long_ago)
    said = run(app, "mass-viewing", "--since", "7")
    assert said.exit_code == 0
    (line,) = said.output.splitlines()
    assert line.startswith(f"Alice ({world.alice.reference}): 41 audits from ")
    web.sign_in(world.gwen)
    for path in ("/history/", "/history/mass-viewing?days=30"):
        (row,) = web.get(path).tables[0][1:]
        assert row[0].startswith("Alice")
        assert row[1] == "41"
    link = next(address for name, address in web.get(path).links().items() if "Alice" in name)
    assert len(web.get(link).tables[-1][1:]) == 41


@pytest.mark.sqlite_only
def test_whose_searches_showed_words_of_very_many_audits_is_told_too(
    app: Flask, web: PageClient, world: World
) -> None:
    write_many(world, 200, verb=SHOWN_WORDS)
    assert run(app, "mass-viewing").output == "Nobody.\n"
    write_many(world, 201, verb=SHOWN_WORDS)
    (line,) = run(app, "mass-viewing").output.splitlines()
    assert line.endswith("words in searches")
    web.sign_in(world.gwen)
    (row,) = web.get("/history/mass-viewing").tables[0][1:]
    assert row[1:3] == ["201", "Words in searches"]


def test_where_nobody_read_too_many_the_command_and_the_page_say_so(
    app: Flask, web: PageClient, world: World
) -> None:
    write_many(world, 40)
    assert run(app, "mass-viewing").output == "Nobody.\n"
    web.sign_in(world.gwen)
    assert web.get("/history/mass-viewing").html.find("h2", string="Nobody did in the last 7 days")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "asked",
    [
        "",
        "kind=refused",
        "kind=read",
        "type=audit",
        "person={alice}",
        "person={alice}&kind=read&type=audit",
        "person=nobody",
        "from=1/1/2026&to=31/12/2026",
    ],
)
def test_each_question_is_answered_by_an_index_in_the_order_of_time(
    app: Flask, world: World, asked: str
) -> None:
    """So that it takes as long among a million events as among ten."""
    write_many(world, 3)
    with app.test_request_context(f"/history/?{asked.format(alice=world.alice.reference)}"):
        question = read_asked(request.args)
        found = listing.found(question, 50, db.session).compile(
            db.engine, compile_kwargs={"literal_binds": True}
        )
    plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {found}"))]
    assert any("ix_history_events" in step for step in plan)
    assert not any(step.startswith("SCAN history_events") and "INDEX" not in step for step in plan)
