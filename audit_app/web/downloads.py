"""Sending a file that was made for this one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from audit_app.models.history import request_id
from audit_app.rules.deeds import EXPORTED, NOT_WHOLE
from audit_app.web.guesses import refuse_guess
from audit_app.web.reads import remember_apart, remember_of

CALENDAR = "text/calendar; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
PDF = "application/pdf"
PLAIN = "text/plain; charset=utf-8"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


#: Whole, or made as it is sent.
Content = str | bytes | Sequence[str] | Iterator[str] | Iterator[bytes]


def download(content: Content, name: str, kind: str) -> Response:
    """A file to keep, under a name that says what is in it.

    What is made as it is sent is made when the request is over: it holds the engine that it reads
    by, and asks nothing of the request, of the settings or of the request's own session.
    """
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def download_remembered(
    content: Content, name: str, kind: str, record_type: str, of: str
) -> Response:
    """A file that leaves the service: history says who took it, and what was in it.

    That is written down before any of it is sent. Where it is made as it is sent and breaks off,
    history says that too, after the other: some of it may have been taken. Nothing is fetched on a
    guess. ``of`` is cut to what a record's reference may hold.
    """
    refuse_guess()
    if request.method == "GET":
        app: Any = current_app
        who = (app._get_current_object(), request_id(), int(current_user.id))
        remember_apart(EXPORTED, record_type, of)
        if isinstance(content, Iterator):
            tell = partial(_tell_it_broke_off, *who, record_type, of)
            content = _told_if_it_breaks_off(content, tell)
    return download(content, name, kind)


def _told_if_it_breaks_off(content: Iterator[Any], tell: Callable[[], None]) -> Iterator[Any]:
    """The same, piece by piece. It breaks off by a fault here, or where nobody takes the rest."""
    try:
        yield from content
    except BaseException:
        tell()
        raise


def _tell_it_broke_off(
    app: Flask, request_id: str | None, user_id: int, record_type: str, of: str
) -> None:
    with app.app_context():
        g.request_id = request_id
        try:
            remember_of(user_id, NOT_WHOLE, record_type, of)
        except SQLAlchemyError as problem:
            app.logger.error("Not remembered of a file: %s", type(problem).__name__)


def refusal(problem: str) -> tuple[Response, int]:
    """Why there is no file, in one plain sentence."""
    return Response(f"{problem.rstrip('.')}.\n", content_type=PLAIN), 400
