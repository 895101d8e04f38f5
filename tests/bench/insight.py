"""Whether figures stay instant with a million audits of six threads each.

Run by ``scripts/bench insight``. Everything is measured in one run and in turn, so that whatever
else the machine does falls on all alike: only the ratios mean anything.
"""

from __future__ import annotations

import argparse
import gc
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import date
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
from sqlalchemy import select

from audit_app import create_app
from audit_app.extensions import db
from audit_app.insight.asking import Spell
from audit_app.insight.counting import counts
from audit_app.models import Team, User
from audit_app.rules.periods import PeriodKind, split
from audit_app.tallying import keeping
from config import Settings
from tests.bench import million
from tests.bench.questions import BEYOND, TABLES, Beyond, Frames, Table
from tests.browser_page import BASE, PageClient
from tests.recording import record_everything

#: Beyond the tally: so many times the best bare SQL. A page: so many times a trivial one.
BEYOND_ALLOWED, PAGE_ALLOWED, RECORDING_ALLOWED = 1.5, 3.0, 1.1
TRIVIAL = "/help"
PAGES = ("/insight/distribution", "/insight/threads", "/insight/moderation")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench insight")
    parser.add_argument("--audits", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a database to make, or to use again")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        file = asked.keep or Path(folder) / "insight.sqlite"
        app = _service(file, asked.audits)
        missed = [*_tables(app, file), *_beyond(app, file), *_pages(app), *_recording(app)]
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


def _tables(app: Flask, file: Path) -> Iterator[str]:
    """Every table of the distribution, thread and moderation pages against three other ways."""
    _say("Loading the rows into DuckDB")
    duck, frames = _own_copy(file)
    gc.freeze()
    _say(f"\n{'table':34}{'here':>9}{'DuckDB':>10}{'SQL':>11}{'pandas':>11}   against DuckDB")
    bare = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    with app.app_context():
        for table in TABLES:
            here, in_duck, in_sql, in_pandas = _four_ways(table, duck, bare, frames)
            _say(
                f"{table.name:34}{here:>6.1f} ms{in_duck:>7.1f} ms{in_sql:>8.0f} ms"
                f"{in_pandas:>8.0f} ms   {here / in_duck:.2f}"
            )
            if here >= in_duck:
                yield f"{table.name} takes {here / in_duck:.2f} times as long as DuckDB"
        db.session.remove()


def _four_ways(
    table: Table, duck: Any, bare: sqlite3.Connection, frames: Frames
) -> tuple[float, float, float, float]:
    return (
        _taken(lambda: _ask(table), 9),
        _taken(lambda: duck.execute(table.duck).fetchall(), 5),
        _taken(lambda: bare.execute(table.sql).fetchall(), 1),
        _taken(lambda: table.pandas(*frames), 1),
    )


def _ask(table: Table) -> Any:
    db.session.rollback()
    return table.here(_SPELL)


_SPELL = Spell(split(PeriodKind.MONTH, date(2019, 11, 1), date(2026, 11, 30)))


def _own_copy(file: Path) -> tuple[duckdb.DuckDBPyConnection, Frames]:
    """The rows as DuckDB keeps them, and as pandas does."""
    bare = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    audits = pd.read_sql(
        "SELECT a.id, a.audit_month AS month, a.service_id, a.team_id, a.final_overall, a.overall, "
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
    duck = duckdb.connect()
    duck.register("audit_rows", audits)
    duck.register("finding_rows", findings)
    duck.execute("CREATE TABLE audits AS SELECT * FROM audit_rows")
    duck.execute("CREATE TABLE findings AS SELECT * FROM finding_rows")
    return duck, (audits, findings)


def _beyond(app: Flask, file: Path) -> Iterator[str]:
    """Filters that the tally cannot answer, against the best that can be written by hand."""
    _say(f"\n{'beyond the tally':34}{'here':>9}{'best SQL':>11}   ratio, at most {BEYOND_ALLOWED}")
    bare = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    with app.app_context():
        for each in BEYOND:
            here, best = _two_ways(each, bare)
            _say(f"{each.name:34}{here:>6.1f} ms{best:>8.1f} ms   {here / best:.2f}")
            if here / best > BEYOND_ALLOWED:
                yield f"{each.name} takes {here / best:.2f} times as long as bare SQL"
        db.session.remove()


def _two_ways(each: Beyond, bare: sqlite3.Connection) -> tuple[float, float]:
    by_hand = [partial(lambda sql: bare.execute(sql).fetchall(), sql) for sql in each.sql]
    return _taken(lambda: _ask_beyond(each), 5), min(_taken(do, 5) for do in by_hand)


def _ask_beyond(each: Beyond) -> Any:
    db.session.rollback()
    days = Spell(
        split(PeriodKind.MONTH, each.of.first or _SPELL.first, each.of.last or _SPELL.last)
    )
    return counts(each.of, days, each.by, None)


def _pages(app: Flask) -> Iterator[str]:
    web = PageClient(app)
    with app.app_context():
        web.sign_in(db.session.scalars(select(User).where(User.email.like("lead@%"))).one())
    _say(f"\n{'page':34}{'page':>9}{'trivial':>11}   ratio, at most {PAGE_ALLOWED:.0f}")
    for path in PAGES:
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(23):
            taken[0].append(_open(web, path))
            taken[1].append(_open(web, TRIVIAL))
        page, trivial = median(taken[0][3:]), median(taken[1][3:])
        _say(f"{path:34}{page:>6.1f} ms{trivial:>8.1f} ms   {page / trivial:.2f}")
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
                (keeping.keep_tallies if kept else keeping.stop_keeping)()
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


def _taken(do: Callable[[], Any], times: int) -> float:
    """Milliseconds, in the middle of several times; the first is not counted where there are."""
    found = []
    for _ in range(times + (times > 1)):
        started = perf_counter()
        do()
        found.append((perf_counter() - started) * 1000)
    return median(found[1:] if times > 1 else found)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
