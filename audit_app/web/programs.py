"""Programs that read figures for a person: what they send, what they may ask, what they are told.

A program has no browser, so it signs in with a token in place of a session, and is answered in one
plain sentence where it is refused anything. Whose token it is, the account room knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Response, current_app, g, request

from audit_app.web.downloads import PLAIN

P = ParamSpec("P")
R = TypeVar("R")

#: How every token begins, so that no other password is taken for one and a leaked one is known.
TOKEN_BEGINS = "figures_"  # noqa: S105  no secret, but how one begins

NOT_KNOWN = "This token is not known, has run out or was revoked. Make a new one in the service."
TOO_MANY = "Too many tokens that are not known came from this address. Wait a few minutes."
NOT_FOR_PROGRAMS = "A token reads the figures as .csv, .xlsx or .json, and nothing else."
NOT_ALLOWED = "The person this token belongs to may not read these figures."

_WAYS_IN = 'Basic realm="figures", charset="UTF-8", Bearer realm="figures"'


def programs_may_read(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that a program may read what a view answers to a GET."""
    view.programs_may_read = True  # type: ignore[attr-defined]
    return view


def is_for_programs() -> bool:
    """Whether what this request asks for is something that a program may read."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in ("GET", "HEAD") and getattr(view, "programs_may_read", False)


def token_sent() -> str | None:
    """The token that came with this request: as a bearer's, or as the password of basic sign-in."""
    sent = request.authorization
    if sent is None:
        return None
    said = sent.token if sent.type == "bearer" else sent.password if sent.type == "basic" else None
    return said if said and said.startswith(TOKEN_BEGINS) else None


def sent_by_program() -> bool:
    """Whether no browser of ours sent this request: it signs in by itself, where programs may."""
    signs_in = is_for_programs() and "Authorization" in request.headers
    return signs_in or token_sent() is not None


def let_program_in() -> None:
    """Remember, for this request, that its person is known by a token and has no session."""
    g.let_in_by_token = True


def let_in_by_token() -> bool:
    return "let_in_by_token" in g


def too_many_tries() -> None:
    """Remember, for this request, that too many tokens nobody knows came from where it came."""
    g.too_many_tokens = True


def refuse_program() -> Response:
    """What a program is told that did not say whose it is."""
    if "too_many_tokens" in g:
        minutes = current_app.config["SETTINGS"].sign_in_lock_minutes
        return tell_program(TOO_MANY, 429, {"Retry-After": str(60 * minutes)})
    if not is_for_programs():
        return tell_program(NOT_FOR_PROGRAMS, 403)
    return tell_program(NOT_KNOWN, 401, {"WWW-Authenticate": _WAYS_IN})


def tell_program(sentence: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """A plain sentence, as a program's person finds it in its log."""
    return Response(f"{sentence}\n", status, headers, content_type=PLAIN)
