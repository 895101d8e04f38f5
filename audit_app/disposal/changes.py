"""What information governance does with legal holds: place, lift, confirm. None is deleted."""

from __future__ import annotations

from audit_app.disposal.disposing import one_at_a_time
from audit_app.disposal.queries import BACKUP, HOLD, hold_on, put_back
from audit_app.extensions import db
from audit_app.models import LegalHold, User, remember
from audit_app.models.base import now
from audit_app.rules.deeds import CONFIRMED_HOLDS


class Held(Exception):
    """The case is under hold already; ``hold`` is that hold. Nothing was written."""

    def __init__(self, hold: LegalHold) -> None:
        super().__init__(hold.reference)
        self.hold = hold


class Stale(Exception):
    """Somebody did something about it after the page was opened; nothing was written."""


def place(by: User, case_reference: str, reason: str) -> LegalHold:
    """Keep every record of a case from now on; not committed.

    What is being disposed of at this moment goes first or not at all.

    Raises:
        Held: when the case is under hold.
    """
    one_at_a_time()
    if there := hold_on(case_reference):
        raise Held(there)
    # One way to write it, so that the database keeps one case from having two.
    hold = LegalHold(case_reference=case_reference.upper(), reason=reason, placed_by_id=by.id)
    db.session.add(hold)
    db.session.flush()
    remember(db.session, by, "placed", HOLD, hold.reference)
    return hold


def lift(by: User, hold: LegalHold, because: str) -> None:
    """Let the records of a case go when their time is up; not committed.

    Raises:
        Stale: when it is lifted already.
    """
    one_at_a_time()
    db.session.refresh(hold, with_for_update={"of": LegalHold})
    if hold.lifted_at is not None:
        raise Stale
    hold.lifted_at, hold.lifted_by_id, hold.lifted_because = now(), by.id, because
    remember(db.session, by, "lifted", HOLD, hold.reference)


def confirm(by: User, number: int) -> None:
    """Say that the holds are complete since a backup was put back, by the number of that event.

    From then on what may go is disposed of again; not committed.

    Raises:
        Stale: when somebody has confirmed it already, or another backup was put back meanwhile.
    """
    one_at_a_time()
    waiting = put_back()
    if waiting is None or waiting.number != number:
        raise Stale
    remember(db.session, by, CONFIRMED_HOLDS, BACKUP, waiting.reference)
