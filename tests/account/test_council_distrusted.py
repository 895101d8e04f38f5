"""A provider that is broken, slow or hostile, and answers that somebody put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select

from audit_app.account import council_provider
from audit_app.extensions import db
from audit_app.models import HistoryEvent, StoredSession
from tests.account.council_provider import (
    Claims,
    Provider,
    come_by_council,
    verified,
    way_back,
)
from tests.browser_page import Page, PageClient
from tests.people import World

pytestmark = pytest.mark.sqlite_only

NOBODY = "You have not been signed in"
AWAY = "The council’s sign-in does not answer"


def _nobody_is_in(web: PageClient) -> None:
    assert web.get("/").path == "/account/sign-in"
    signed_in = select(StoredSession).where(StoredSession.user_id.is_not(None))
    assert db.session.scalars(signed_in).all() == []


def _refused(web: PageClient, council: Provider, world: World) -> Page:
    council.person = verified(world.alice.email)
    page = come_by_council(web, status=400)
    assert page.h1 == NOBODY
    assert db.session.scalars(select(HistoryEvent.verb)).all() == ["sign-in refused"]
    _nobody_is_in(web)
    return page


@dataclass(frozen=True)
class Ago:
    """So many seconds ago when the test runs, and called the same by every worker that reads it."""

    seconds: int

    @property
    def moment(self) -> int:
        return int(time.time()) - self.seconds


@pytest.mark.parametrize(
    "said",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another service"},
        {"aud": ["another service", "practice-audit"]},
        {"aud": None},
        {"azp": "another service"},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": Ago(120), "iat": Ago(420)},
        {"exp": None},
        {"exp": "never"},
        {"iat": Ago(-3600)},
        {"nbf": Ago(-3600)},
        {"sub": None},
        {"sub": ""},
        {"sub": ["s-1"]},
        {"sub": "s" * 256},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_signs_nobody_in(
    web: PageClient, world: World, council: Provider, said: Claims
) -> None:
    def changed(claims: Claims) -> Claims:
        wanted = {name: value for name, value in (claims | said).items() if value is not None}
        return {
            name: value.moment if isinstance(value, Ago) else value
            for name, value in wanted.items()
        }

    council.change = changed
    _refused(web, council, world)


@pytest.mark.parametrize(
    "sign",
    [
        Provider.unsigned,
        Provider.signed_with_what_is_public,
        Provider.signed_by_another,
        Provider.altered,
        lambda provider, claims: "no token",
        lambda provider, claims: "",
    ],
)
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(
    web: PageClient, world: World, council: Provider, sign: Callable[[Provider, Claims], str]
) -> None:
    council.sign = lambda claims: sign(council, claims)
    _refused(web, council, world)


@pytest.mark.parametrize("algorithm", ["PS256", "ES256"])
def test_other_signatures_that_only_a_private_key_makes_are_taken(
    web: PageClient, world: World, council: Provider, algorithm: str
) -> None:
    council.person, council.algorithm = verified(world.alice.email), algorithm
    if algorithm == "ES256":
        council.key, council.keys = council.ec_key, [council.ec_key]
    assert come_by_council(web).path == "/"


def test_a_key_that_is_new_is_asked_for_once(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    come_by_council(web)
    web.sign_out()
    council.key, council.keys = council.second_key, [council.second_key]
    assert come_by_council(web).path == "/"
    web.sign_out()
    assert come_by_council(web).path == "/"
    assert council.read.count("published_keys") == 2


def test_a_key_that_is_never_published_is_not_asked_for_again_and_again(
    web: PageClient, world: World, council: Provider
) -> None:
    council.key = council.second_key
    _refused(web, council, world)
    assert council.read.count("published_keys") == 2


def test_what_the_provider_says_of_itself_is_asked_for_once(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    assert council.read == []
    for _ in range(3):
        come_by_council(web)
        web.sign_out()
    assert council.read.count("discovery") == 1


def test_a_code_of_somebody_elses_sign_in_signs_nobody_in(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    theirs, own = (parse_qs(urlsplit(way_back(web)).query) for _ in range(2))
    mixed = {"code": theirs["code"][0], "state": own["state"][0]}
    assert web.get(f"/account/council/back?{urlencode(mixed)}", 400).h1 == NOBODY
    _nobody_is_in(web)


def test_an_answer_of_another_issuer_signs_nobody_in(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    said = parse_qs(urlsplit(way_back(web)).query) | {"iss": ["https://another.example"]}
    page = web.get(f"/account/council/back?{urlencode(said, doseq=True)}", 400)
    assert page.h1 == NOBODY
    assert "token" not in council.read


@pytest.mark.parametrize("error", ["access_denied", "login_required", "<script>"])
def test_whom_the_provider_turns_back_can_go_on(
    web: PageClient, world: World, council: Provider, error: str
) -> None:
    council.refuses = error
    page = come_by_council(web, "/account/council/start?next=/audits/", status=403)
    assert page.h1 == NOBODY
    assert error not in page.text
    council.refuses, council.person = "", verified(world.alice.email)
    assert come_by_council(web, page.links()["Try again"]).path == "/audits/"


def test_a_provider_that_says_it_is_out_of_order_is_away(
    web: PageClient, world: World, council: Provider
) -> None:
    council.refuses = "temporarily_unavailable"
    assert come_by_council(web, status=503).h1 == AWAY


@pytest.mark.parametrize("status", [500, 302, 200])
def test_without_the_provider_there_is_a_page_that_says_so(
    web: PageClient, world: World, council: Provider, status: int
) -> None:
    council.broken = {"discovery": status}
    page = web.get("/account/council/start?next=/audits/", 503)
    assert page.h1 == AWAY
    assert "you can sign in with that" in page.text
    assert web.get(page.links()["Go to the sign-in page"]).path == "/account/sign-in"
    council.broken, council.person = {}, verified(world.alice.email)
    assert come_by_council(web, page.links()["Try again"]).path == "/audits/"


@pytest.mark.parametrize("what", ["token", "published_keys"])
@pytest.mark.parametrize("status", [500, 302, 200])
def test_a_provider_that_breaks_on_the_way_signs_nobody_in(
    web: PageClient, world: World, council: Provider, what: str, status: int
) -> None:
    council.person = verified(world.alice.email)
    back = way_back(web)
    council.broken = {what: status}
    assert web.get(back, 503).h1 == AWAY
    _nobody_is_in(web)


def test_a_provider_that_never_answers_is_not_waited_for(
    web: PageClient, world: World, council: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(council_provider, "PATIENCE", (0.2, 0.2))
    council.go_on.clear()
    council.slow = {"discovery"}
    assert web.get("/account/council/start", 503).h1 == AWAY


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://another.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"jwks_uri": "ftp://council.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": 7},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    web: PageClient, world: World, council: Provider, said: Claims
) -> None:
    council.says = said
    assert web.get("/account/council/start", 503).h1 == AWAY


def test_the_log_says_what_went_wrong_and_nothing_about_anybody(
    web: PageClient, world: World, council: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    council.sign = council.altered
    _refused(web, council, world)
    assert "BadSignatureError" in caplog.text
    assert world.alice.email not in caplog.text
    assert all(code not in caplog.text for code in council.codes)
