"""A token reads figures as its person may, and does nothing else."""

from __future__ import annotations

from base64 import b64encode
from contextvars import Context
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from audit_app.account.changes import make_token
from audit_app.account.queries import token_digest
from audit_app.extensions import db
from audit_app.models import (
    AccessToken,
    HistoryEvent,
    OnceToken,
    RoleGrant,
    SignInTries,
    StoredSession,
    User,
)
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission, Role
from audit_app.web.programs import programs_may_read
from tests.browser_page import BASE, Page, PageClient
from tests.insight.judged import Judged, record
from tests.people import World
from tests.web.addresses import address_of

FIGURES = "/insight/distribution"
NEW = "/account/tokens/new"
UNKNOWN = "figures_" + "x" * 43


@pytest.fixture
def held(world: World) -> World:
    record(world, [Judged(date(2026, 3, 1), Judgement.GOOD)])
    return world


@pytest.fixture
def program(app: Flask) -> PageClient:
    """Something that fetches, and has no session of anybody's."""
    return PageClient(app)


def make(web: PageClient, user: User, days: str = "90") -> str:
    """Make a token as this person would, and copy it from the page."""
    web.sign_in(user)
    return shown(web.send(web.get(NEW), "Make the token", name="Power BI", days=days))


def shown(page: Page) -> str:
    return str(page.html.select_one("#token").get_text())


def ask(
    program: PageClient, token: str, path: str = f"{FIGURES}.csv", method: str = "GET"
) -> TestResponse:
    return send(program, f"Bearer {token}", path, method)


def send(program: PageClient, header: str, path: str, method: str = "GET") -> TestResponse:
    db.session.rollback()
    headers = {"Authorization": header}
    return Context().run(program.client.open, path, method=method, base_url=BASE, headers=headers)


def basic(token: str) -> str:
    return "Basic " + b64encode(f"anything:{token}".encode()).decode()


def test_a_token_reads_what_its_person_downloads(web: PageClient, held: World) -> None:
    program = PageClient(web.client.application)
    token = make(web, held.carol)
    for ending in ("csv", "json"):
        path = f"{FIGURES}.{ending}?by=quarter&basis=audited"
        expected = web.get(path).response.data
        assert ask(program, token, path).data == expected
        assert send(program, basic(token), path).data == expected
    assert ask(program, token, f"{FIGURES}.xlsx").data[:2] == b"PK"


def test_reading_makes_no_session_and_no_cookie(
    web: PageClient, program: PageClient, held: World
) -> None:
    token = make(web, held.carol)
    sessions = db.session.scalar(select(func.count()).select_from(StoredSession))
    for path in (f"{FIGURES}.csv", f"{FIGURES}.csv?by=week", "/insight/threads.csv?table=none"):
        assert "Set-Cookie" not in ask(program, token, path).headers
    assert db.session.scalar(select(func.count()).select_from(StoredSession)) == sessions


def test_a_token_opens_nothing_but_files_of_figures(
    app: Flask, web: PageClient, program: PageClient, held: World
) -> None:
    token = make(web, held.carol)
    opened = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in {"GET", "POST"} & (rule.methods or set())
        if not rule.rule.endswith((".csv", ".json", ".xlsx"))
        and getattr(app.view_functions[rule.endpoint], "access", "public") != "public"
        and ask(program, token, address_of(rule), method).status_code != 403
    }
    assert opened == set()


def test_only_files_of_insight_are_for_programs(app: Flask) -> None:
    marked = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "programs_may_read", False)
    }
    assert f"{FIGURES}.csv" in marked
    assert not {path for path in marked if not path.startswith("/insight/")}
    assert not {path for path in marked if not path.endswith((".csv", ".json", ".xlsx"))}


def test_a_public_page_knows_nobody_by_a_token(
    web: PageClient, program: PageClient, held: World
) -> None:
    token = make(web, held.carol)
    assert held.carol.name not in ask(program, token, "/accessibility").text


