"""Good practice in a sentence that can be quoted, without whose case or whose work it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import Audit, Calibration, CalibrationPlace, Finding, Service, Thread, User
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import PeriodKind, whole
from audit_app.rules.permissions import Permission
from audit_app.rules.personal_data import find, sure
from audit_app.web.paging import Paging

#: While an audit is written again, what it says is its auditor's alone.
_STATES = tuple(state for state in RECORDED_STATES if state is not AuditState.RETURNED)
_GOOD = tuple(word for word in Judgement if word.good_or_better)


#: The threads of an audit by name, each with its reported judgement.
Judged = list[tuple[str, Judgement | None]]


@dataclass(frozen=True)
class Quote:
    """A sentence worth sharing; the reference only for whoever may read the audit.

    ``threads`` are those done well, and ``every_thread`` is whether that is all of them.
    """

    text: str
    threads: tuple[str, ...]
    every_thread: bool
    service: str
    quarter: str
    reference: str | None


@dataclass(frozen=True)
class Wanted:
    """Which quotes are asked for; None means any. A thread is its code, a service its number."""

    thread: str | None = None
    service: int | None = None

    def as_args(self) -> dict[str, str]:
        given = {"thread": self.thread, "service": self.service}
        return {name: str(value) for name, value in given.items() if value is not None}


def count_quotes(user: User, wanted: Wanted) -> int:
    return db.session.scalar(select(func.count(Audit.id)).where(_asked_for(user, wanted))) or 0


def quotes(user: User, wanted: Wanted, paging: Paging) -> list[Quote]:
    """A page of quotes, those of the newest audits first."""
    rows = db.session.execute(
        select(
            Audit.id,
            Audit.good_practice_quote,
            Audit.audit_date,
            Audit.reference,
            Service.name.label("service"),
            within_reach(user).label("readable"),
        )
        .join(Audit.service)
        .where(_asked_for(user, wanted))
        .order_by(Audit.audit_date.desc(), Audit.id.desc())
        .offset(paging.offset)
        .limit(paging.per_page)
    ).all()
    threads = _threads_judged(row.id for row in rows)
    return [_quote(row, threads, user.can(Permission.AUDIT_READ)) for row in rows]


def _quote(row: Any, threads: Mapping[int, Judged], reads: bool) -> Quote:
    on: date = row.audit_date
    well = [name for name, judgement in threads[row.id] if judgement in _GOOD]
    return Quote(
        text=row.good_practice_quote,
        threads=tuple(well),
        every_thread=len(well) == len(threads[row.id]),
        service=row.service,
        quarter=whole(PeriodKind.QUARTER, on).label,
        reference=row.reference if row.readable and reads else None,
    )


def _asked_for(user: User, wanted: Wanted) -> ColumnElement[bool]:
    """Quotes of recorded audits, but of none that this person is still to judge untold."""
    parts = [
        Audit.state.in_(_STATES),
        Audit.good_practice.is_(True),
        func.trim(Audit.good_practice_quote) != "",
        not_(judgement_hidden_from(user)),
        Audit.id.not_in(_to_calibrate(user)),
        Audit.id.not_in(_pointing_to_somebody()),
    ]
    if wanted.service is not None:
        parts.append(Audit.service_id == wanted.service)
    if wanted.thread is not None:
        well = and_(
            Finding.final_judgement.in_(_GOOD), Finding.thread.has(Thread.code == wanted.thread)
        )
        parts.append(Audit.findings.any(well))
    return and_(*parts)


def _pointing_to_somebody() -> list[int]:
    """Audits whose quote holds personal data, as one recorded elsewhere or long ago may.

    Whatever is sure to be personal data has a digit or an @ in it.
    """
    quote = Audit.good_practice_quote
    rows = db.session.execute(
        select(Audit.id, quote).where(
            Audit.state.in_(_STATES), or_(*(quote.contains(sign) for sign in "0123456789@"))
        )
    )
    return [row.id for row in rows if sure(find(row.good_practice_quote))]


def _to_calibrate(user: User) -> Any:
    """Audits in an open calibration to which this person is invited."""
    return (
        select(Calibration.audit_id)
        .join(CalibrationPlace, CalibrationPlace.calibration_id == Calibration.id)
        .where(Calibration.closed_at.is_(None), CalibrationPlace.user_id == user.id)
    )


def _threads_judged(audits: Iterable[int]) -> Mapping[int, Judged]:
    rows = db.session.execute(
        select(Finding.audit_id, Thread.name, Finding.final_judgement)
        .join(Finding.thread)
        .where(Finding.audit_id.in_(list(audits)))
        .order_by(Finding.audit_id, Finding.position)
    )
    judged: dict[int, Judged] = defaultdict(list)
    for row in rows:
        judged[row.audit_id].append((row.name, row.final_judgement))
    return judged
