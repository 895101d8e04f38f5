"""Sending a file that was made for this one request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Response, abort, request
from flask_login import current_user

from audit_app.extensions import db
from audit_app.models import remember
from audit_app.models.sqlite import WRITES

CALENDAR = "text/calendar; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
PDF = "application/pdf"
PLAIN = "text/plain; charset=utf-8"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: What history says of a list that left the service as a file.
EXPORTED = "exported"
LONGEST_REFERENCE = 40


def download(content: str | bytes | Iterable[str], name: str, kind: str) -> Response:
    """A file to keep, under a name that says what is in it."""
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def download_remembered(
    content: str | bytes | Sequence[str], name: str, kind: str, record_type: str, of: str
) -> Response:
    """A file of what is about children and people: history says who took it, and what was in it.

    It is whole before that is written down, though the request only reads; nothing is fetched on a
    guess. ``of`` is cut to what a record's reference may hold.
    """
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        abort(503)
    if request.method == "GET":
        db.session.rollback()
        db.session.connection(execution_options=WRITES)
        remember(db.session, current_user, EXPORTED, record_type, of[:LONGEST_REFERENCE])
        db.session.commit()
    return download(content, name, kind)


def refusal(problem: str) -> tuple[Response, int]:
    """Why there is no file, in one plain sentence."""
    return Response(f"{problem.rstrip('.')}.\n", content_type=PLAIN), 400
