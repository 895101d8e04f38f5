"""Whoever is shown what an audit says is remembered, and so is whoever is refused it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from audit_app.extensions import db
from audit_app.models import ONLY_ADDED
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.deeds import Kind
from audit_app.web.reads import named_by
from config import ROOT
from tests.browser_page import PageClient
from tests.history.test_page import events_of
from tests.improvement.lives import live_action
from tests.people import World


def test_every_view_that_names_a_record_says_what_it_shows_of_a_case(app: Flask) -> None:
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.arguments and rule.endpoint != "static"
        if (named := named_by(app, rule.endpoint)) is None
        or (named.reading and named.argument not in rule.arguments)
        or not (named.reading or named.because)
    ]
    assert silent == []


@pytest.mark.sqlite_only
def test_views_about_one_audit_that_are_no_readings_are_these_alone(app: Flask) -> None:
    excused = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (named := named_by(app, rule.endpoint)) is not None
        and named.record_type in ("audit", "action", "escalation", "calibration")
        and named.reading is None
    }
    assert excused == {
        "audits.check",
        "audits.discard",
        "audits.re_audit",
        "improvement.actions.apart",
        "long_page.page",
        "long_page.way",
        "moderation.allocation.allocate",
        "moderation.allocation.call_in",
        "moderation.allocation.take_over",
        "programme.requests.re_audit",
        "reading.pdf",
        "recording.action",
        "recording.remove_action",
        "recording.section",
    }


def test_each_opening_of_an_audit_is_remembered_with_how_it_was_read(
    web: PageClient, world: World
) -> None:
    reference = world.recorded_audit().reference
    web.sign_in(world.bob)
    web.get(f"/audits/{reference}")
    web.get(f"/audits/{reference}/story")
    web.get(f"/moderation/{reference}")
    web.get(f"/audits/{reference}")
    assert events_of("audit", reference) == [
        ("read", "Bob"),
        ("read its story", "Bob"),
        ("read it in moderation", "Bob"),
        ("read", "Bob"),
    ]


def test_an_action_is_read_as_part_of_its_audit(web: PageClient, world: World) -> None:
    action = live_action(world)
    assert action.audit is not None
    address, audit = f"/improvement/actions/{action.reference}", action.audit.reference
    before = events_of("audit", audit)
    web.sign_in(world.carol)
    web.get(address)
    web.get(f"{address}/note")
    assert events_of("audit", audit) == [*before, *[("read an action of it", "Carol")] * 2]


def test_a_form_sent_to_be_shown_the_page_again_is_a_reading_too(
    web: PageClient, world: World
) -> None:
    reference = world.recorded_audit().reference
    web.sign_in(world.bob)
    token = web.get("/moderation/").csrf
    answer = web.request("POST", f"/moderation/{reference}", {"csrf_token": token})
    assert answer.status_code in (400, 409)
    assert events_of("audit", reference) == [("read it in moderation", "Bob")]


def test_what_its_own_auditor_is_writing_is_not_a_reading(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(state=AuditState.RETURNED)
    reference = audit.reference
    web.sign_in(world.alice)
    web.get(f"/audits/{reference}")
    assert events_of("audit", reference) == []


def test_headers_alone_and_guesses_are_no_readings(web: PageClient, world: World) -> None:
    path = f"/audits/{(reference := world.recorded_audit().reference)}"
    web.sign_in(world.bob)
    assert web.request("HEAD", path).status_code == 200
    assert web.request("GET", path, headers={"Sec-Purpose": "prefetch"}).status_code == 503
    assert events_of("audit", reference) == []


def test_a_page_whose_reading_cannot_be_written_down_is_not_shown(
    app: Flask, web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(case="7654321")
    reference = audit.reference
    web.sign_in(world.bob)
    refuse_events()
    page = web.get(f"/audits/{reference}", 503)
    assert page.h1 == "This page cannot be shown just now"
    assert "7654321" not in page.text


def refuse_events() -> None:
    """Let the database take no more events."""
    if db.engine.dialect.name == "sqlite":
        made = [
            (
                "CREATE TRIGGER full BEFORE INSERT ON history_events BEGIN "
                "SELECT RAISE(ABORT, 'full'); END"
            )
        ]
    else:
        made = [
            (
                "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'full'; END$$"
            ),
            (
                "CREATE TRIGGER full_up BEFORE INSERT ON history_events "
                "FOR EACH ROW EXECUTE FUNCTION full_up()"
            ),
        ]
    for statement in made:
        db.session.execute(text(statement))
    db.session.commit()


def test_the_story_tells_what_happened_and_not_who_read_it(web: PageClient, world: World) -> None:
    reference = world.recorded_audit().reference
    web.sign_in(world.bob)
    before = web.get(f"/audits/{reference}/story").text
    web.get(f"/audits/{reference}")
    assert web.get(f"/audits/{reference}/story").text == before


def test_a_record_outside_somebodys_reach_is_remembered_as_refused(
    web: PageClient, world: World
) -> None:
    reference = world.recorded_audit(team=world.north).reference
    web.sign_in(world.mallory)
    web.get(f"/audits/{reference}", 404)
    web.get(f"/escalations/{reference}", 404)
    web.get("/people/", 403)
    web.get(f"/people/{world.bob.reference}", 403)
    assert events_of("audit", reference) == [("refused: not found", "Mallory")]
    assert events_of("escalation", reference) == [("refused: not found", "Mallory")]
    assert events_of("page", "people.people") == [("refused: not their role", "Mallory")]
    assert events_of("user", world.bob.reference) == [("refused: not their role", "Mallory")]


def test_of_very_many_refusals_in_a_minute_it_is_remembered_once_that_there_were(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.mallory)
    for _ in range(34):
        web.request("GET", "/audits/AAAA-2222")
    assert len(events_of("audit", "AAAA-2222")) == 30
    reference = world.mallory.reference
    assert events_of("user", reference)[1:] == [("refused: many more in a minute", "Mallory")]


def test_whatever_says_that_it_is_a_guess_is_answered_nothing_unremembered(
    web: PageClient, world: World
) -> None:
    reference, guess = world.recorded_audit().reference, {"Sec-Purpose": "prefetch"}
    web.sign_in(world.mallory)
    for path in (f"/audits/{reference}", f"/audits/{reference}.pdf", "/audits/AAAA-2222"):
        assert web.request("GET", path, headers=guess).status_code == 503
    assert web.request("GET", "/people/", headers=guess).status_code == 403
    assert events_of("page", "people.people") == [("refused: not their role", "Mallory")]
    bob = world.bob.reference
    path = f"/people/{bob}/sessions/end"
    assert web.request("POST", path, headers=guess).status_code == 403
    assert events_of("user", bob) == [("refused: not their role", "Mallory")]


def test_what_anybody_can_type_into_an_address_is_not_remembered(
    web: PageClient, world: World
) -> None:
    web.get("/audits/AAAA-2222", 200)
    web.sign_in(world.mallory)
    web.get("/audits/1234567", 404)
    web.get("/nowhere/at-all", 404)
    assert events_of("audit", "unknown") == [("refused: not found", "Mallory")]
    assert events_of("audit", "1234567") == []
    assert events_of("audit", "AAAA-2222") == []


def test_who_looks_for_a_case_is_remembered_without_the_case(web: PageClient, world: World) -> None:
    reference = world.recorded_audit(case="7654321").reference
    web.sign_in(world.bob)
    web.send(web.get("/audits/"), "Find", case_reference="7654321")
    assert events_of("search", "1 found") == [("looked for a case", "Bob")]
    assert events_of("audit", reference) == [("found by its case", "Bob")]


def test_figures_that_leave_as_a_file_are_remembered(web: PageClient, world: World) -> None:
    world.recorded_audit()
    web.sign_in(world.carol)
    for name in (
        "insight/distribution.csv",
        "insight/distribution.json",
        "programme/completion.csv",
    ):
        path = f"/{name}"
        assert web.request("GET", path).status_code == 200
    assert events_of("report distribution", "csv") == [("exported", "Carol")]
    assert events_of("report distribution", "json") == [("exported", "Carol")]
    assert events_of("completion report", "csv") == [("exported", "Carol")]


def test_the_tables_that_are_only_added_to_are_those_the_database_guards(app: Flask) -> None:
    asked = (
        "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger' "
        "AND name LIKE '%_no_update'"
        if db.engine.dialect.name == "sqlite"
        else "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE tgname LIKE '%_only_added'"
    )
    assert set(db.session.scalars(text(asked))) == set(ONLY_ADDED)


def test_every_refusal_the_service_writes_down_is_found_among_refusals() -> None:
    source = "".join(each.read_text() for each in (ROOT / "audit_app").rglob("*.py"))
    written = set(re.findall(r'remember\([^)]*?"([a-z -]* refused)"', source))
    assert {"sign-in refused", "token refused"} <= written <= set(Kind.REFUSED.verbs)
