"""What is written to the log: who asked for what and what broke; never what was typed."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from audit_app.extensions import db
from audit_app.models import HistoryEvent
from audit_app.web.forms import PageForm
from audit_app.web.logs import formatter
from audit_app.web.proxies import BehindProxies
from tests.browser_page import BASE, PageClient
from tests.people import World
from tests.recording import start_audit
from tests.web.addresses import address_of

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

MARKER = "Zquirrel7"


class Log:
    """What a server would have written, form by form."""

    def __init__(self) -> None:
        self.json, self.plain = io.StringIO(), io.StringIO()
        self.handlers = []
        for form, into in (("json", self.json), ("plain", self.plain)):
            handler = logging.StreamHandler(into)
            handler.setFormatter(formatter(form))
            self.handlers.append(handler)

    @property
    def text(self) -> str:
        return self.json.getvalue() + self.plain.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.json.getvalue().splitlines()]

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["message"] == "request"]


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything at the level of a server, from the service and from what it is made of."""
    written, root, own = Log(), logging.getLogger(), logging.getLogger("audit_app")
    levels = root.level, own.level
    root.setLevel(logging.INFO)
    own.setLevel(logging.DEBUG)
    for handler in written.handlers:
        root.addHandler(handler)
    yield written
    for handler in written.handlers:
        root.removeHandler(handler)
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def test_each_request_has_a_line_that_names_its_route_and_its_person(
    web: PageClient, world: World, log: Log
) -> None:
    reference = world.recorded_audit(auditor=world.alice).reference
    web.sign_in(world.alice)
    answer = web.request("GET", f"/audits/{reference}?from={MARKER}")
    line = log.requests[-1]
    told = {name: line[name] for name in ("method", "route", "endpoint", "status", "user", "level")}
    assert told == {
        "method": "GET",
        "route": "/audits/<reference>",
        "endpoint": "audits.audit",
        "status": 200,
        "user": world.alice.reference,
        "level": "INFO",
    }
    assert line["ms"] > 0
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert reference not in log.text


def test_whoever_is_refused_and_whoever_saves_is_named_too(
    web: PageClient, world: World, log: Log
) -> None:
    web.sign_in(world.alice)
    web.request("GET", "/people/")
    start_audit(web, world)
    known = [line for line in log.requests if line["route"] in ("/people/", "/audits/new")]
    assert {line["status"] for line in known} >= {200, 303, 403}
    assert {line["user"] for line in known} == {world.alice.reference}


def test_history_and_log_know_a_request_by_the_same_name(
    web: PageClient, world: World, log: Log
) -> None:
    web.sign_in(world.alice)
    start_audit(web, world)
    remembered = db.session.scalars(select(HistoryEvent.request_id)).all()
    assert {each for each in remembered if each} <= {line["request_id"] for line in log.requests}
    assert remembered[-1]


