"""Who may open which address: denied unless the route says who.

Every view declares its access once, with :func:`requires` or :func:`public`. A view that declares
nothing is refused to everybody, and a test lists it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, redirect, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from audit_app.rules.permissions import Permission
from audit_app.web.held import hold_form, was_signed_in

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare that a view is for signed-in people who hold the permission."""

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return declare


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that a view is for anybody."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def access_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What an endpoint declares: a permission, ``public``, or None when it declares nothing."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], "access", None)


def check_access() -> Response | None:
    """Before each request: let it through, send it to sign in, or refuse it."""
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access == PUBLIC:
        return None
    if not current_user.is_authenticated or _out_of_time():
        return send_to_sign_in()
    if access is None or not current_user.can(access):
        abort(403)
    _touch()
    return None


def send_to_sign_in() -> Response:
    """Keep what was typed, and come back to it after signing in."""
    if request.method == "POST":
        flash("You were signed out. Sign in to go on: what you typed is kept.")
    elif was_signed_in():
        flash("You were signed out. Sign in to go on.")
    back = page_to_come_back_to()
    if back == request.path:
        hold_form()
    logout_user()
    return redirect(url_for("account.sign_in", next=back), code=303)


def page_to_come_back_to() -> str:
    """The page asked for; for a button with no page of its own, the page the button is on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    if request.url_rule is not None and "GET" in (request.url_rule.methods or set()):
        return request.path
    on = urlsplit(request.referrer or "")
    return on.path if on.netloc == request.host and on.path else url_for("home.home")


def _out_of_time() -> bool:
    started = session.get("signed_in_at")
    longest = timedelta(hours=current_app.config["SETTINGS"].session_hours)
    return started is None or datetime.now(UTC) - datetime.fromtimestamp(started, UTC) > longest


def _touch() -> None:
    """Push the idle limit out, at most once a minute: reading a page should not cost a write."""
    minute = int(datetime.now(UTC).timestamp() // 60)
    if session.get("seen") != minute:
        session["seen"] = minute
