"""The programme’s pages ask as much of the database however much was given out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from audit_app.extensions import db
from audit_app.models import AllocationRequest, User
from audit_app.models.base import now
from audit_app.rules.allocation_steps import RequestKind
from tests.bench.asking import Reader
from tests.browser_page import PageClient
from tests.people import World
from tests.programme.given import allocate, cycle_of

pytestmark = pytest.mark.sqlite_only

PAGES = [
    ("alice", "/programme/mine", 8),
    ("alice", "/", 26),
    ("carol", "/programme/requests", 8),
    ("carol", "/programme/waiting", 8),
    ("carol", "/programme/completion", 8),
    ("dan", "/programme/completion", 8),
    ("carol", "/programme/completion.csv", 8),
]


def _give_out(world: World, name: str, number: int) -> None:
    cycle = cycle_of(world, name)
    for place in range(number):
        case = f"{name[0]}{place:06}"
        due = date.today() + timedelta(days=place % 20 - 10)
        one = allocate(cycle, world.alice, world.south, case, due_on=due)
        asked = AllocationRequest(
            kind=RequestKind.EXEMPTION, asked_by_id=world.alice.id, reason="Moved."
        )
        one.requests.append(asked)
        if place % 3 == 0:
            asked.decided_by_id, asked.decided_at, asked.granted = world.carol.id, now(), False
            one.audit = world.recorded_audit(case=case)
        allocate(cycle, None, world.fostering, f"w{case[:6]}", due_on=due)
    db.session.commit()


def _asked(app: Flask, user: User, path: str) -> int:
    web = PageClient(app)
    web.sign_in(user)
    return len(Reader(web, user.email).questions(path))


def test_pages_ask_as_much_of_many_as_of_few(app: Flask, world: World) -> None:
    _give_out(world, "few", 3)
    few = [_asked(app, getattr(world, name), path) for name, path, _ in PAGES]
    _give_out(world, "many", 40)
    many = [_asked(app, getattr(world, name), path) for name, path, _ in PAGES]
    assert many == few
    for (name, path, most), asked in zip(PAGES, many, strict=True):
        assert asked <= most, f"{name} {path}: {asked}"


def test_one_allocation_asks_as_much_however_often_it_was_asked_about(
    app: Flask, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    path = f"/programme/allocations/{allocation.reference}"
    counts = []
    for _ in range(2):
        counts.append([_asked(app, user, path) for user in (world.alice, world.carol)])
        for number in range(6):
            allocation.requests.append(
                AllocationRequest(
                    kind=RequestKind.EXEMPTION,
                    asked_by_id=(world.alice, world.mallory)[number % 2].id,
                    reason="Moved.",
                    decided_by_id=(world.carol, world.hester)[number % 2].id,
                    decided_at=now(),
                    granted=False,
                )
            )
        db.session.commit()
    assert max(counts[1]) <= max(counts[0]) + 2, counts
