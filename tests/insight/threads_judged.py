"""Audits with all six threads judged, for the tables about threads, and plain loops over them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert, select

from audit_app.extensions import db
from audit_app.models import Audit, Finding, Service, Thread, ThreadSet
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.tallying.keeping import added
from tests.insight.judged import Judged, insert_audits
from tests.people import World

#: How many of ten audits of each thread are good, before and from 2021 on, in thread order.
GOOD_OF_TEN = ((2, 2), (5, 5), (4, 6), (5, 5), (5, 4), (7, 7))


def record_with_threads(world: World, audits: list[Judged]) -> None:
    """Record the first audits there are, each of whose threads is judged by its turn."""
    turns = enumerate(audits, 1)
    insert_audits(world, [replace(a, thread=judged_in_turn(n, 0, a.on)) for n, a in turns])
    rows = db.session.execute(select(Audit.id, Audit.audit_date).order_by(Audit.id)).all()
    rest = world.thread_set.threads[1:]
    db.session.execute(
        insert(Finding),
        [
            {
                "audit_id": row.id,
                "thread_id": thread.id,
                "position": thread.position,
                "judgement": judged_in_turn(row.id, place, row.audit_date),
                "final_judgement": judged_in_turn(row.id, place, row.audit_date),
            }
            for row in rows
            for place, thread in enumerate(rest, 1)
        ],
    )
    added(db.session, [row.id for row in rows])
    db.session.commit()


def judged_in_turn(number: int, place: int, on: date) -> Judgement:
    """The thread's judgement in the audit of this number: now and then too little evidence."""
    if number % 41 == place:
        return Judgement.NOT_ENOUGH_EVIDENCE
    good = GOOD_OF_TEN[place][on.year >= 2021]
    # A prime's steps visit every figure once and mix them.
    return SCALE[1] if (number * 7 + place * 3) % 10 < good else SCALE[2 + number % 2]


@dataclass(frozen=True)
class Row:
    """One audit as a plain loop sees it; ``judged`` has the overall judgement under ``""``."""

    on: date
    service: str
    judged: dict[str, Judgement]


def rows() -> list[Row]:
    """Every audit with its final judgements, read row by row."""
    found = {
        audit.id: Row(audit.audit_date or date.max, name, {"": audit.final_overall or SCALE[0]})
        for audit, name in db.session.execute(
            select(Audit, Service.name).join(Service, Service.id == Audit.service_id)
        )
    }
    judged = select(Finding.audit_id, Thread.code, Finding.final_judgement).join(Finding.thread)
    for audit_id, code, word in db.session.execute(judged):
        found[audit_id].judged[code] = word or Judgement.NOT_ENOUGH_EVIDENCE
    return list(found.values())


def share(of: list[Row], thread: str = "") -> str:
    """Good or better as the page prints it, counted by a plain loop over rows."""
    words = [row.judged.get(thread) for row in of]
    return printed(sum(word in SCALE[:2] for word in words), sum(word in SCALE for word in words))


def printed(good: int, total: int) -> str:
    """``66 of 275 (24.0%)``, by whole numbers alone."""
    if total < 10:
        return f"{good} of {total}"
    if total < 100:
        return f"{good} of {total} ({(200 * good + total) // (2 * total)}%)"
    tenths = (2000 * good + total) // (2 * total)
    return f"{good} of {total} ({tenths // 10}.{tenths % 10}%)"


def begin_another_set(on: date) -> None:
    """A new thread set, of the same threads, in force from a day."""
    old = db.session.scalars(select(ThreadSet)).first()
    assert old is not None
    new = ThreadSet(code="later", name="Later threads", valid_from=on, overall_judged=True)
    new.threads = [
        Thread(code=t.code, name=t.name, description=t.description, position=t.position)
        for t in old.threads
    ]
    db.session.add(new)
    db.session.commit()
