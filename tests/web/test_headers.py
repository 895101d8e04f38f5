"""What every response carries, and what the health pages say."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from config import Settings
from tests.browser_page import BASE, PageClient
from tests.own_service import own_service
from tests.people import World
from tests.statements import statements
from tests.web.addresses import address_of

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only


#: What every answer carries, whatever it is an answer to.
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def assert_guarded(answer: Response, what: str) -> None:
    """Every header that trust rests on, on one answer."""
    headers = answer.headers
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS, what
    policy = headers["Content-Security-Policy"]
    assert "default-src" in policy, what
    assert "frame-ancestors 'none'" in policy, what
    assert "base-uri 'none'" in policy, what
    assert "unsafe" not in policy, what
    assert "*" not in policy, what
    assert "camera=()" in headers["Permissions-Policy"], what
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"]), what
    for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin"):
        assert name not in headers, what


def test_every_answer_of_every_route_is_guarded_and_kept_nowhere(
    app: Flask, web: PageClient, world: World
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    met = set()
    for person in (None, world.carol):
        web.sign_out()
        if person is not None:
            web.sign_in(person)
        for rule in app.url_map.iter_rules():
            if rule.endpoint in ("static", "account.sign_out"):
                continue
            methods = {"GET", "POST"} & (rule.methods or set())
            if person is None:
                methods |= {"HEAD", "OPTIONS", "DELETE"}
            for method in sorted(methods):
                answer = web.request(method, address_of(rule))
                what = f"{method} {rule.rule}, {'signed in' if person else 'a stranger'}"
                assert_guarded(answer, what)
                assert "no-store" in answer.headers["Cache-Control"], what
                assert answer.status_code < 500, what
                met.add(answer.status_code)
    assert {200, 303, 403, 404, 405} <= met


def test_what_goes_wrong_is_guarded_too(app: Flask, web: PageClient, world: World) -> None:
    def broken() -> str:
        raise RuntimeError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    broken.access = "public"  # type: ignore[attr-defined]
    app.view_functions["home.help_page"] = broken
    large = {"email": "x" * (2 * 1024 * 1024 + 1)}
    for person in (None, world.carol):
        web.sign_out()
        if person is not None:
            web.sign_in(person)
        for method, address, sent, status in (
            ("GET", "/help", None, 500),
            ("GET", "/nowhere", None, 404),
            ("GET", "/static/nowhere", None, 404),
            ("GET", "/audits/?page=%00", None, 400),
            ("POST", "/account/sign-in", large, 413),
            ("POST", "/account/sign-in", _many_parts(), 413),
            ("POST", "/transfer/import", _many_parts(21), 413),
            ("PUT", "/privacy", None, 405),
        ):
            answer = web.request(method, address, sent)
            assert answer.status_code == status, address
            assert_guarded(answer, address)
            assert "no-store" in answer.headers["Cache-Control"], address


def _many_parts(parts: int = 600) -> dict[str, object]:
    """A form with a file is sent in parts; the file is the last of them."""
    return {f"n{number}": "x" for number in range(parts)} | {"file": (io.BytesIO(b"x"), "f")}


def test_a_host_that_is_not_ours_gets_nothing_of_ours_but_the_guards(app: Flask) -> None:
    answer = app.test_client().get("/account/sign-in", base_url="http://evil.example")
    assert answer.status_code == 400
    assert_guarded(answer, "another host")
    assert "evil" not in answer.get_data(as_text=True)


def test_a_file_taken_away_is_guarded_and_kept_nowhere(web: PageClient, world: World) -> None:
    world.recorded_audit()
    web.sign_in(world.carol)
    for kind in ("csv", "xlsx", "json", "pdf"):
        answer = web.request("GET", f"/insight/distribution.{kind}")
        assert answer.status_code == 200
        assert_guarded(answer, kind)
        assert "no-store" in answer.headers["Cache-Control"]


def test_built_files_alone_may_be_kept_and_ask_nobody(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    with web.request("GET", "/static/app.css") as answer:
        assert_guarded(answer, "a built file")
        assert "max-age=2592000" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


def test_no_page_holds_inline_script_or_style(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    for path in ("/", "/audits/", "/insight/distribution", "/alerts/", "/framework/"):
        page = web.get(path).html
        assert not page.find_all("style"), path
        assert not page.find_all(style=True), path
        assert all(script.get("src") for script in page.find_all("script")), path


def test_the_cookie_cannot_be_read_by_script_or_sent_by_other_sites(web: PageClient) -> None:
    cookie = web.get("/account/sign-in").response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_https_the_cookie_is_bound_to_the_host(settings: Settings) -> None:
    with own_service(settings.model_copy(update={"https": True})) as app:
        response = app.test_client().get("/account/sign-in", base_url="https://localhost")
        over_http = app.test_client().get("/account/sign-in", base_url="http://localhost")
    assert response.headers["Set-Cookie"].startswith("__Host-session=")
    assert "Secure" in response.headers["Set-Cookie"]
    assert "SameSite=Lax" in response.headers["Set-Cookie"]
    assert "Domain" not in response.headers["Set-Cookie"]
    told = response.headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in over_http.headers


def test_a_probe_is_answered_whatever_host_it_names_and_whoever_asks(
    app: Flask, web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    with app.app_context(), statements() as asked:
        for host in (BASE, "http://10.0.0.7:8001", "http://audit-1"):
            answer = web.client.get("/healthz", base_url=host)
            assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok")
            assert_guarded(answer, host)
            assert "Set-Cookie" not in answer.headers
        assert asked == []
        for host in (BASE, "http://10.0.0.7:8001"):
            answer = web.client.get("/readyz", base_url=host)
            assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ready")
    reads = {statement for statement in asked if statement != "BEGIN"}
    assert reads == {"SELECT version_num FROM alembic_version"}


def test_security_contact_is_published(web: PageClient) -> None:
    text = web.client.get("/.well-known/security.txt", base_url=BASE).get_data(as_text=True)
    assert "Contact: mailto:" in text
    assert "Expires: " in text


def test_an_unknown_address_gets_a_plain_page(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    assert web.get("/nowhere", status=404).h1 == "Page not found"