@pytest.mark.parametrize("ended", ["revoked", "expired", "switched off", "no role"])
def test_a_token_that_ended_reads_nothing(
    web: PageClient, program: PageClient, held: World, ended: str
) -> None:
    token = make(web, held.carol)
    kept = db.session.scalars(select(AccessToken)).one()
    assert ask(program, token).status_code == 200
    if ended == "revoked":
        web.send(web.get("/account/tokens/"), "Revoke Power BI")
    elif ended == "expired":
        kept.expires_on = date.today() - timedelta(days=1)
    elif ended == "switched off":
        held.carol.active = False
    else:
        held.carol.grants = [RoleGrant(role=Role.TEAM_MANAGER, team_id=held.north.id)]
    db.session.commit()
    refused = ask(program, token)
    assert refused.status_code == (403 if ended == "no role" else 401)
    assert refused.mimetype == "text/plain"
    assert "Outstanding" not in refused.text
    assert db.session.scalar(select(func.count()).select_from(SignInTries)) == 0


def test_a_token_works_on_its_last_day(web: PageClient, program: PageClient, held: World) -> None:
    token = make(web, held.carol)
    db.session.scalars(select(AccessToken)).one().expires_on = date.today()
    db.session.commit()
    assert ask(program, token).status_code == 200


def test_a_token_sees_no_more_than_its_moderator(
    web: PageClient, program: PageClient, held: World
) -> None:
    token = make(web, held.bob)
    path = f"{FIGURES}.json"
    assert ask(program, token, path).data == web.get(path).response.data


def test_the_token_is_kept_by_its_digest_alone(web: PageClient, held: World) -> None:
    token = make(web, held.carol)
    kept = db.session.scalars(select(AccessToken)).one()
    assert kept.digest == token_digest(token)
    assert (kept.user_id, kept.name) == (held.carol.id, "Power BI")
    assert kept.expires_on == date.today() + timedelta(days=90)
    stored = [
        *db.session.scalars(select(StoredSession.data)),
        *(each.encode() for each in db.session.scalars(select(OnceToken.result))),
    ]
    assert not [each for each in stored if token.encode() in each]
    assert token not in web.get("/account/tokens/").html.text


def test_sending_the_form_twice_makes_one_token_and_shows_it_once(
    web: PageClient, held: World
) -> None:
    web.sign_in(held.carol)
    form = web.get(NEW)
    web.send(form, "Make the token", name="Power BI", days="30")
    again = web.send(form, "Make the token", name="Power BI", days="30")
    assert again.path == "/account/tokens/"
    assert "was made and shown already" in again.text
    assert db.session.scalar(select(func.count()).select_from(AccessToken)) == 1


def test_a_token_needs_a_name_and_an_end(web: PageClient, held: World) -> None:
    web.sign_in(held.carol)
    refused = web.send(web.get(NEW), "Make the token", status=400, name=" ")
    assert refused.errors == ["Enter what will use the token", "Select how long the token works"]
    forged = web.send(web.get(NEW), "Make the token", status=400, name="For ever", days="9999")
    assert forged.errors == ["Select how long the token works"]
    assert forged.fields("Make the token")["name"] == "For ever"
    assert db.session.scalar(select(func.count()).select_from(AccessToken)) == 0


def test_who_may_not_read_figures_any_more_revokes_but_makes_none(
    web: PageClient, held: World
) -> None:
    make(web, held.carol)
    held.carol.grants = [RoleGrant(role=Role.TEAM_MANAGER, team_id=held.north.id)]
    db.session.commit()
    web.send(web.get("/account/tokens/"), "Revoke Power BI")
    assert db.session.scalars(select(AccessToken.revoked_at)).one() is not None
    assert "Make a token" not in web.get("/account/tokens/").links()
    web.get(NEW, status=403)


@pytest.mark.parametrize(("path", "sent"), [(NEW, "name=x&days=30"), ("/insight/words", "words=x")])
def test_a_question_for_the_headers_of_a_form_sends_none(
    web: PageClient, held: World, path: str, sent: str
) -> None:
    web.sign_in(held.carol)
    web.get(path)
    before = db.session.scalar(select(func.count()).select_from(HistoryEvent))
    form = "application/x-www-form-urlencoded"
    answer = web.client.open(path, method="HEAD", data=sent, content_type=form, base_url=BASE)
    assert answer.status_code == 200
    assert db.session.scalar(select(func.count()).select_from(HistoryEvent)) == before
    assert db.session.scalar(select(func.count()).select_from(AccessToken)) == 0


