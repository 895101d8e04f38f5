"""Whether documents print quickly: beside Chromium from cold, on the same pages, in one run.

Run by ``scripts/bench paper``. The service prints in a process that has printed before, as it does
when people use it; Chromium is started for each page, as a service would that used it. They take
turns, so that whatever else the machine does falls on both alike: only the ratios mean anything,
and each is the one in the middle.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter

import flask_migrate
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from audit_app import create_app
from audit_app.alerts.printing import alert_made
from audit_app.alerts.queries import sheet_of
from audit_app.alerts.sheet import Sheet
from audit_app.demo import changes as demo
from audit_app.documents.made import Made
from audit_app.documents.pdf import STATIC, STATIC_ADDRESS
from audit_app.extensions import db
from audit_app.models import Alert
from audit_app.rules.summary_periods import read_code
from audit_app.summaries.contents import contents
from audit_app.summaries.document import Standing, draw
from audit_app.web.published import published_pdf
from config import Settings

#: What a warm print may take at most of what Chromium takes from cold.
ALERT_ALLOWED, SUMMARY_ALLOWED = 1 / 3, 2.0
#: Sending what was printed before may take at most so much of printing it.
REOPENED_ALLOWED = 0.05
#: How much a process may grow from its twentieth alert to its hundredth, in megabytes.
GROWTH_ALLOWED = 4.0
FIRST, LAST = 20, 100
TURNS = 7
PERIOD = "2021-22-Q2"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
MISSING = "Documents are measured beside Chromium: install it, or say where it is in CHROMIUM."
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-pdf-header-footer",
)  # fmt: skip
Print = Callable[[], Made]


def main() -> int:
    if not Path(CHROMIUM).is_file():
        raise SystemExit(f"There is no browser at {CHROMIUM}. {MISSING}")
    with TemporaryDirectory() as folder:
        app = _service(Path(folder) / "paper.sqlite")
        with app.test_request_context():
            alert, issued = _alert()
            printed = contents(read_code(PERIOD), None, date.today())
            standing = Standing(stamp="Reference 0000", printed_by="Nobody", signed_by="Nobody")
            summary = partial(draw, printed, {}, standing)
            missed = [
                *_beside("an alert", partial(alert_made, alert), ALERT_ALLOWED, Path(folder)),
                *_beside("a summary", summary, SUMMARY_ALLOWED, Path(folder)),
                *_reopened(issued, partial(alert_made, alert)),
                *_growth(partial(alert_made, alert)),
            ]
    _say(f"Peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    for each in missed:
        _say(f"MISSED: {each}")
    return 1 if missed else 0


def _service(file: Path) -> Flask:
    app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key="x" * 40))
    with app.app_context():
        flask_migrate.upgrade()
        demo.fill(date.today(), True, lambda said: None)
        db.session.remove()
    return app


def _alert() -> tuple[Sheet, Alert]:
    """The demonstration's longest issued alert."""
    alerts = db.session.scalars(select(Alert).where(Alert.sequence.is_not(None)))
    longest = max(alerts, key=lambda alert: len(alert.found + alert.good_looks_like))
    return sheet_of(longest, date.today()), longest


def _beside(name: str, make: Print, allowed: float, folder: Path) -> Iterator[str]:
    """Both print the same page in turn; the first turn counts for nothing."""
    made = make()
    pages = len(PdfReader(BytesIO(made.pdf)).pages)
    with _served(made.html) as address:
        chromium = partial(_by_chromium, address, folder / "chromium.pdf")
        chromium()
        pairs = [(_taken(make), _taken(chromium)) for _ in range(TURNS)]
    ratio = median(here / there for here, there in pairs)
    here, there = (median(column) for column in zip(*pairs, strict=True))
    _say(
        f"{name}, {pages} pages: {here:.2f} s warm, Chromium cold {there:.2f} s, "
        f"ratio {ratio:.2f} (allowed {allowed:.2f})"
    )
    if ratio > allowed:
        yield f"{name} takes {ratio:.2f} times as long as Chromium"


def _reopened(alert: Alert, make: Print) -> Iterator[str]:
    """A published document is sent as it was stored, once its checksum is found right."""
    document = alert.published
    if document is None:
        raise SystemExit("The demonstration's alert is not published")
    here, printing = _middle(lambda: published_pdf(document)), _middle(make)
    _say(f"reopened: {here * 1000:.2f} ms, printed: {printing * 1000:.0f} ms")
    if here > REOPENED_ALLOWED * printing:
        yield f"a published document takes {here / printing:.2f} of printing it"


def _growth(make: Print) -> Iterator[str]:
    sizes = []
    for number in range(1, LAST + 1):
        make()
        if number in (FIRST, LAST):
            sizes.append(_resident())
    grown = sizes[-1] - sizes[0]
    _say(f"{LAST} alerts in a row: {sizes[0]:.1f} MB after {FIRST}, {grown:+.1f} MB at the end")
    if grown > GROWTH_ALLOWED:
        yield f"{LAST} alerts in a row grow the process by {grown:.1f} MB"


def _by_chromium(address: str, out: Path) -> None:
    out.unlink(missing_ok=True)
    printing = [CHROMIUM, *FLAGS, f"--print-to-pdf={out}", address]
    subprocess.run(printing, check=True, capture_output=True)
    if not out.stat().st_size:
        raise SystemExit("Chromium printed nothing")


@contextmanager
def _served(html: bytes) -> Iterator[str]:
    """The page and the fonts it asks for, at an address of this machine."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            font = STATIC / self.path.removeprefix(STATIC_ADDRESS)
            asked = font.read_bytes() if self.path.startswith(STATIC_ADDRESS) else html
            self.send_response(200)
            self.end_headers()
            self.wfile.write(asked)

        def log_message(self, *said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _middle(do: Callable[[], object]) -> float:
    do()
    return median(_taken(do) for _ in range(TURNS))


def _taken(do: Callable[[], object]) -> float:
    started = perf_counter()
    do()
    return perf_counter() - started


def _resident() -> float:
    """Megabytes of memory that the process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
