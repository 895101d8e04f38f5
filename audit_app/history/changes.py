"""Sealing what an older version wrote while the service was brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit_app.extensions import db
from audit_app.models import HistoryEvent, remember
from audit_app.models.history import add_seals, keep_others_from_sealing, unsealed
from audit_app.rules.deeds import SEALED

#: How many events are sealed in one transaction: others wait meanwhile.
AT_ONCE = 2_000


@dataclass(frozen=True)
class Run:
    """Events that were sealed in one go: how many, and the numbers of the first and the last."""

    count: int
    first: int
    last: int


def seal_what_has_no_seal(up_to: int) -> Iterator[Run]:
    """Seal every event without a seal, in the order of their numbers, and write down that it was.

    None of a number above ``up_to``: nobody has looked at what came later. Each run is committed
    before it is told.
    """
    last = 0
    while True:
        keep_others_from_sealing(db.session)
        bare = unsealed().where(HistoryEvent.id > last, HistoryEvent.id <= up_to).limit(AT_ONCE)
        events = db.session.scalars(bare).all()
        if not events:
            db.session.rollback()
            return
        add_seals(db.session, events)
        run = Run(len(events), events[0].id, events[-1].id)
        remember(db.session, None, SEALED, "history", f"events {run.first} to {run.last}")
        db.session.commit()
        yield run
        last = run.last
