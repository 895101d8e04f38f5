"""Who may open which address: denied unless the route says who.

Every view declares its access once, with :func:`requires` or :func:`public`. A view that declares
nothing is refused to everybody, and a test lists it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, TypeVar

from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from audit_app.rules.permissions import Permission
from audit_app.web.addresses import split_address
from audit_app.web.guesses import refuse_guess
from audit_app.web.kept import keep_for_owner, typing
from audit_app.web.openings import field_in_use
from audit_app.web.programs import (
    NOT_ALLOWED,
    let_in_by_token,
    refuse_program,
    sent_by_program,
    tell_program,
)
from audit_app.web.reads import named_by

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"
_SET_UP_FIRST = "set_up_first"

#: A page to go to, or what a script is told.
Answer = Response | tuple[dict[str, str], int]


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


def reads(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that what is sent to a view changes no record, so that those who look on may send it.

    A search by words is such a form, and whatever somebody does about their own signing in.
    """
    view.reads = True  # type: ignore[attr-defined]
    return view


def before_set_up(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that a view opens to somebody who has yet to set up the second step they need."""
    view.before_set_up = True  # type: ignore[attr-defined]
    return view


def _opens_before_set_up() -> bool:
    view = current_app.view_functions[request.endpoint or ""]
    return getattr(view, "before_set_up", False)


def only_reads(app: Flask, endpoint: str) -> bool:
    """Whether what is sent to an endpoint is declared to change no record."""
    return getattr(app.view_functions[endpoint], "reads", False)


def access_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What an endpoint declares: a permission, ``public``, or None when it declares nothing."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], "access", None)


@dataclass(frozen=True)
class TimeLeft:
    """How long somebody stays signed in if they do nothing, and whether doing something helps."""

    seconds_left: int
    may_stay: bool


def session_runs_until(end: datetime) -> None:
    """Remember, for this request, when its session will have been idle for too long."""
    g.session_runs_until = end


def time_left() -> TimeLeft:
    """Of the person who is signed in; nothing is left of a session that has ended."""
    if not current_user.is_authenticated or _out_of_time():
        return TimeLeft(0, may_stay=False)
    now = datetime.now(UTC)
    idle = (
        now + current_app.permanent_session_lifetime if session.modified else g.session_runs_until
    )
    longest = datetime.fromtimestamp(session["signed_in_at"], UTC) + _longest()
    return TimeLeft(max(0, int((min(idle, longest) - now).total_seconds())), idle < longest)


def lead_to_set_up(needed: bool) -> None:
    """Open nothing to this session before its person has set up the second step they need."""
    session.pop(_SET_UP_FIRST, None)
    if needed:
        session[_SET_UP_FIRST] = True


def is_led_to_set_up() -> bool:
    """Whether nothing opens to this session before its person has set up a second step."""
    return bool(session.get(_SET_UP_FIRST))


def stay_signed_in() -> None:
    """Push the idle limit out now, whenever that was done last."""
    session.modified = True


def session_has_run_out() -> None:
    """Remember, for this request, that it came with the cookie of a session that ran out."""
    g.session_ran_out = True


def check_access() -> Answer | None:
    """Before each request: let it through, send it to sign in, or refuse it."""
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access == PUBLIC:
        return None
    if not current_user.is_authenticated or (_out_of_time() and not let_in_by_token()):
        return refuse_program() if sent_by_program() else send_to_sign_in()
    may = access is not None and current_user.can(access) and _may_send()
    if let_in_by_token():
        return None if may else tell_program(NOT_ALLOWED, 403)
    if not may:
        abort(403)
    if named_by(current_app, request.endpoint) is not None:
        # Before anything is looked up: what it finds, or not, would be nobody's doing.
        refuse_guess()
    _touch()
    if session.get(_SET_UP_FIRST) and not _opens_before_set_up():
        return redirect(url_for("account.second_step.set_up"), code=303)
    return None


def _may_send() -> bool:
    """False for somebody who only looks on, of whatever is not declared to change nothing."""
    if request.method in ("GET", "HEAD", "OPTIONS") or not current_user.only_reads:
        return True
    return only_reads(current_app, request.endpoint or "")


def send_to_sign_in() -> Answer:
    """Keep what was typed, and come back to it after signing in."""
    kept = keep_for_owner()
    back = page_to_come_back_to()
    if typing():
        return _told_to_sign_in(back, kept)
    if kept:
        flash("You were signed out. Sign in to go on: what you typed is kept.")
    elif request.method == "POST" or g.get("session_ran_out"):
        flash("You were signed out. Sign in to go on.")
    logout_user()
    return redirect(url_for("account.sign_in", next=back), code=303)


def _told_to_sign_in(back: str, kept: bool) -> Answer:
    """For a page that saves while somebody types; its person is in the middle of a sentence."""
    said = "You were signed out. What you typed is kept." if kept else "You were signed out."
    return {"said": said, "sign_in": url_for("account.sign_in", next=back)}, 401


def page_to_come_back_to() -> str:
    """The page asked for, or that a form was on, with the field that was in use."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    at = field_in_use()
    return _page_of_the_form() + (f"#{at}" if at else "")


def _page_of_the_form() -> str:
    """The page that the form of this request was on; else the page it was sent to."""
    on = split_address(request.referrer)
    if on.netloc == request.host and is_a_page(on.path):
        return f"{on.path}?{on.query}" if on.query else on.path
    return request.path if is_a_page(request.path) else url_for("home.home")


def is_a_page(path: str) -> bool:
    """Whether a GET of the address opens the page that a form there is sent to, or a page alone."""
    got, posted = _endpoint(path, "GET"), _endpoint(path, "POST")
    return got is not None and posted in (got, None)


def _endpoint(path: str, method: str) -> str | None:
    try:
        return str(current_app.url_map.bind("").match(path, method=method)[0])
    except HTTPException:
        return None


def _out_of_time() -> bool:
    """Whether somebody signed in too long ago, or at a time that has not come.

    A clock that was put back, by more than it is put right from day to day, would let a session
    live on for as long; its person signs in again, and what they typed is kept.
    """
    started = session.get("signed_in_at")
    if started is None:
        return True
    since = datetime.now(UTC) - datetime.fromtimestamp(started, UTC)
    return not -current_app.permanent_session_lifetime <= since <= _longest()


def _longest() -> timedelta:
    return timedelta(hours=current_app.config["SETTINGS"].session_hours)


def _touch() -> None:
    """Push the idle limit out, at most once a minute: reading a page should not cost a write."""
    minute = int(datetime.now(UTC).timestamp() // 60)
    if session.get("seen") != minute:
        session["seen"] = minute
