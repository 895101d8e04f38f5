"""What somebody typed just as their session ended, kept until they have signed in again.

The form is held on the server, in the browser's own new session, for the address it was sent to.
The page then opens with the typed text in its fields; nothing is saved until the person sends it.
"""

from __future__ import annotations

from flask import request, session
from werkzeug.datastructures import MultiDict

_KEY = "held_form"
_MOST_BYTES = 200_000
_NEVER_HELD = {"csrf_token", "password"}


def hold_form() -> None:
    """Hold the form of this request, unless another site sent it or it holds a file."""
    if request.method != "POST" or request.files or not _sent_from_here():
        return
    if (request.content_length or 0) > _MOST_BYTES:
        return
    typed = {k: v for k, v in request.form.lists() if k not in _NEVER_HELD}
    if typed:
        session[_KEY] = {"path": request.path, "typed": typed}


def take_held_form() -> MultiDict[str, str] | None:
    """The form held for this address, once; None when there is none."""
    held = session.get(_KEY)
    if held is None or held["path"] != request.path:
        return None
    del session[_KEY]
    return MultiDict(held["typed"])


def _sent_from_here() -> bool:
    """Whether the browser says that one of our own pages sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return origin.startswith(request.host_url.rstrip("/"))
