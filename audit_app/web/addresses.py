"""What an address or a form may hold at all, whichever page it is for."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit, urlunsplit

from flask import Flask, Response, abort, request, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, ValidationError

from audit_app.rules.numbers import whole_number
from audit_app.web.programs import TOKEN_BEGINS, tell_program

#: No keyboard types it, and PostgreSQL cannot hold it.
NUL = "\0"

LEAKED = (
    "There is a token in this address, where logs keep it. Revoke it, make a new one, and send "
    "that as the password or in the Authorization header."
)


class NumberInAddress(IntegerConverter):
    """A row's number in a path. One that no database can hold leads to no page."""

    def to_python(self, value: str) -> int:
        number = whole_number(value)
        if number is None:
            raise ValidationError
        return number


def read_numbers_in_addresses(app: Flask) -> None:
    """Read every ``<int:...>`` as numbers of rows; before any room is opened."""
    app.url_map.converters["int"] = NumberInAddress


def refuse_nul_in_address() -> None:
    """Before each request: an address with a NUL character in it was made by no page of ours."""
    arguments = (part for pair in request.args.items(multi=True) for part in pair)
    if NUL in request.path or any(NUL in part for part in arguments):
        abort(400)


def refuse_token_in_address() -> Response | None:
    """Before each request: what is asked with a token in the address would be copied into others.

    It is answered before anything is looked up, so the answer tells nothing of the token.
    """
    arguments = (part for pair in request.args.items(multi=True) for part in pair)
    if any(TOKEN_BEGINS in part for part in arguments):
        return tell_program(LEAKED, 400)
    return None


def take_no_head_for_a_form() -> None:
    """Before each request: who asks for the headers of a page with a form sends no form.

    A view may take whatever is no GET for a form, and a HEAD carries no token to show whose it is.
    """
    takes_forms = request.url_rule is not None and "POST" in (request.url_rule.methods or ())
    if request.method == "HEAD" and takes_forms:
        request.method = "GET"


def split_address(address: str | None) -> SplitResult:
    """The parts of an address that was sent to us; all empty where it is no address at all."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def own_address(address: str | None) -> str:
    """Where to go after signing in: a page of ours and the field in it, never another site."""
    parts = split_address(address)
    path = parts.path
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")):
        return url_for("home.home")
    return urlunsplit(("", "", path, parts.query, parts.fragment))


def leave_nul_out_of_form() -> None:
    """Before each form is read: drop the NUL characters in it, and keep everything typed."""
    sent = list(request.form.items(multi=True))
    if any(NUL in part for pair in sent for part in pair):
        clean = [(name.replace(NUL, ""), value.replace(NUL, "")) for name, value in sent]
        request.form = ImmutableMultiDict(clean)
