"""What the service writes to its log: a line for each request, and what broke where.

Never what somebody typed, sent or asked for: no query, no filled address, no body, and of an error
its kind and place without its message. A line is one line, whatever is in it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from time import perf_counter
from traceback import format_tb
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request
from flask.logging import default_handler
from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Raised = (
        tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    )

HEADER = "X-Request-ID"
_ID, _SEEN = "audit_app.request_id", "audit_app.seen"
#: As proxies write one: 32 hexadecimal digits, or those of a UUID.
_AS_PROXIES_WRITE_IT = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Asked for so often, and so little is learned from it, that only what went wrong is written.
_NOT_WORTH_A_LINE = frozenset({"static", "health.healthz", "health.readyz"})
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}

_requests = logging.getLogger("audit_app.requests")


class RequestLog:
    """Names each request, says the name in the answer, and writes its line.

    The time is until the answer begins; a long file may take longer to go out.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()
        name = environ[_ID] = _id_of(environ)
        environ[_SEEN] = {}
        status = 500

        def started(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, [*headers, (HEADER, name)], *more)

        try:
            return self.app(environ, started)
        finally:
            _write_line(environ, status, perf_counter() - began)


def _id_of(environ: WSGIEnvironment) -> str:
    """As the proxy named it, which is trusted by now if the header is still there; else a new one.

    Without the dashes, so that whoever searches for one finds it in the history too.
    """
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))
    return given.replace("-", "") if _AS_PROXIES_WRITE_IT.fullmatch(given) else uuid4().hex


def _write_line(environ: WSGIEnvironment, status: int, seconds: float) -> None:
    seen: dict[str, str] = environ[_SEEN]
    if seen.get("endpoint") in _NOT_WORTH_A_LINE and status < 400:
        return
    method = environ["REQUEST_METHOD"]
    _requests.info(
        "request",
        extra={
            "request_id": environ[_ID],
            "method": method if method in _METHODS else "OTHER",
            "endpoint": seen.get("endpoint"),
            "route": seen.get("route"),
            "status": status,
            "ms": round(seconds * 1000, 1),
            "user": seen.get("user"),
        },
    )


def name_request() -> None:
    """Before anything else is done for a request: history and log know it by the same name."""
    g.request_id = request.environ.get(_ID) or uuid4().hex
    if request.url_rule is not None:
        seen = request.environ.setdefault(_SEEN, {})
        seen.update(endpoint=request.endpoint, route=request.url_rule.rule)


def note_person(response: Response | None = None) -> Any:
    """Note who asks, if that is known already: nothing is read to find out.

    Called when access has been checked and again at the end, where somebody was refused.
    """
    known = inspect(g.get("_login_user"), raiseerr=False)
    reference = None if known is None else known.dict.get("reference")
    if reference:
        request.environ.setdefault(_SEEN, {})["user"] = reference
    return response


def log_requests(app: Flask) -> None:
    """Have every request named and written down; first of all that is done for one."""
    app.before_request(name_request)
    # Of what runs outside a server, such as a command.
    default_handler.setFormatter(formatter(app.config["SETTINGS"].log_format))


# --- how a line looks ---------------------------------------------------------------------------


def formatter(form: str) -> logging.Formatter:
    """Lines of JSON, or ``plain`` ones for somebody who sits in front of them."""
    return _Plain() if form == "plain" else _Json()


class _Json(JsonFormatter):
    """One JSON object a line, with whatever was passed as ``extra``."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "trace"},
            timestamp=True,
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        # Whatever is said in the middle of a request can be found by the request's name.
        if has_request_context() and not log_data.get("request_id"):
            log_data["request_id"] = g.get("request_id")

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the library's name
        return trace_of(ei[1])


class _Plain(logging.Formatter):
    """The moment, the level and the sentence; a trace below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        about = vars(record)
        if record.name == _requests.name:
            about = about | {"message": _in_words(about)}
        line = str(self._fmt) % about
        return line.translate(_CONTROL)

    def format(self, record: logging.LogRecord) -> str:
        trace = getattr(record, "trace", "")
        return super().format(record) + (f"\n{trace}" if trace else "")

    def formatException(self, ei: Raised) -> str:  # noqa: N802
        return trace_of(ei[1])


def _in_words(about: dict[str, Any]) -> str:
    where = about["route"] or "nowhere"
    return f"{about['method']} {where} {about['status']} in {about['ms']} ms"


# --- errors without what was in them ------------------------------------------------------------


def trace_of(error: BaseException | None) -> str:
    """Where an error and those behind it came from, and of what kind each is; never its message."""
    return "\n".join(
        f"{''.join(format_tb(each.__traceback__))}{_kind(each)}" for each in _behind(error)
    )


def said_by_database(error: DBAPIError) -> str:
    """What a database says is wrong, without the values it may quote.

    The kind of error, what it is called in the database's own manual, and what it is about; its
    sentence only where that cannot quote what somebody typed.
    """
    problem = error.orig
    about = getattr(problem, "diag", None)
    code = getattr(problem, "sqlstate", None) or getattr(problem, "sqlite_errorname", None)
    names = [getattr(about, each, None) for each in ("table_name", "constraint_name")]
    sentence = str(problem).partition("\n")[0]
    quotes = code is not None and not _CANNOT_QUOTE.match(code)
    said = [_kind(problem), code, *names, "" if quotes else sentence]
    return " ".join(str(each) for each in said if each)


#: Names of conditions whose sentence holds names of tables and columns at most: constraints,
#: what is missing in the database or full, locks, and whatever ends a connection.
_CANNOT_QUOTE = re.compile(
    r"23|42P01|42703|42501|53|55|57|08|25|40"
    r"|SQLITE_(CONSTRAINT|BUSY|LOCKED|FULL|IOERR|READONLY|CORRUPT|CANTOPEN|NOTADB)"
)


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    met: set[int] = set()
    while error is not None and id(error) not in met:
        met.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException | None) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
