"""The service, and a bare Flask application, under the same server: what a request takes of each.

Both are started from the same folder with the same settings. A connection stays open for as long
as the server leaves it open.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import urlencode

from audit_app.web import serving as settings
from config import ROOT
from tests.people import PASSWORD
from tests.ports import free_port

SERVICE, HELLO = "audit_app:create_app()", "tests.bench.hello:app"
#: The settings the service ships with; its log is written, and thrown away.
OPTIONS = ("--config", "python:audit_app.web.serving")
#: The same for what must not read the service's modules only to be told them.
BARE_OPTIONS = (
    *("--workers", str(settings.workers), "--worker-class", settings.worker_class),
    *("--timeout", str(settings.timeout), "--max-requests", str(settings.max_requests)),
    *("--max-requests-jitter", str(settings.max_requests_jitter), "--no-control-socket"),
    *("--log-level", "warning"),
)
_PATIENCE = 120


class Browser:
    """Asks one server, with cookies, over a connection that stays open where the server lets it."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self.cookies: dict[str, str] = {}
        self.body = b""

    def open(self, path: str, sent: dict[str, str] | None = None) -> int:
        """The answer's status; its text is kept in ``body``."""
        headers = {"Host": "localhost", "Origin": "http://localhost"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={held}" for name, held in self.cookies.items())
        data = None
        if sent is not None:
            data = urlencode(sent)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request("GET" if sent is None else "POST", path, data, headers)
        answer = self.connection.getresponse()
        self.body = answer.read()
        self.location = answer.headers.get("Location", "")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status

    def field(self, name: str) -> str:
        """What a hidden field of the page that was opened last holds."""
        found = re.search(rb'name="%b"[^>]* value="([^"]*)"' % name.encode(), self.body)
        if found is None:
            raise SystemExit(f"There is no field {name} on the page")
        return found[1].decode()

    def sign_in(self, email: str) -> None:
        self.open("/account/sign-in")
        typed = {"csrf_token": self.field("csrf_token"), "email": email, "password": PASSWORD}
        if self.open("/account/sign-in", typed) != 303:
            raise SystemExit(f"{email} was not let in")
        # The first page of a session writes its form token down.
        self.open("/account/tokens/")

    def taken(self, path: str) -> float:
        """How many milliseconds a page takes, from asking to its last byte."""
        started = perf_counter()
        status = self.open(path)
        took = (perf_counter() - started) * 1000
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        return took


class Server:
    """A server that runs: where, and what its workers have taken."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def browser(self) -> Browser:
        return Browser(self.port)

    @property
    def workers(self) -> list[int]:
        """The processes that answer, by number."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in children.read_text().split()]

    @property
    def cpu(self) -> float:
        """How many milliseconds the workers had a processor for, whatever else the machine did."""
        runs = (
            int(thread.read_text().split()[0])
            for worker in self.workers
            for thread in Path(f"/proc/{worker}/task").glob("*/schedstat")
        )
        return sum(runs) / 1e6

    def memory(self) -> list[tuple[float, float]]:
        """Of each worker in megabytes: what it holds, and that with what it shares divided."""
        return [_held(worker) for worker in self.workers]


def _held(process: int) -> tuple[float, float]:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    sizes = {line.partition(":")[0]: line.split()[1] for line in lines[1:]}
    return int(sizes["Rss"]) / 1024, int(sizes["Pss"]) / 1024


@contextmanager
def serving(
    application: str,
    database: str,
    more_options: tuple[str, ...] = (),
    more: dict[str, str] | None = None,
) -> Iterator[Server]:
    """A server on a port of its own, once it answers; ended afterwards."""
    port = free_port()
    options = OPTIONS if application == SERVICE else BARE_OPTIONS
    server = Path(sys.executable).with_name("gunicorn")
    process = subprocess.Popen(
        [str(server), *options, *more_options, "--bind", f"127.0.0.1:{port}", application],
        cwd=ROOT,
        env=_environment(database) | (more or {}),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait()


def _environment(database: str) -> dict[str, str]:
    """Nothing of whoever measures but where to find programs; no .env file is read."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ", "LANG") if name in os.environ}
    own = {"DATABASE_URL": database, "SECRET_KEY": "x" * 40, "FLASK_SKIP_DOTENV": "1"}
    return kept | own


def wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    until = perf_counter() + _PATIENCE
    while perf_counter() < until and process.poll() is None:
        try:
            Browser(port).open("/healthz")
            return
        except (OSError, HTTPException):
            sleep(0.005)
    raise SystemExit("The server does not answer")
