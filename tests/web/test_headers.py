"""What every response carries, and what the health pages say."""

from __future__ import annotations

import pytest
from flask import Flask

from audit_app import create_app
from audit_app.extensions import db
from config import Settings
from tests.browser_page import BASE, PageClient
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only


def test_pages_take_nothing_from_elsewhere_and_run_nothing_inline(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    headers = web.get("/").response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


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
    app = create_app(settings.model_copy(update={"https": True}))
    response = app.test_client().get("/account/sign-in", base_url="https://localhost")
    assert response.headers["Set-Cookie"].startswith("__Host-session=")
    assert "Secure" in response.headers["Set-Cookie"]
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
    with app.app_context():
        db.engine.dispose()


def test_a_host_name_that_is_not_ours_is_refused(app: Flask) -> None:
    response = app.test_client().get("/account/sign-in", base_url="http://evil.example")
    assert response.status_code == 400


def test_health_says_ok_and_readiness_asks_the_database(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz", base_url=BASE).status_code == 200
    assert client.get("/readyz", base_url=BASE).status_code == 200


def test_security_contact_is_published(web: PageClient) -> None:
    text = web.client.get("/.well-known/security.txt", base_url=BASE).get_data(as_text=True)
    assert "Contact: mailto:" in text
    assert "Expires: " in text


def test_an_unknown_address_gets_a_plain_page(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    assert web.get("/nowhere", status=404).h1 == "Page not found"
