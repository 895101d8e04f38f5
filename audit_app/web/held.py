"""What somebody typed just as their session ended, kept until they have signed in again.

The form is held on the server, in the browser's own new session, for the address it was sent to.
The page then opens with the typed text in its fields; nothing is saved until the person sends it.
It is shown only to the person whose session ended. Where that cannot be known any more, it is shown
only to whoever signs in at once to go on with that very page, and dropped otherwise.
"""

from __future__ import annotations

from flask import g, request, session
from flask_login import current_user
from werkzeug.datastructures import MultiDict

_KEY = "held_form"
_MOST_BYTES = 200_000
_NEVER_HELD = {"csrf_token", "password"}


def session_ended_for(user_id: int | None) -> None:
    """Remember, for this request, whose session its cookie once was."""
    g.session_ended_for = user_id


def was_signed_in() -> bool:
    """Whether this request came with the cookie of a session that ran out."""
    return g.get("session_ended_for") is not None


def hold_form() -> None:
    """Hold the form of this request, unless another site sent it or it holds a file."""
    if request.method != "POST" or request.files or not _sent_from_here():
        return
    if (request.content_length or 0) > _MOST_BYTES:
        return
    typed = {k: v for k, v in request.form.lists() if k not in _NEVER_HELD}
    if typed:
        session[_KEY] = {"path": request.path, "typed": typed, "owner": _owner()}


def keep_held_form_for(user_id: int, going_to: str) -> None:
    """At sign-in: drop what is held unless it is this person's, or they go straight on with it."""
    held = session.get(_KEY)
    if held is None:
        return
    owner = held["owner"]
    theirs = owner == user_id or (
        owner is None and going_to.split("?", maxsplit=1)[0] == held["path"]
    )
    if not theirs:
        del session[_KEY]


def take_held_form() -> MultiDict[str, str] | None:
    """The form held for this address, once; None when there is none."""
    held = session.get(_KEY)
    if held is None or held["path"] != request.path:
        return None
    del session[_KEY]
    return MultiDict(held["typed"])


def _owner() -> int | None:
    return current_user.id if current_user.is_authenticated else g.get("session_ended_for")


def _sent_from_here() -> bool:
    """Whether the browser says that one of our own pages sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return origin.startswith(request.host_url.rstrip("/"))
