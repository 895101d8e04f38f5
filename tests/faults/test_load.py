"""Fifty people at once on two workers: no error, nothing lost, nothing doubled.

``LOAD_SECONDS`` is how long they work, ``LOAD_PEOPLE`` how many they are, and ``LOAD_PAUSE`` how
many seconds each thinks between two requests. A whole run, which prints its figures, is
``LOAD_SECONDS=60 LOAD_PEOPLE=50 LOAD_PAUSE=2 pytest -s tests/faults/test_load.py``.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, cycle
from statistics import quantiles
from threading import Event
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.models import Audit, Team
from audit_app.rules.permissions import Role
from tests.bench import made_up
from tests.faults.conftest import Serve
from tests.faults.crowd import READ_BY_LEADS, READ_BY_THE_OFFICE, Person, at_work
from tests.faults.drafts import check_sums, make_drafts
from tests.faults.promises import Promises
from tests.faults.service import Service
from tests.faults.visiting import Visitor
from tests.people import make_user

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("LOAD_SECONDS", "4"))
PEOPLE = int(os.environ.get("LOAD_PEOPLE", "12"))
PAUSE = float(os.environ.get("LOAD_PAUSE", "0.5"))
_AUDITS_BEFORE = 1_000
#: In seconds: what is measured for longer is measured warm.
_WARM_FROM = 30
#: In seconds: until then the first audit must have been submitted, however busy the machine is.
_LONGEST = 180
#: How many audits each manager has written already and not yet submitted.
_DRAFTS = 2

Does = Callable[[Person], None]


@dataclass(frozen=True)
class Work:
    """What a person comes for, and how many in ten come for it."""

    role: Role
    in_ten: int
    does: Callable[[int, list[Team]], Does]
    pages: tuple[tuple[str, str], ...] = ()


def _records(number: int, teams: list[Team]) -> Does:
    """Audits of the next team's cases, and a look at what moderators said of them."""
    team = str(teams[(number + 1) % len(teams)].id)

    def work(person: Person) -> None:
        person.submit_draft()
        person.record(team)
        person.answer_moderation()

    return work


def _moderates(number: int, teams: list[Team]) -> Does:
    return Person.moderate


def _reads(pages: tuple[tuple[str, str], ...]) -> Callable[[int, list[Team]], Does]:
    def begin(number: int, teams: list[Team]) -> Does:
        turn = cycle(pages[number % len(pages) :] + pages[: number % len(pages)])
        return lambda person: person.read(turn)

    return begin


_WORK = (
    Work(Role.TEAM_MANAGER, 6, _records),
    Work(Role.MODERATOR, 2, _moderates),
    Work(Role.PRACTICE_LEAD, 1, _reads(READ_BY_LEADS), READ_BY_LEADS),
    Work(Role.DCS_OFFICE, 1, _reads(READ_BY_THE_OFFICE), READ_BY_THE_OFFICE),
)


def _gather(service: Service, promises: Promises, over: Event) -> list[tuple[Person, Does]]:
    """Everybody, signed in before the clock starts: that takes long by design."""
    teams = list(db.session.scalars(select(Team).order_by(Team.id)))
    thread_set = current_thread_set(made_up.LAST_DAY)
    people = []
    for work in _WORK:
        for number in range(max(1, PEOPLE * work.in_ten // 10)):
            team = teams[number % len(teams)] if work.role is Role.TEAM_MANAGER else None
            name = f"{work.role}.{number}".replace("_", ".")
            user = make_user(name, work.role, team, f"L{work.role[:3]}{number}")
            visitor = Visitor(service.port, user.email, promises.hear)
            chance = random.Random(number)  # noqa: S311  a pause need not be secret
            person = Person(visitor, promises, over, PAUSE, chance, work.pages)
            if work.role is Role.TEAM_MANAGER:
                own = teams[(number + 1) % len(teams)]
                cases = count(number * _DRAFTS)
                person.drafts = make_drafts(_DRAFTS, user, own, thread_set, cases)
            people.append((person, work.does(number, teams)))
    drafts = select(Audit.reference, Audit.case_reference).where(Audit.case_reference.like("8%"))
    promises.started |= {each.reference: each.case_reference for each in db.session.execute(drafts)}
    db.session.commit()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each[0].visitor.sign_in(), people))
    if SECONDS > _WARM_FROM:
        _warm(people)
    promises.answers.clear()
    return people


def _warm(people: list[tuple[Person, Does]]) -> None:
    """Let each worker have made each kind of page once, as it has minutes after its start."""
    for person, _ in people:
        for path, _ in person.pages:
            person.visitor.get(path)


def _figures(promises: Promises, seconds: float) -> Iterator[str]:
    times: dict[str, list[float]] = {}
    for each in promises.answers:
        times.setdefault(each.kind, []).append(each.seconds * 1000)
    yield f"{len(promises.answers) / seconds:.0f} answers a second; in ms, the middle and p95:"
    for kind, took in sorted(times.items()):
        parts = quantiles(took, n=20) if len(took) > 1 else [took[0]] * 19
        yield f"{kind:<32} {len(took):>6} {parts[9]:>8.0f} {parts[18]:>8.0f}"


def test_people_at_work_together_lose_nothing_and_meet_no_error(
    app: Flask, database_url: str, serve: Serve
) -> None:
    made_up.fill(_AUDITS_BEFORE, in_full=True)
    promises, over, service = Promises(), Event(), serve(database_url)
    people = _gather(service, promises, over)
    db.session.rollback()
    failed: list[str] = []
    begun = monotonic()
    threads = [at_work(person, does, failed) for person, does in people]
    while not over.wait(0.1) and not failed:
        if monotonic() > begun + (SECONDS if promises.submitted else _LONGEST):
            over.set()
    over.set()
    for each in threads:
        each.join()
    took = monotonic() - begun
    assert not failed
    assert not promises.wrong
    assert promises.started
    assert promises.submitted
    promises.check()
    held = check_sums()
    print(  # noqa: T201  the figures, for whoever runs it in full
        f"\n{db.engine.dialect.name}: {len(people)} people for {took:.0f} s; "
        f"{len(promises.started)} audits started, {len(promises.submitted)} submitted, "
        f"{len(promises.moderated)} moderated, {len(promises.answered)} answered; "
        f"{held.events} events verified;",
        *_figures(promises, took),
        sep="\n  ",
    )