def test_nobody_revokes_anothers_token(web: PageClient, held: World) -> None:
    make(web, held.carol)
    kept = db.session.scalars(select(AccessToken)).one()
    web.sign_out()
    web.sign_in(held.cora)
    assert web.get("/account/tokens/").tables == []
    data = {"csrf_token": web.get("/").csrf}
    web.post(f"/account/tokens/{kept.reference}/revoke", data, status=404)
    db.session.refresh(kept)
    assert kept.revoked_at is None


def test_making_using_and_revoking_are_remembered_and_use_once_a_day(
    web: PageClient, program: PageClient, held: World
) -> None:
    token = make(web, held.carol)
    for _ in range(3):
        ask(program, token)
    kept = db.session.scalars(select(AccessToken)).one()
    assert kept.last_used_at is not None
    kept.last_used_at = datetime.now(UTC) - timedelta(days=1)
    db.session.commit()
    ask(program, token)
    revoke = web.get("/account/tokens/")
    web.send(revoke, "Revoke Power BI")
    web.post(revoke.action("Revoke Power BI"), revoke.fields("Revoke Power BI"))
    theirs = select(HistoryEvent.verb).where(HistoryEvent.record_reference == kept.reference)
    assert list(db.session.scalars(theirs.order_by(HistoryEvent.id))) == [
        "made a token",
        "read by a token",
        "read by a token",
        "revoked a token",
    ]


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {UNKNOWN}",
        basic(UNKNOWN),
        basic("copper kettle morning"),
        "Bearer",
        "Basic !!!",
        "Digest realm=x",
        "Bearer figures_é",
    ],
)
def test_who_is_not_known_is_told_so_in_a_sentence(
    program: PageClient, held: World, header: str
) -> None:
    refused = send(program, header, f"{FIGURES}.csv")
    assert (refused.status_code, refused.mimetype) == (401, "text/plain")
    assert "Basic" in refused.headers["WWW-Authenticate"]


def test_too_many_unknown_tokens_are_turned_away_and_a_known_one_is_not(
    web: PageClient, program: PageClient, held: World
) -> None:
    token = make(web, held.carol)
    answers = [ask(program, UNKNOWN).status_code for _ in range(12)]
    assert answers == [401] * 10 + [429] * 2
    assert ask(program, UNKNOWN).headers["Retry-After"] == "900"
    assert ask(program, token).status_code == 200
    refused = select(func.count()).where(HistoryEvent.verb == "token refused")
    assert db.session.scalar(refused) == 10


def test_a_token_in_an_address_is_copied_nowhere(
    web: PageClient, program: PageClient, held: World
) -> None:
    token = make(web, held.carol)
    for address in (f"{FIGURES}.csv?token={token}", f"/audits/?{token}", f"/?next=%2F%3Fa={token}"):
        refused = program.request("GET", address)
        assert (refused.status_code, refused.mimetype) == (400, "text/plain")
        assert token not in f"{refused.text}{refused.headers}"


def test_what_breaks_is_told_to_a_program_in_a_sentence(
    app: Flask, program: PageClient, held: World
) -> None:
    def broken() -> str:
        raise OSError

    broken.access = Permission.INSIGHT_READ  # type: ignore[attr-defined]
    app.view_functions["insight.distribution_csv"] = programs_may_read(broken)
    token = make_token(held.carol, "Power BI", 30)
    db.session.commit()
    told = ask(program, token)
    assert (told.status_code, told.mimetype) == (500, "text/plain")
    assert "Try again" in told.text


def test_a_password_that_a_proxy_passes_on_disturbs_nobody(web: PageClient, held: World) -> None:
    web.sign_in(held.carol)
    assert send(web, basic("copper kettle morning"), FIGURES).status_code == 200
