"""Processes killed while people submit: what was acknowledged is there, whole, and once.

``KILL_SUBMITS`` is how many audits are submitted; ``KILL_SUBMITS=1000`` is the whole of it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from flask import Flask

from audit_app.extensions import db
from tests.faults.conftest import Serve
from tests.faults.drafts import check_sums, check_whole, make_drafts
from tests.faults.service import Service
from tests.faults.submitting import Submitting
from tests.faults.visiting import Visitor
from tests.people import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SUBMITS = int(os.environ.get("KILL_SUBMITS", "24"))
#: Of so many endings, one is of every process, and the others of the workers.
_ALL_PROCESSES = 3
#: How many more are acknowledged before the next ending, which then comes in the middle of others.
_BETWEEN = (1, max(8, SUBMITS // 20))
_MIDDLE = 0.05  # seconds, at most


@dataclass
class Killing:
    """The service, killed again and again until it is over."""

    service: Service
    seen: Submitting
    over: Event
    endings: int = 0
    whole: int = 0

    def work(self) -> None:
        """The workers mostly, and now and then everything."""
        chance = random.Random(1)  # noqa: S311  a test that can be run again
        while self._wait_for(len(self.seen.acknowledged) + chance.randint(*_BETWEEN)):
            sleep(chance.uniform(0, _MIDDLE))
            self.endings += 1
            if self.endings % _ALL_PROCESSES:
                self.service.kill_workers()
                continue
            self.service.kill()
            self.whole += 1
            self.service.start()

    def _wait_for(self, acknowledged: int) -> bool:
        """Whether so many were acknowledged before it was over."""
        while len(self.seen.acknowledged) < acknowledged:
            if self.over.wait(0.002):
                return False
        return True


@contextmanager
def _being_killed(service: Service, seen: Submitting) -> Iterator[Killing]:
    killing = Killing(service, seen, Event())
    thread = Thread(target=killing.work)
    thread.start()
    try:
        yield killing
    finally:
        killing.over.set()
        thread.join()


def test_every_submission_that_was_acknowledged_is_there_whole_and_once(
    app: Flask, database_url: str, world: World, serve: Serve
) -> None:
    references = make_drafts(SUBMITS, world.alice, world.south, world.thread_set)
    world.another_moderator()
    service = serve(database_url)
    visitor = Visitor(service.port, world.alice.email)
    visitor.sign_in()
    visitor.get("/audits/")
    db.session.rollback()
    seen, begun = Submitting(references), monotonic()
    with _being_killed(service, seen) as killing, seen.under_way(visitor):
        pass
    took = monotonic() - begun
    assert killing.whole
    check_whole(references)
    held = check_sums()
    print(  # noqa: T201  the figures, for whoever runs it in full
        f"\n{db.engine.dialect.name}: {SUBMITS} submits in {took:.0f} s through {killing.endings} "
        f"endings by SIGKILL, {killing.whole} of them of every process; {len(seen.unanswered)} "
        f"were not answered at first and were sent again; history of {held.events} events verified"
    )
