"""A full disk, a database that is restarted or does not let anybody write, a worker that hangs.

Whoever is at work meanwhile is told so on a plain page with their text on it; what was acknowledged
stays, what was not is not there by halves, and the service goes on by itself.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from audit_app.extensions import db
from audit_app.models import Audit
from tests.faults.clusters import (
    Cluster,
    cluster,
    filled_up,
    may_mount,
    postgres_programs,
    small_disk,
)
from tests.faults.conftest import Serve, records_at
from tests.faults.drafts import check_nothing_came_of, check_sums, check_whole, make_drafts
from tests.faults.service import Service
from tests.faults.visiting import PATIENCE, Answer, NoAnswer, Visitor
from tests.people import World

pytestmark = pytest.mark.slow

TYPED = "He told her about the move before anybody else had, and was glad that he did."
BROKEN = "Sorry, there is a problem with the service"
_MEGABYTES = {"sqlite": 4, "postgresql": 48}

needs_a_disk = pytest.mark.skipif(
    not may_mount(), reason="only root, where mounting is allowed, can make a small disk"
)
needs_postgres = pytest.mark.skipif(
    postgres_programs() is None, reason="PostgreSQL’s programs are not installed"
)


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    programs = postgres_programs()
    assert programs is not None
    with cluster(programs) as made:
        yield made


def _alice(service: Service, world: World) -> Visitor:
    visitor = Visitor(service.port, world.alice.email)
    db.session.rollback()
    visitor.sign_in()
    assert visitor.get("/audits/").status == 200
    return visitor


def _voice(draft: str) -> str:
    return f"/audits/{draft}/section/thread-voice"


def _write(visitor: Visitor, draft: str, page: Answer, text: str) -> Answer:
    typed = {"evidence": text, "then": "later"}
    answers = page.page.form("Save and continue").filled(typed)
    return visitor.send_once(_voice(draft), answers)


def _submit(visitor: Visitor, draft: str, page: Answer) -> Answer:
    answers = page.page.form("Submit the audit").filled({})
    return visitor.send_once(f"/audits/{draft}/submit", answers)


@contextmanager
def _small_database(kind: str, disk: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{disk}/audit.sqlite"
        return
    programs = postgres_programs()
    assert programs is not None
    with cluster(programs) as made:
        yield made.put_on(disk)


# --- the disk -------------------------------------------------------------------------------------


@needs_a_disk
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=needs_postgres)])
def test_a_full_disk_loses_nothing_and_is_got_over(kind: str, serve: Serve) -> None:
    with (
        small_disk(_MEGABYTES[kind]) as disk,
        _small_database(kind, disk) as url,
        records_at(url) as world,
    ):
        drafts = make_drafts(12, world.alice, world.south, world.thread_set)
        service = serve(url)
        visitor = _alice(service, world)
        check = [visitor.get(f"/audits/{each}/check") for each in drafts]
        voice = visitor.get(_voice(drafts[-1]))
        with filled_up(disk):
            done = _until_it_fails(visitor, drafts, check)
            long = TYPED * 200
            told = _write(visitor, drafts[-1], voice, long)
            assert (told.status, told.page.h1) == (500, BROKEN)
            assert long in told.body.decode()
            assert visitor.get("/audits/").status == 200
            assert visitor.get("/programme/mine").status == 200
            check_whole(drafts[:done])
            check_nothing_came_of(drafts[done:])
        assert _write(visitor, drafts[-1], voice, TYPED).status == 303
        for each in drafts[done:]:
            page = visitor.get(f"/audits/{each}/check")
            assert _submit(visitor, each, page).status == 303
        service.kill()
        db.session.rollback()
        _check_submitted(drafts)


def _until_it_fails(visitor: Visitor, drafts: list[str], check: list[Answer]) -> int:
    """How many could still be submitted; what had space already is used up first."""
    for done, (draft, page) in enumerate(zip(drafts, check, strict=True)):
        told = _submit(visitor, draft, page)
        if told.status != 303:
            assert (told.status, told.page.h1) == (500, BROKEN)
            return done
    raise AssertionError("the disk was not full")


def _check_submitted(drafts: list[str]) -> None:
    left = select(func.count()).where(Audit.reference.in_(drafts), Audit.submitted_at.is_(None))
    assert db.session.scalar(left) == 0
    check_sums()


# --- the database ---------------------------------------------------------------------------------


@needs_postgres
def test_a_database_restarted_while_people_submit(own_cluster: Cluster, serve: Serve) -> None:
    with records_at(own_cluster.url) as world:
        drafts = make_drafts(19, world.alice, world.south, world.thread_set)
        service = serve(own_cluster.url)
        visitor = _alice(service, world)
        plain = 0
        for number, each in enumerate(drafts[1:]):
            restarting = threading.Thread(target=own_cluster.restart)
            if number % 6 == 2:
                restarting.start()
            page, errors = _again_until_answered(partial(visitor.get, f"/audits/{each}/check"))
            told, more = _again_until_answered(partial(_submit, visitor, each, page))
            assert told.status == 303
            plain += errors + more
            if number % 6 == 2:
                restarting.join()
        assert plain
        page = visitor.get(f"/audits/{drafts[0]}/check")
        own_cluster.restart()
        # Nobody asked anything meanwhile, so nobody is told.
        assert _submit(visitor, drafts[0], page).status == 303
        db.engine.dispose()
        check_whole(drafts)
        check_sums()


def _again_until_answered(ask: Callable[[], Answer]) -> tuple[Answer, int]:
    """The answer, after at most so many plain pages that said the service had a problem."""
    until, errors = monotonic() + PATIENCE, 0
    while monotonic() < until:
        told = ask()
        if told.status < 500:
            return told, errors
        assert told.page.h1 == BROKEN
        errors += 1
        sleep(0.1)
    raise AssertionError("the service did not come back")


@contextmanager
def _nobody_can_write(url: str) -> Iterator[None]:
    with closing(sqlite3.connect(str(make_url(url).database), timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()


@pytest.mark.sqlite_only
def test_a_file_that_another_program_keeps_locked(
    database_url: str, world: World, serve: Serve
) -> None:
    (draft,) = make_drafts(1, world.alice, world.south, world.thread_set)
    visitor = _alice(serve(database_url), world)
    page, voice = visitor.get(f"/audits/{draft}/check"), visitor.get(_voice(draft))
    with _nobody_can_write(database_url):
        waited: list[float] = []
        # A machine that is busy with other things may take its time once, and is asked again.
        while not waited or (waited[-1] >= 25 and len(waited) < 3):
            told = _write(visitor, draft, voice, TYPED)
            assert (told.status, told.page.h1) == (500, BROKEN)
            assert TYPED in told.body.decode()
            waited.append(told.seconds)
        assert min(waited) < 25
        assert visitor.get("/audits/").status == 200
    check_nothing_came_of([draft])
    assert _submit(visitor, draft, page).status == 303
    check_whole([draft])


@pytest.mark.sqlite_only
def test_a_worker_that_hangs_is_replaced(database_url: str, world: World, serve: Serve) -> None:
    (draft,) = make_drafts(1, world.alice, world.south, world.thread_set)
    # Longer than a busy machine takes for a page, and half as long as the lock is waited for.
    visitor = _alice(serve(database_url, workers=1, options=("--timeout=10",)), world)
    page = visitor.get(f"/audits/{draft}/check")
    with _nobody_can_write(database_url), pytest.raises(NoAnswer):
        _submit(visitor, draft, page)
    check_nothing_came_of([draft])
    assert _submit(visitor, draft, page).status == 303
    check_whole([draft])