def test_nothing_sent_to_any_address_reaches_the_log(
    app: Flask, web: PageClient, world: World, log: Log
) -> None:
    """Every address with a query, and every form there is sent to each that takes one."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    fields = dict.fromkeys(_every_field(app), MARKER)
    for person, methods in ((None, {"GET", "POST"}), (world.carol, {"GET", "POST"}),
                            (world.adam, {"POST"}), (world.alice, {"POST"})):  # fmt: skip
        web.sign_out()
        token = ""
        if person is not None:
            web.sign_in(person)
            token = web.get("/").csrf
        for rule in app.url_map.iter_rules():
            if rule.endpoint in ("static", "account.sign_out"):
                continue
            address = address_of(rule).replace("ZZZZ-ZZZZ", f"{MARKER}-a")
            for method in methods & (rule.methods or set()):
                sent = fields | {"csrf_token": token} if method == "POST" else None
                web.request(method, f"{address}?q={MARKER}&page={MARKER}", sent, _MARKED)
    assert len(log.requests) > len(list(app.url_map.iter_rules()))
    assert MARKER.lower() not in log.text.lower()


def test_nothing_typed_into_a_record_reaches_the_log(
    web: PageClient, world: World, log: Log
) -> None:
    web.sign_in(world.alice)
    begun = start_audit(web, world).path.rstrip("/")
    page = web.get(f"{begun}/section/case")
    web.request("POST", page.path, page.fields() | {"worker_not_involved_reason": MARKER})
    assert MARKER in str(web.get(page.path).fields())
    web.sign_out()
    web.sign_in(world.carol)
    page = web.get("/transfer/import")
    file = (io.BytesIO(f"case_reference\n{MARKER}\n".encode()), f"{MARKER}.csv")
    web.post("/transfer/import", page.fields() | {"file": file})
    assert [line["status"] for line in log.requests if line["method"] == "POST"][-1] == 303
    assert MARKER not in log.text


_MARKED = {"User-Agent": MARKER, "Referer": f"{BASE}/{MARKER}", "X-Request-ID": MARKER}


def _every_field(app: Flask, of: type[PageForm] = PageForm) -> set[str]:
    """What any form calls its fields, and what some pages read without one."""
    names = {"verb", "version", "email", "password", "name", "opening", "token"}
    with app.test_request_context():
        for form in of.__subclasses__():
            names |= _every_field(app, form)
            with suppress(TypeError):
                names |= {field.name for field in form()}
    return names


def test_an_error_is_told_by_its_kind_and_place_without_its_message(
    app: Flask, web: PageClient, world: World, log: Log
) -> None:
    def broken() -> str:
        try:
            int(MARKER)
        except ValueError as problem:
            raise KeyError(MARKER) from problem
        return ""

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["home.help_page"] = broken
    broken.access = "public"  # type: ignore[attr-defined]
    answer = web.request("GET", f"/help?x={MARKER}")
    assert answer.status_code == 500
    (error,) = (line for line in log.lines if line["level"] == "ERROR")
    assert error["message"] == "Unforeseen error in home.help_page: KeyError"
    assert "in broken" in error["trace"]
    assert "ValueError" in error["trace"]
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert MARKER not in log.text


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO services (name) VALUES (:said), (:said)", "services"),
        ("SELECT * FROM passages_fts WHERE passages_fts MATCH '\"' || :said", ""),
        ("INSERT INTO services (id, name) VALUES (:said, 'x')", ""),
    ],
)
def test_what_a_database_quotes_is_left_out(
    app: Flask, web: PageClient, log: Log, statement: str, said: str
) -> None:
    def broken() -> str:
        db.session.execute(text(statement), {"said": MARKER})
        return ""

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["home.help_page"] = broken
    broken.access = "public"  # type: ignore[attr-defined]
    assert web.request("GET", "/help").status_code == 500
    (error,) = (line for line in log.lines if line["level"] == "ERROR")
    assert error["message"].startswith("Database error in home.help_page: ")
    assert said in error["message"]
    assert MARKER not in log.text


@pytest.mark.parametrize("odd", ["\n", "\r\n", "\x1b[2J", "\u2028", "\x85", "\0"])
def test_nobody_can_write_a_line_of_their_own(log: Log, odd: str) -> None:
    logging.getLogger("audit_app.odd").warning("It said %s", f'a{odd}{{"level": "INFO"}}')
    assert len(log.json.getvalue().splitlines()) == 1
    assert len(log.plain.getvalue().splitlines()) == 1
    assert "\x1b" not in log.text
    assert log.lines[0]["level"] == "WARNING"


def test_a_method_nobody_uses_is_not_written_out(web: PageClient, log: Log) -> None:
    assert web.request(MARKER.upper(), "/help").status_code == 405
    assert log.requests[-1]["method"] == "OTHER"
    assert log.requests[-1]["status"] == 405


def test_probes_and_built_files_leave_no_line_unless_something_is_wrong(
    web: PageClient, log: Log
) -> None:
    for address in ("/healthz", "/readyz", "/static/app.css"):
        with web.request("GET", address) as answer:
            assert answer.status_code == 200
    assert log.requests == []
    web.request("GET", f"/static/{MARKER}")
    assert [line["route"] for line in log.requests] == ["/static/<path:filename>"]


# --- whose word is taken for a request's name and origin ----------------------------------------

GIVEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("hops", "peer", "sent", "taken"),
    [
        (1, "127.0.0.1", GIVEN, GIVEN),
        (1, "::1", "01234567-89ab-cdef-0123-456789abcdef", GIVEN),
        (1, "::ffff:10.0.3.4", GIVEN, GIVEN),
        (1, "", GIVEN, GIVEN),
        (1, "10.1.0.1", GIVEN, None),
        (0, "127.0.0.1", GIVEN, None),
        (1, "127.0.0.1", GIVEN.upper(), None),
        (1, "127.0.0.1", GIVEN + "0", None),
        (1, "127.0.0.1", f"{GIVEN[:-1]}\n", None),
        (1, "127.0.0.1", "", None),
    ],
)
def test_a_name_is_taken_from_our_proxy_alone_and_only_as_proxies_write_it(
    app: Flask, hops: int, peer: str, sent: str, taken: str | None
) -> None:
    service = BehindProxies(_service(app), hops, ("127.0.0.1", "::1", "10.0.0.0/16"))
    seen: dict[str, str] = {}

    def start_response(line: str, headers: list[tuple[str, str]], *more: object) -> Any:
        seen.update(headers)

    environ = {
        **app.test_request_context("/healthz", base_url=BASE).request.environ,
        "REMOTE_ADDR": peer,
        "HTTP_X_REQUEST_ID": sent,
        "HTTP_X_FORWARDED_FOR": "198.51.100.7",
        "HTTP_X_FORWARDED_PROTO": "https",
    }
    list(service(environ, start_response))
    assert (seen["X-Request-ID"] == GIVEN) is (taken is not None)
    assert len(seen["X-Request-ID"]) == 32
    believed = hops == 1 and peer != "10.1.0.1"
    assert (environ["REMOTE_ADDR"] == "198.51.100.7") is believed
    assert (environ["wsgi.url_scheme"] == "https") is believed


def _service(app: Flask) -> Any:
    """The service without what is around it already."""
    return app.wsgi_app.direct  # type: ignore[attr-defined]
