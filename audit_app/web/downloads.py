"""Sending a file that was made for this one request."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

CALENDAR = "text/calendar; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
PLAIN = "text/plain; charset=utf-8"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: str | bytes | Iterable[str], name: str, kind: str) -> Response:
    """A file to keep, under a name that says what is in it."""
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def refusal(problem: str) -> tuple[Response, int]:
    """Why there is no file, in one plain sentence."""
    return Response(f"{problem.rstrip('.')}.\n", content_type=PLAIN), 400
