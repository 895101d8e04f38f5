"""Who only looks on changes nothing, whatever they send."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Reflection, RoleGrant
from audit_app.models.base import Base, now
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.web.access import PUBLIC, access_of, only_reads
from tests.browser_page import PageClient
from tests.escalations.escalated import inadequate
from tests.people import World
from tests.web.addresses import address_of

pytestmark = pytest.mark.sqlite_only

#: What signing in writes, and what remembers who looked at what.
_ABOUT_THE_VISIT = {
    "sessions",
    "second_steps",
    "sign_in_tries",
    "history_events",
    "history_seals",
}


def _everything() -> dict[str, list[Any]]:
    db.session.rollback()
    tables = (each for each in Base.metadata.sorted_tables if each.name not in _ABOUT_THE_VISIT)
    return {each.name: [tuple(row) for row in db.session.execute(select(each))] for each in tables}


def test_nothing_an_inspector_sends_changes_a_record(
    app: Flask, web: PageClient, world: World
) -> None:
    audit = world.recorded_audit().reference
    web.sign_in(world.ivy)
    sent = {"csrf_token": web.get("/").csrf, "name": "A name", "text": "A text", "verb": "submit"}
    before = _everything()
    posts = [each for each in app.url_map.iter_rules() if "POST" in (each.methods or ())]
    assert len(posts) > 100
    for rule in posts:
        if access_of(app, rule.endpoint) == PUBLIC:
            continue
        for address in {address_of(rule), address_of(rule).replace("ZZZZ-ZZZZ", audit)}:
            answer = web.request("POST", address, sent)
            declared = only_reads(app, rule.endpoint)
            assert declared or answer.status_code == 403, f"{rule.rule}: {answer.status_code}"
    assert _everything() == before


def test_the_declared_forms_are_those_that_look_and_those_about_signing_in(app: Flask) -> None:
    declared = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and only_reads(app, rule.endpoint)
    }
    assert declared - OWN_SIGNING_IN == {"audits.find", "insight.words.words", "prints.check_file"}


#: What concerns nobody but whoever sends it.
OWN_SIGNING_IN = {
    "account.forget",
    "account.stay",
    "account.own.end_others",
    "account.own.end_session",
    "account.own.password",
    "account.second_step.begin",
    "account.second_step.confirm",
    "account.second_step.remove",
    "account.tokens.revoke",
    "reminders.seen",
}
PAGES = (
    *("/", "/audits/", "/improvement/", "/improvement/board", "/escalations/", "/moderation/"),
    *("/programme/", "/insight/claims", "/insight/explore", "/summaries/", "/alerts/"),
    *("/framework/", "/framework/themes", "/messages/", "/prints/", "/account/"),
)


def test_somebody_who_also_works_here_goes_on_working(web: PageClient, world: World) -> None:
    world.ivy.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.north.id))
    db.session.commit()
    web.sign_in(world.ivy)
    answer = web.request("POST", "/audits/new", {"csrf_token": web.get("/").csrf})
    assert answer.status_code == 400
    assert not world.ivy.only_reads


def test_an_inspector_reads_what_was_submitted_and_no_draft_nor_reflection(
    app: Flask, web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(Judgement.INADEQUATE)
    draft = world.recorded_audit(state=AuditState.DRAFT)
    words = "What I alone should read."
    db.session.add(
        Reflection(audit_id=audit.id, user_id=world.priya.id, text=words, shared_at=now())
    )
    db.session.commit()
    shown, hidden = audit.reference, draft.reference
    web.sign_in(world.ivy)
    page = web.get(f"/audits/{shown}")
    assert "Inadequate" in page.text
    assert words not in page.text
    assert words not in web.get(f"/audits/{shown}/story").text
    web.get(f"/audits/{hidden}", 404)
    listed = web.get("/audits/").html.find("main").get_text()
    assert shown in listed
    assert hidden not in listed


def test_an_inspector_reads_what_was_escalated_once_the_audit_is_submitted(
    web: PageClient, world: World
) -> None:
    told, untold = inadequate(world), inadequate(world)
    untold.audit.state = AuditState.DRAFT
    db.session.commit()
    shown, hidden = told.reference, untold.reference
    web.sign_in(world.ivy)
    assert "/escalations/" + shown in web.get("/escalations/").links().values()
    assert "/escalations/" + hidden not in web.get("/escalations/").links().values()
    assert "Inadequate" in web.get(f"/escalations/{shown}").text
    web.get(f"/escalations/{hidden}", 404)
    assert "escalations" not in web.get("/").text.lower()


def test_an_inspector_is_offered_no_button_that_would_change_anything(
    app: Flask, web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(Judgement.INADEQUATE)
    reference = audit.reference
    web.sign_in(world.ivy)
    pages = (f"/audits/{reference}", f"/audits/{reference}/story", *PAGES)
    adapter = app.url_map.bind("")
    for path in pages:
        for form in web.get(path).html.find("main").select("form[method=post]"):
            endpoint, _ = adapter.match(str(form.get("action") or path), method="POST")
            assert only_reads(app, endpoint), f"{path} offers {endpoint}"
