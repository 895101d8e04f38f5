"""Whether figures stay instant with a million audits of six threads each.

Run by ``scripts/bench insight``. What is compared is measured in one run and in turn, pair by pair,
so that whatever else the machine does falls on both alike: only the ratios mean anything, and each
is the one in the middle. DuckDB has a copy of its own of the same rows, in memory. Every way
fetches its whole answer into Python, and the run ends if two ways do not give the same counts.
"""

from __future__ import annotations

import argparse
import gc
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import duckdb
import flask_migrate
import pandas as pd
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from audit_app import create_app
from audit_app.extensions import db
from audit_app.insight.counting import counts
from audit_app.models import Team, User
from audit_app.models.sqlite import reading
from audit_app.tallying import asking, keeping
from audit_app.tallying.counted import Counted
from config import Settings
from tests.bench import million
from tests.bench.questions import BEYOND, TABLES, Beyond, Frames, Table, spell_of
from tests.browser_page import BASE, PageClient
from tests.recording import record_everything

#: Beyond the tally: so many times the best bare SQL. A page: so many times a trivial one.
BEYOND_ALLOWED, PAGE_ALLOWED, RECORDING_ALLOWED = 1.5, 3.0, 1.1
TRIVIAL = "/help"
Asking = Callable[[], Any]
PAGES = ("/insight/distribution", "/insight/threads", "/insight/moderation")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench insight")
    parser.add_argument("--audits", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a database to make, or to use again")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        file = asked.keep or Path(folder) / "insight.sqlite"
        app = _service(file, asked.audits)
        missed = [*_tables(app, file), *_beyond(app, file), *_pages(app)]
        # What is recorded without the tally is in none, and the database may be used again.
        missed += _recording(_service(_copied(file, Path(folder) / "copy.sqlite"), asked.audits))
    for each in missed:
        _say(f"MISSED: {each}")
    return 1 if missed else 0


def _service(file: Path, audits: int) -> Flask:
    there = file.exists()
    app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key="x" * 40))
    app.config["TESTING"] = True
    if not there:
        _say(f"Making {audits:,} audits")
        started = perf_counter()
        with app.app_context():
            flask_migrate.upgrade()
            million.fill(audits)
            db.session.remove()
        _say(f"Made in {perf_counter() - started:.0f} s, {file.stat().st_size / 1e9:.1f} GB")
    return app


def _copied(file: Path, to: Path) -> Path:
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(to)) as other:
        one.backup(other)
    return to


def _tables(app: Flask, file: Path) -> Iterator[str]:
    """Every table of the distribution, thread and moderation pages against three other ways."""
    _say("Loading the rows into DuckDB")
    duck, frames = _own_copy(file)
    gc.freeze()
    _say(f"\n{'table':34}{'here':>9}{'DuckDB':>10}{'SQL':>11}{'pandas':>11}   against DuckDB")
    bare = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    with app.app_context():
        for table in TABLES:
            here, in_duck, ratio = _in_turn(
                partial(_counted, table.here), _asking(duck, table.duck)
            )
            in_sql, in_pandas = _once(table, bare, frames)
            _say(
                f"{table.name:34}{here:>6.1f} ms{in_duck:>7.1f} ms{in_sql:>8.0f} ms"
                f"{in_pandas:>8.0f} ms   {ratio:.2f}"
            )
            if ratio >= 1:
                yield f"{table.name} takes {ratio:.2f} times as long as DuckDB"
        db.session.remove()


def _once(table: Table, bare: sqlite3.Connection, frames: Frames) -> tuple[float, float]:
    """Bare SQL and pandas take seconds; both must count what the service counts."""
    found = sorted(_counted(table.here)["n"])
    taken = []
    for do in (
        lambda: [row[-1] for row in bare.execute(table.sql)],
        lambda: table.pandas(*frames).tolist(),
    ):
        started = perf_counter()
        counted = do()
        taken.append((perf_counter() - started) * 1000)
        if sorted(counted) != found:
            raise SystemExit(f"{table.name} is counted differently")
    return taken[0], taken[1]


def _in_turn(one: Asking, other: Asking, turns: int = 15) -> tuple[float, float, float]:
    """What each takes in milliseconds, and how many times as long the first: each in the middle.

    Both fetch their whole answer, which must hold the same counts. The first turn counts for
    nothing.
    """
    if _numbers(one()) != _numbers(other()):
        raise SystemExit("The two count differently")
    pairs = [(_taken(one), _taken(other)) for _ in range(turns)]
    ratio = median(here / there for here, there in pairs)
    return median(here for here, _ in pairs), median(there for _, there in pairs), ratio


def _taken(ask: Asking) -> float:
    """In milliseconds."""
    started = perf_counter()
    ask()
    return (perf_counter() - started) * 1000


def _numbers(found: Any) -> list[int]:
    """The counts of an answer, which are the last of each row."""
    return sorted(int(row[-1]) for row in found)


def _counted(here: Callable[[], Counted]) -> Counted:
    """Counted and not remembered: what the tallies answered before is forgotten."""
    asking._kept.clear()
    with reading(db.session):
        return here()


