"""What a browser fetches before anybody asked for it."""

from __future__ import annotations

from flask import abort, has_request_context, request

#: Browsers say so under one of these names: the standard's first, then what older ones still send.
_NAMES = ("Sec-Purpose", "Purpose", "X-Moz")


def refuse_guess() -> None:
    """Stop a request that a browser made on a guess: it would be remembered as a person's own.

    It is told to come again.
    """
    if is_guess():
        abort(503)


def is_guess() -> bool:
    """Whether this request is one that a browser made before anybody asked for it.

    Only what is fetched can be: no browser sends a form ahead.
    """
    if not has_request_context() or request.method != "GET":
        return False
    return any(_is_guess(name) for name in _NAMES)


def _is_guess(name: str) -> bool:
    return "prefetch" in request.headers.get(name, "").casefold()
