"""A mail server and a stand-in for GOV.UK Notify, on free ports of this machine."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.ports import free_port

API_KEY = "test-" + "11111111-2222-3333-4444-555555555555-" + "66666666-7777-8888-9999-000000000000"
TEMPLATE = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

#: What is done when a message reaches a step of being handed over; may answer otherwise.
Step = Callable[[str], str | None]


@dataclass
class MailServer:
    """A real mail server that keeps what it is sent; each step can be answered otherwise."""

    port: int = field(default_factory=free_port)
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    on_greeting: Step = lambda whom: None
    on_address: Step = lambda whom: None
    on_message: Step = lambda whom: None
    hang_up: bool = False

    @property
    def recipients(self) -> list[str]:
        return [to for to, _ in self.taken]

    @property
    def mails(self) -> dict[str, EmailMessage]:
        """What each person was sent, read as their mail program would."""
        return {to: message_from_bytes(sent, policy=policy.default) for to, sent in self.taken}

    async def handle_EHLO(  # noqa: N802
        self, server: smtp.SMTP, session: Session, envelope: Envelope, hostname: str,
        responses: list[str],
    ) -> list[str]:  # fmt: skip
        session.host_name = hostname
        self.on_greeting(hostname)
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str,
        options: list[str],
    ) -> str:  # fmt: skip
        answer = self.on_address(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: smtp.SMTP, session: Session, envelope: Envelope
    ) -> str:
        (to,) = envelope.rcpt_tos
        answer = self.on_message(to)
        if answer is None:
            assert isinstance(envelope.original_content, bytes)
            self.taken.append((to, envelope.original_content))
        if self.hang_up:
            server.transport.abort()
        return answer or "250 OK"


@contextmanager
def running(server: MailServer, **options: Any) -> Iterator[MailServer]:
    """The server, listening; encrypted from the start where an ``ssl_context`` is given."""
    control = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    control.start()
    try:
        yield server
    finally:
        control.stop()


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """Who may send: one person with one password."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = LoginPassword(user.encode(), password.encode())
        return AuthResult(success=given == right, handled=False)

    return check


def encrypted(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@dataclass
class Notify:
    """GOV.UK Notify as its clients see it: takes e-mail, and tells what it took."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    status: str = "delivered"
    before_taking: Callable[[dict[str, Any]], tuple[int, str] | None] = lambda sent: None
    after_taking: Callable[[dict[str, Any]], tuple[int, str] | None] = lambda sent: None
    url: str = ""

    def take(self, sent: dict[str, Any]) -> tuple[int, Any]:
        if refused := self.before_taking(sent):
            return refused[0], _problem(*refused)
        sent["created_at"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        sent["status"] = self.status
        self.taken.append(sent)
        if lost := self.after_taking(sent):
            return lost[0], _problem(*lost)
        return 201, {"id": str(len(self.taken)), "reference": sent["reference"]}

    def told(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        reference, statuses = asked.get("reference"), asked.get("status")
        found = [
            {name: each[name] for name in ("reference", "status", "created_at")}
            for each in reversed(self.taken)
            if (reference is None or each["reference"] in reference)
            and (statuses is None or each["status"] in statuses)
        ]
        return {"notifications": found, "links": {}}


@contextmanager
def notify_running(notify: Notify) -> Iterator[Notify]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self._answer(*notify.take(json.loads(self.rfile.read(length))))

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == f"/v2/template/{TEMPLATE}":
                self._answer(200, {"id": TEMPLATE, "type": "email"})
            elif asked.path == "/v2/notifications":
                self._answer(200, notify.told(parse_qs(asked.query)))
            else:
                self._answer(404, _problem(404, "No result found"))

        def _answer(self, status: int, body: Any) -> None:
            written = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing: a failing test says what it missed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    notify.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield notify
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _problem(status: int, message: str) -> dict[str, Any]:
    return {"status_code": status, "errors": [{"error": "ValidationError", "message": message}]}
