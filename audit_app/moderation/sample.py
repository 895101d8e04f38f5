"""What a moderation cycle drew, what came of it, and the whole draw done again from its seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from flask import abort
from sqlalchemy import func, select

from audit_app.audits.blindness import waits_blind
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Moderation,
    ModerationCycle,
    ModerationDraw,
    ProgrammeCycle,
    User,
)
from audit_app.moderation.moderated import days_taken, waited_from
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission
from audit_app.rules.programme import ModerationWay
from audit_app.rules.sampling import DrawnBecause, number_drawn, why_chosen


@dataclass(frozen=True)
class CycleLine:
    """A cycle in the list: how many audits were drawn under it, and how many of them chosen."""

    cycle: ModerationCycle
    drawn: int
    chosen: int


def cycles() -> list[CycleLine]:
    """Every cycle, the latest first."""
    drawn = func.count(ModerationDraw.audit_id)
    rows = db.session.execute(
        select(ModerationCycle, drawn, func.count(ModerationDraw.chosen_because))
        .outerjoin(ModerationDraw, ModerationDraw.cycle_id == ModerationCycle.id)
        .group_by(ModerationCycle.id)
        .order_by(ModerationCycle.starts_on.desc())
    )
    return [CycleLine(*row) for row in rows]


def in_force() -> ModerationCycle | None:
    """The cycle that an audit submitted today is drawn under."""
    return db.session.scalar(
        select(ModerationCycle)
        .where(ModerationCycle.starts_on <= date.today())
        .order_by(ModerationCycle.starts_on.desc())
        .limit(1)
    )


def cycle_for(reference: str) -> ModerationCycle:
    """The cycle of this reference; otherwise 404."""
    found = db.session.scalar(select(ModerationCycle).where(ModerationCycle.reference == reference))
    if found is None:
        abort(404)
    return found


def cycle_called(typed: str) -> ModerationCycle | None:
    """The cycle of this reference or name; of several with one name, the latest."""
    return db.session.scalar(
        select(ModerationCycle)
        .where((ModerationCycle.reference == typed.upper()) | (ModerationCycle.name == typed))
        .order_by(ModerationCycle.starts_on.desc())
        .limit(1)
    )


def was_drawn_under(cycle: ModerationCycle) -> bool:
    wanted = select(ModerationDraw.audit_id).where(ModerationDraw.cycle_id == cycle.id).limit(1)
    return db.session.scalar(wanted) is not None


@dataclass(frozen=True)
class CycleCounts:
    """What came of a cycle. ``days`` is the median of calendar days; None before the first."""

    drawn: int
    because: Sequence[tuple[DrawnBecause, int]]
    moderated: int
    waiting: int
    overdue: int
    days: float | None

    @property
    def chosen(self) -> int:
        return sum(count for _, count in self.because)


def counts(cycle: ModerationCycle) -> CycleCounts:
    rows = db.session.execute(
        select(ModerationDraw.chosen_because, func.count())
        .where(ModerationDraw.cycle_id == cycle.id)
        .group_by(ModerationDraw.chosen_because)
    )
    found = Counter({row[0]: int(row[1]) for row in rows})
    taken = [days_taken(start, end) for start, end in _waits(cycle) if start is not None]
    waiting, overdue = _waiting(cycle)
    return CycleCounts(
        drawn=found.total(),
        because=[(each, found[each]) for each in DrawnBecause],
        moderated=len(taken),
        waiting=waiting,
        overdue=overdue,
        days=median(taken) if taken else None,
    )


def _waits(cycle: ModerationCycle) -> Iterator[tuple[datetime | None, date]]:
    """From when to when each moderated audit of the cycle waited."""
    rows = db.session.execute(
        select(waited_from(), Moderation.moderated_on)
        .join(Audit, Audit.id == Moderation.audit_id)
        .join(ModerationDraw, ModerationDraw.audit_id == Audit.id)
        .where(ModerationDraw.cycle_id == cycle.id)
    )
    return ((start, end) for start, end in rows)


def _waiting(cycle: ModerationCycle) -> tuple[int, int]:
    """How many audits of the cycle wait for their moderator, and how many of them too long."""
    overdue = func.count().filter(ModerationDraw.due_on < date.today())
    waiting, late = db.session.execute(
        select(func.count(), overdue)
        .select_from(ModerationDraw)
        .join(Audit, Audit.id == ModerationDraw.audit_id)
        .where(ModerationDraw.cycle_id == cycle.id, Audit.state == AuditState.SUBMITTED)
    ).one()
    return waiting, late


def waiting_blind(cycle: ModerationCycle, user: User) -> int:
    """How many audits of the cycle wait that this person might yet moderate blind.

    While any does, the draw is kept from them: why it chose an audit tells how that was judged.
    """
    if not user.can(Permission.AUDIT_MODERATE):
        return 0
    wanted = (
        select(func.count())
        .select_from(ModerationDraw)
        .join(Audit, Audit.id == ModerationDraw.audit_id)
        .where(ModerationDraw.cycle_id == cycle.id, waits_blind())
    )
    return db.session.scalar(wanted) or 0


def keeps_seed_from(cycle: ModerationCycle, user: User) -> bool:
    """Whether the seed would tell this person why an audit was drawn, now or in days to come.

    The audit programme may have audits moderated blind in a cycle that is open otherwise.
    """
    if not user.can(Permission.AUDIT_MODERATE):
        return False
    current = in_force()
    ended = current is not None and cycle.starts_on < current.starts_on
    to_come = not ended and (cycle.blind or _programme_asks_for_blind())
    return to_come or waiting_blind(cycle, user) > 0


def _programme_asks_for_blind() -> bool:
    blind = select(ProgrammeCycle.id).where(ProgrammeCycle.moderation == ModerationWay.BLIND)
    return db.session.scalar(blind.limit(1)) is not None


@dataclass(frozen=True)
class Drawn:
    """One draw as it was written down, and as it comes out when it is done again.

    An audit called in afterwards was not chosen by the draw, so its reason is left out of the
    comparison: all that it must show is that the draw did not choose it.
    """

    reference: str
    number: int
    judgement: Judgement | None
    chosen_because: DrawnBecause | None
    number_again: int
    chosen_again: DrawnBecause | None

    @property
    def same(self) -> bool:
        called_in = self.chosen_because is DrawnBecause.CALLED_IN
        first = None if called_in else self.chosen_because
        return self.number == self.number_again and first is self.chosen_again


def replay(cycle: ModerationCycle) -> list[Drawn]:
    """Every draw of the cycle done again from its seed, in the order they were made."""
    rows = db.session.execute(
        select(
            Audit.reference,
            ModerationDraw.number,
            ModerationDraw.judgement,
            ModerationDraw.chosen_because,
        )
        .join(Audit, Audit.id == ModerationDraw.audit_id)
        .where(ModerationDraw.cycle_id == cycle.id)
        .order_by(ModerationDraw.drawn_at, ModerationDraw.audit_id)
    )
    return [
        Drawn(
            *row,
            number_drawn(cycle.seed, row.reference),
            why_chosen(cycle.sampling, row.reference, row.judgement),
        )
        for row in rows
    ]
