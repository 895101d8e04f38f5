"""Submitting audits, beside a bare Flask view that writes the same rows just as durably.

Run by ``scripts/bench submits``. One audit is recorded through its pages and copied many times. One
copy is submitted, and what that wrote is what the bare view writes for another (bare.py).
Then both submit in turn, one copy each, under the same server: the service by its form, with every
check and its way to the next page; the bare view by number.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

import flask_migrate
from sqlalchemy import select

from audit_app import create_app
from audit_app.extensions import db
from audit_app.models import User
from config import Settings
from tests.bench import made_up
from tests.bench.bare import Recipe
from tests.bench.drafts import copies, ready_audit, submitted
from tests.bench.saying import bar, say
from tests.bench.serving import SERVICE, Browser, Server, serving
from tests.browser_page import PageClient
from tests.databases import DATABASES, drop_shared_databases, new_database
from tests.sharing import Shared

BARE = "tests.bench.bare:app"
#: How many times as long as the bare view: at least half its rate.
ALLOWED = 2.0
_WARMING = 5
Draft = tuple[int, str]


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench submits")
    parser.add_argument("--quick", action="store_true")
    pairs = 25 if parser.parse_args().quick else 150
    say("Milliseconds a submit, each in the middle of those in turn; rows are what it adds.\n")
    say(f"{'':12}{'rows':>5}{'service':>12}{'bare':>11}{'ratio':>8}   {'middle half':14}CPU ratio")
    met = [_compared(each, pairs) for each in DATABASES]
    return 0 if all(met) else 1


def _compared(database: str, pairs: int) -> bool:
    with TemporaryDirectory() as folder, _database(database, Path(folder)) as url:
        drafts, version, recipe = _made(url, 2 * (pairs + _WARMING))
        written = Path(folder) / "recipe"
        written.write_bytes(pickle.dumps(recipe))
        named = {"BENCH_RECIPE": str(written)}
        with serving(SERVICE, url) as service, serving(BARE, url, more=named) as bare:
            return _in_turn(database, len(recipe.added), service, bare, drafts, version)


def _in_turn(
    database: str, rows: int, service: Server, bare: Server, drafts: list[Draft], version: int
) -> bool:
    person, program = service.browser(), bare.browser()
    person.sign_in(made_up.MANAGER)
    person.open(f"/audits/{drafts[-1][1]}/check")
    form = {name: person.field(name) for name in ("csrf_token", "once_token")}
    form["version"] = str(version)
    pairs: list[tuple[float, float]] = []
    began = service.cpu, bare.cpu
    for turn in range(len(drafts) // 2):
        if turn == _WARMING:
            began = service.cpu, bare.cpu
        one, other = drafts[2 * turn], drafts[2 * turn + 1]
        pairs.append((_sent(person, one, form), _written(program, other)))
    cpu = (service.cpu - began[0]) / (bare.cpu - began[1])
    pairs = pairs[_WARMING:]
    ratio = median(here / there for here, there in pairs)
    low, _, high = quantiles([here / there for here, there in pairs], n=4)
    here, there = (median(column) for column in zip(*pairs, strict=True))
    say(
        f"{database:12}{rows:>5}{here:>9.1f} ms{there:>8.1f} ms{ratio:>8.2f}   "
        f"{low:.2f} to {high:.2f}  {cpu:.2f}"
    )
    return bar(f"submitting on {database}, times a bare view", ratio, ALLOWED)


def _sent(person: Browser, draft: Draft, form: dict[str, str]) -> float:
    started = perf_counter()
    status = person.open(f"/audits/{draft[1]}/submit", form)
    took = (perf_counter() - started) * 1000
    if status != 303 or not person.location.endswith("/submitted"):
        raise SystemExit(f"An audit was not submitted: {status}")
    return took


def _written(program: Browser, draft: Draft) -> float:
    started = perf_counter()
    status = program.open("/", {"audit": str(draft[0])})
    took = (perf_counter() - started) * 1000
    if status != 200:
        raise SystemExit(f"The bare view wrote nothing: {status}")
    return took


def _made(url: str, how_many: int) -> tuple[list[Draft], int, Recipe]:
    """Audits ready to be submitted, the version each stands at, and what submitting one writes."""
    app = create_app(Settings(database_url=url, secret_key="x" * 40))
    app.config["TESTING"] = True
    with app.app_context():
        flask_migrate.upgrade()
        made_up.fill(1_000, in_full=True)
        auditor = db.session.scalars(select(User).where(User.email == made_up.MANAGER)).one()
        first = ready_audit(auditor)
        drafts = copies(first, how_many + 1)
        web = PageClient(app)
        web.sign_in(auditor)
        page = web.get(f"/audits/{drafts[0][1]}/check")
        version = int(page.fields("Submit the audit")["version"])
        recipe = submitted(web, *drafts[0])
        db.session.remove()
        db.engine.dispose()
    return drafts[1:], version, recipe


@contextmanager
def _database(database: str, folder: Path) -> Iterator[str]:
    run = uuid.uuid4().hex
    yield new_database(database, Shared(folder, run), "bench")
    if database != "sqlite":
        drop_shared_databases(run)


if __name__ == "__main__":
    sys.exit(main())
