"""How long the service takes to start, what of that is reading its libraries, and what it holds.

Run by ``scripts/bench start``. From starting the server to its first answer, in turn with a bare
Flask application; then the memory of its workers once each has answered, with the application
loaded before they part (``--preload``) and after. Memory that workers share is divided among them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from time import perf_counter

import flask_migrate

from audit_app import create_app
from audit_app.extensions import db
from config import ROOT, Settings
from tests.bench import made_up
from tests.bench.saying import say
from tests.bench.serving import HELLO, SERVICE, Server, serving

_PAGES = ("/", "/audits/", "/insight/distribution")
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")


def main() -> int:
    turns = 3 if "--quick" in sys.argv[1:] else 7
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'start.sqlite'}"
        app = create_app(Settings(database_url=url, secret_key="x" * 40))
        with app.app_context():
            flask_migrate.upgrade()
            made_up.fill(1_000, in_full=True)
            db.session.remove()
            db.engine.dispose()
        _starts(url, turns)
        _imports()
        _memory(url)
    return 0


def _starts(url: str, turns: int) -> None:
    pairs = [(_started(SERVICE, url), _started(HELLO, url)) for _ in range(turns)]
    here, least = (median(column) for column in zip(*pairs, strict=True))
    say(f"first answer: {here:.2f} s, a bare application {least:.2f} s, ratio {here / least:.1f}")


def _started(application: str, url: str) -> float:
    began = perf_counter()
    with serving(application, url):
        return perf_counter() - began


def _imports() -> None:
    """The libraries that take longest to read, each with what of it is read at the start."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import audit_app"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    spent: Counter[str] = Counter()
    for microseconds, module in _IMPORT.findall(told):
        spent[module.partition(".")[0]] += int(microseconds)
    say(f"reading modules: {spent.total() / 1e6:.2f} s, of which")
    for package, microseconds in spent.most_common(12):
        say(f"    {package:24}{microseconds / 1000:>8.0f} ms")


def _memory(url: str) -> None:
    say(f"{'memory of a worker':34}{'held':>10}{'its share':>12}")
    ways = (("service", SERVICE, ()), ("service, preloaded", SERVICE, ("--preload",)))
    for name, application, more in (*ways, ("a bare application", HELLO, ())):
        with serving(application, url, more) as server:
            _used(server, application)
            held, share = (mean(column) for column in zip(*server.memory(), strict=True))
            say(f"{name:34}{held:>7.0f} MB{share:>9.0f} MB")


def _used(server: Server, application: str) -> None:
    """Have every worker answer, as what it needs is read when it first does."""
    reader = server.browser()
    if application == SERVICE:
        reader.sign_in(made_up.LEAD)
    for _ in range(20):
        for path in _PAGES if application == SERVICE else ("/",):
            reader.taken(path)


if __name__ == "__main__":
    sys.exit(main())
