"""What a page takes beside a bare Flask application that says hello, under the same server.

Run by ``scripts/bench pages``. Both servers run with the settings the service ships with, and are
asked in turn by one reader each, who keeps the connection where the server lets them. A ratio is
that of two neighbours, and the one in the middle of all is told. The processor's time is counted by
the system for the workers alone, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import flask_migrate
from sqlalchemy import select

from audit_app import create_app
from audit_app.extensions import db
from audit_app.models import Audit, User
from audit_app.rules.audit_steps import AuditState
from config import Settings
from tests.bench import made_up
from tests.bench.saying import bar, say
from tests.bench.serving import HELLO, SERVICE, Browser, Server, serving

#: How many times as long as a hello the list of 25 audits may take.
ALLOWED = 8.0
#: A hello is so quick that one alone says little.
_HELLOS, _WARMING = 5, 10


@dataclass(frozen=True)
class Page:
    """A page as one person opens it; nobody is signed in without an address."""

    name: str
    path: str
    email: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench pages")
    parser.add_argument("--quick", action="store_true")
    pairs = 40 if parser.parse_args().quick else 200
    with _database() as url, serving(HELLO, url) as hello, serving(SERVICE, url) as service:
        met = True
        say(f"{'page':34}{'page':>10}{'hello':>10}{'ratio':>8}   {'middle half':16}CPU ratio")
        for page in _pages(url):
            met = _measured(page, hello, service, pairs) and met
    return 0 if met else 1


def _measured(page: Page, hello: Server, service: Server, pairs: int) -> bool:
    """Whether it is within what is allowed, where anything is said of it."""
    bare, reader = hello.browser(), service.browser()
    if page.email:
        reader.sign_in(page.email)
    _in_turn(bare, reader, page.path, _WARMING)
    before = hello.cpu, service.cpu
    found = _in_turn(bare, reader, page.path, pairs)
    used = (hello.cpu - before[0]) / _HELLOS, service.cpu - before[1]
    ratio = median(took / least for least, took in found)
    low, _, high = quantiles([took / least for least, took in found], n=4)
    least, took = (median(column) for column in zip(*found, strict=True))
    say(
        f"{page.name:34}{took:>7.2f} ms{least:>7.2f} ms{ratio:>8.1f}   "
        f"{f'{low:.1f} to {high:.1f}':16}{used[1] / used[0]:.1f}"
    )
    if page.path != "/audits/":
        return True
    return bar("a signed-in list of 25 audits, times a hello", ratio, ALLOWED)


def _in_turn(bare: Browser, reader: Browser, path: str, pairs: int) -> list[tuple[float, float]]:
    """Milliseconds of a hello and of the page, pair by pair."""
    found = []
    gc.disable()
    for _ in range(pairs):
        hellos = median(bare.taken("/") for _ in range(_HELLOS))
        found.append((hellos, reader.taken(path)))
    gc.enable()
    return found


def _pages(url: str) -> list[Page]:
    with _service(url) as auditor:
        recorded = select(Audit.reference).where(Audit.recorded, Audit.auditor_id != auditor)
        draft = select(Audit.reference).where(
            Audit.state == AuditState.DRAFT, Audit.auditor_id == auditor
        )
        one, own = (db.session.scalars(each.limit(1)).one() for each in (recorded, draft))
    lead, manager = made_up.LEAD, made_up.MANAGER
    return [
        Page("list of 25 audits", "/audits/", lead),
        Page("list of 25 audits, a moderator", "/audits/?order=desc", made_up.MODERATOR),
        Page("sign in", "/account/sign-in"),
        Page("home, a team manager", "/", manager),
        Page("home, a practice lead", "/", lead),
        Page("one audit", f"/audits/{one}", lead),
        Page("task list of a draft", f"/audits/{own}", manager),
        Page("judgements by period", "/insight/distribution", lead),
        Page("golden threads by period", "/insight/threads", lead),
        Page("help, the least of our own", "/help", lead),
    ]


@contextmanager
def _service(url: str) -> Iterator[int]:
    """The service on a database, and the number of the manager in it."""
    app = create_app(Settings(database_url=url, secret_key="x" * 40))
    with app.app_context():
        which = select(User.id).where(User.email == made_up.MANAGER)
        yield db.session.scalars(which).one()
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _database() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'pages.sqlite'}"
        app = create_app(Settings(database_url=url, secret_key="x" * 40))
        with app.app_context():
            flask_migrate.upgrade()
            made_up.fill(1_000, in_full=True)
            db.session.remove()
            db.engine.dispose()
        yield url


if __name__ == "__main__":
    sys.exit(main())