def _asking(database: Any, sql: str) -> Asking:
    return lambda: database.execute(sql).fetchall()


def _own_copy(file: Path) -> tuple[duckdb.DuckDBPyConnection, Frames]:
    """The rows as DuckDB keeps them, and as pandas does."""
    bare = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    audits = pd.read_sql(
        "SELECT a.id, a.audit_month AS month, a.service_id, a.team_id, a.selection, "
        "a.final_overall, a.overall, "
        "m.overall AS moderated, julianday(m.moderated_on) - julianday(a.audit_date) AS days, "
        "m.blind, d.chosen_because AS chosen FROM audits a "
        "LEFT JOIN moderations m ON m.audit_id = a.id "
        "LEFT JOIN moderation_draws d ON d.audit_id = a.id",
        bare,
    )
    findings = pd.concat(
        part.astype({"thread_id": "int16", "judgement": "category"})
        for part in pd.read_sql(
            "SELECT audit_id, thread_id, final_judgement AS judgement FROM findings",
            bare,
            chunksize=500_000,
        )
    )
    for name in ("selection", "final_overall", "overall", "moderated", "chosen"):
        audits[name] = audits[name].astype("category")
    audits["year"] = audits["month"] // 100
    audits["quarter"] = (audits["year"] * 12 + audits["month"] % 100 - 1) // 3
    duck = duckdb.connect()
    duck.register("audit_rows", audits)
    duck.register("finding_rows", findings)
    duck.execute("CREATE TABLE audits AS SELECT * EXCLUDE (year, quarter) FROM audit_rows")
    duck.execute("CREATE TABLE findings AS SELECT * FROM finding_rows")
    return duck, (audits, findings)


def _beyond(app: Flask, file: Path) -> Iterator[str]:
    """Filters that the tally cannot answer, against the best that can be written by hand."""
    _say(f"\n{'beyond the tally':34}{'here':>9}{'best SQL':>11}   ratio, at most {BEYOND_ALLOWED}")
    bare = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    with app.app_context():
        for each in BEYOND:
            ways = [_in_turn(partial(_ask_beyond, each), _asking(bare, sql), 9) for sql in each.sql]
            here, best, ratio = min(ways, key=lambda way: way[1])
            _say(f"{each.name:34}{here:>6.1f} ms{best:>8.1f} ms   {ratio:.2f}")
            if ratio > BEYOND_ALLOWED:
                yield f"{each.name} takes {ratio:.2f} times as long as bare SQL"
        db.session.remove()


def _ask_beyond(each: Beyond) -> Counted:
    return _counted(lambda: counts(each.of, spell_of(each.of), each.by, None))


def _pages(app: Flask) -> Iterator[str]:
    web = PageClient(app)
    with app.app_context():
        web.sign_in(db.session.scalars(select(User).where(User.email.like("lead@%"))).one())
    _say(f"\n{'page':34}{'page':>9}{'trivial':>11}   ratio, at most {PAGE_ALLOWED:.0f}; anew")
    for path in PAGES:
        taken: tuple[list[float], list[float], list[float]] = ([], [], [])
        for _ in range(23):
            taken[0].append(_open(web, path))
            taken[1].append(_open(web, TRIVIAL))
            asking._kept.clear()
            taken[2].append(_open(web, path))
        page, trivial, anew = (median(each[3:]) for each in taken)
        _say(
            f"{path:34}{page:>6.1f} ms{trivial:>8.1f} ms   {page / trivial:.2f}; "
            f"first after a change {anew / trivial:.2f}"
        )
        if page / trivial > PAGE_ALLOWED:
            yield f"{path} takes {page / trivial:.2f} times as long as {TRIVIAL}"


def _open(web: PageClient, path: str) -> float:
    gc.collect()
    started = perf_counter()
    response = web.client.get(path, base_url=BASE)
    taken = (perf_counter() - started) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    return taken


def _recording(app: Flask) -> Iterator[str]:
    """Audits recorded through their pages, every other one without keeping the tally."""
    taken: tuple[list[float], list[float]] = ([], [])
    with app.app_context():
        people = select(User).where(User.email.like("auditor@%"))
        elsewhere = select(Team).order_by(Team.id.desc()).limit(1)
        world: Any = SimpleNamespace(south=db.session.scalars(elsewhere).one())
        web = PageClient(app)
        web.sign_in(db.session.scalars(people).one())
        for turn in range(13):
            for kept, times in zip((True, False), taken, strict=True):
                gc.collect()
                (keeping.keep_tallies if kept else _stop_keeping)()
                started = perf_counter()
                page = record_everything(web, world)
                web.send(page, "Submit the audit")
                if turn:
                    times.append((perf_counter() - started) * 1000)
        keeping.keep_tallies()
    with_it, without = median(taken[0]), median(taken[1])
    ratio = with_it / without
    _say(f"\nRecording an audit: {with_it:.0f} ms, {without:.0f} ms without the tally: {ratio:.3f}")
    if ratio > RECORDING_ALLOWED:
        yield f"Recording takes {ratio:.2f} times as long for keeping the tally"


def _stop_keeping() -> None:
    for name, listener in keeping.LISTENERS.items():
        event.remove(Session, name, listener)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
