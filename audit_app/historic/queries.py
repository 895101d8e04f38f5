"""Reading the published totals: for tables, for their list, and what stands in the way of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from audit_app.audits.closed_years import counts_from
from audit_app.extensions import db
from audit_app.models import Audit, DisposalCertificate, HistoricFigures, HistoryEvent
from audit_app.models.base import JsonObject
from audit_app.rules.columns import Column
from audit_app.rules.historic import PublishedTotal
from audit_app.rules.judgements import SCALE
from audit_app.rules.periods import PeriodKind
from audit_app.rules.shares import Share

RECORD_TYPE = "historic figures"


@dataclass(frozen=True)
class Line:
    """One entry. ``recorded`` says that audits of its days are recorded here, and count instead."""

    figures: HistoricFigures
    recorded: bool
    floor: int

    @property
    def in_force(self) -> bool:
        return self.figures.withdrawn_on is None

    @property
    def total(self) -> PublishedTotal:
        return _total(self.figures, self.recorded)

    @property
    def column(self) -> Column:
        return self.total.column(PeriodKind.CALENDAR_YEAR, self.floor)

    @property
    def days(self) -> str:
        """As tables name its days: ``2018``, ``2019 (Jan – Aug)``."""
        return self.total.days(PeriodKind.CALENDAR_YEAR).days

    @property
    def shares(self) -> tuple[Share, ...]:
        return self.column.cells


def standing() -> tuple[PublishedTotal, ...]:
    """Every entry in force and every total of disposed years, in time order."""
    found = db.session.execute(_lines().where(HistoricFigures.withdrawn_on.is_(None)))
    entered = [_total(figures, recorded) for figures, recorded in found]
    return tuple(sorted([*entered, *disposed()], key=lambda each: each.first))


def disposed() -> tuple[PublishedTotal, ...]:
    """The last counts of the years that were disposed of, in time order."""
    made = select(DisposalCertificate.reference, DisposalCertificate.totals)
    went = made.where(DisposalCertificate.counts_from.is_not(None))
    rows = db.session.execute(went.order_by(DisposalCertificate.id))
    return tuple(total for row in rows for total in totals_in(row.totals, row.reference))


def totals_in(totals: Sequence[JsonObject], certificate: str) -> list[PublishedTotal]:
    """The totals that a certificate of disposal holds."""
    source = f"Counted from records before they were disposed of, certificate {certificate}"
    return [
        PublishedTotal(
            date.fromisoformat(each["first"]),
            date.fromisoformat(each["last"]),
            tuple(each[judgement.value] for judgement in SCALE),
            source,
        )
        for each in totals
    ]


def listed(floor: int) -> Sequence[Line]:
    """Every entry, the latest days first; those withdrawn after those in force."""
    withdrawn = HistoricFigures.withdrawn_on.is_not(None)
    rows = db.session.execute(_lines().order_by(None).order_by(withdrawn, *_LATEST_FIRST))
    return [Line(figures, recorded, floor) for figures, recorded in rows]


def line_with(reference: str, floor: int) -> Line:
    """One entry; 404 where there is none of this reference."""
    wanted = _lines().where(HistoricFigures.reference == reference)
    found = db.session.execute(wanted.options(joinedload(HistoricFigures.entered_by))).first()
    if found is None:
        abort(404)
    return Line(found[0], found[1], floor)


def story_of(figures: HistoricFigures) -> Sequence[HistoryEvent]:
    """What was done to an entry, first things first."""
    of = (HistoryEvent.record_type == RECORD_TYPE, HistoryEvent.record_reference)
    wanted = select(HistoryEvent).where(of[0], of[1] == figures.reference)
    return db.session.scalars(
        wanted.options(joinedload(HistoryEvent.user)).order_by(HistoryEvent.id)
    ).all()


def recorded_between(first: date, last: date) -> int:
    """How many audits of these days are recorded here and count."""
    days = Audit.audit_date.between(first, last)
    counted = select(func.count(Audit.id)).where(Audit.recorded, days, _counts())
    return db.session.scalar(counted) or 0


def _counts() -> ColumnElement[bool]:
    """Whether an audit is of days that records count for."""
    return or_(counts_from().is_(None), Audit.audit_date >= counts_from())


def in_force_between(first: date, last: date) -> HistoricFigures | None:
    """The first entry in force that holds a day of these."""
    touching = (HistoricFigures.first <= last, HistoricFigures.last >= first)
    return db.session.scalar(
        select(HistoricFigures)
        .where(HistoricFigures.withdrawn_on.is_(None), *touching)
        .order_by(HistoricFigures.first)
        .limit(1)
    )


_LATEST_FIRST = (HistoricFigures.first.desc(), HistoricFigures.id.desc())


def _lines() -> Select[HistoricFigures, bool]:
    """Entries, each with whether audits of its days are recorded here."""
    recorded: ColumnElement[bool] = exists(
        select(Audit.id).where(
            Audit.recorded,
            Audit.audit_date.between(HistoricFigures.first, HistoricFigures.last),
            _counts(),
        )
    )
    return select(HistoricFigures, recorded).order_by(HistoricFigures.first)


def _total(figures: HistoricFigures, recorded: bool) -> PublishedTotal:
    counts = (
        figures.outstanding,
        figures.good,
        figures.requires_improvement,
        figures.inadequate,
    )
    return PublishedTotal(figures.first, figures.last, counts, figures.source, recorded)
