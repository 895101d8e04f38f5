"""How many audits were judged what: from the tally where it can answer, else from the records.

Each function gives a select whose columns are those it is split by, ``judgement`` and ``n``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    cast,
    func,
    not_,
    select,
    type_coerce,
    union_all,
)

from audit_app.audits.queries import judged_overall, judged_thread
from audit_app.models import Audit, Finding, Tally, Thread
from audit_app.models.tally import OVERALL
from audit_app.rules.workflow import RECORDED_STATES
from audit_app.tallying.reach import Months, Place, judged_place, of_types
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter

#: What audits are split by, as their rows say it and as the tally does.
COLUMNS: dict[Split, SQLColumnExpression[Any]] = {
    Split.MONTH: Audit.audit_month,
    Split.THREAD: Thread.code,
    Split.SERVICE: Audit.service_id,
    Split.LOCALITY: Audit.locality_id,
    Split.TEAM: Audit.team_id,
    Split.TYPE: Audit.audit_type,
    Split.SELECTION: Audit.selection,
}
_TALLIED: dict[Split, SQLColumnExpression[Any]] = {
    Split.MONTH: Tally.month,
    Split.THREAD: Tally.judged,
    Split.SERVICE: Tally.place_id,
    Split.LOCALITY: Tally.place_id,
    Split.TEAM: Tally.place_id,
    Split.TYPE: type_coerce(Tally.audit_type, Audit.__table__.c.audit_type.type),
    Split.SELECTION: type_coerce(
        func.nullif(Tally.selection, ""), Audit.__table__.c.selection.type
    ),
}

#: Named, so that a tally's rows are found and not passed over.
CODES = select(Thread.code)


def judged(
    of: AuditFilter, months: Months, by: Sequence[Split], hidden: ColumnElement[bool] | None
) -> Select[Any]:
    """The whole answer, in one statement, so that it is all of one moment.

    ``hidden`` are the audits to leave out: nobody can learn what they were judged from an answer
    that was put together while one of them was recorded.
    """
    place = judged_place(of, by)
    if place is None:
        return _without(_from_records(of, months, by).where(months.all(Audit.audit_month)), hidden)
    parts = [_from_tally(of, months, by, place)]
    if months.cut:
        cut_off = _from_records(of, months, by).where(months.cut_off(Audit.audit_month))
        parts.append(_without(cut_off, hidden))
    if hidden is not None:
        parts.append(_taken_away(of, months, by, hidden))
    return parts[0] if len(parts) == 1 else _summed(parts, by)


def _without(wanted: Select[Any], hidden: ColumnElement[bool] | None) -> Select[Any]:
    return wanted if hidden is None else wanted.where(not_(hidden))


def _taken_away(
    of: AuditFilter, months: Months, by: Sequence[Split], hidden: ColumnElement[bool]
) -> Select[Any]:
    """What the hidden audits of whole months add to the tally, below 0."""
    wholly = _from_records(of, Months(months.first, months.last), by, times=-1)
    return wholly.where(months.whole(Audit.audit_month), hidden)


def _from_tally(of: AuditFilter, months: Months, by: Sequence[Split], place: Place) -> Select[Any]:
    wanted: list[Any] = [_TALLIED[each].label(each.value) for each in by]
    apart = [_TALLIED[each] for each in by]
    if of.thread is not None:
        judged = Tally.judged == of.thread
    else:
        judged = Tally.judged.in_(CODES) if Split.THREAD in by else Tally.judged == OVERALL
    counted = cast(func.sum(Tally.n), Integer).label("n")
    return (
        select(*wanted, Tally.judgement.label("judgement"), counted)
        .where(place.rows_of(Tally), of_types(Tally, of, by), judged)
        .where(Tally.basis == of.basis.value, months.whole(Tally.month))
        .group_by(*apart, Tally.judgement)
    )


def _from_records(
    of: AuditFilter, months: Months, by: Sequence[Split], times: int = 1
) -> Select[Any]:
    threads = of.thread is not None or Split.THREAD in by
    judgement = judged_thread(of.basis) if threads else judged_overall(of.basis)
    apart = [COLUMNS[each] for each in by]
    columns: list[Any] = [COLUMNS[each].label(each.value) for each in by]
    wanted: Any = (
        select(*columns, judgement.label("judgement"), (times * func.count()).label("n"))
        .where(Audit.state.in_(RECORDED_STATES), judgement.is_not(None))
        .group_by(*apart, judgement)
    )
    if threads:
        wanted = wanted.select_from(Audit).join(Audit.findings).join(Finding.thread)
    if of.thread is not None:
        wanted = wanted.where(Thread.code == of.thread)
    return months.narrow(wanted, of)


def _summed(parts: list[Select[Any]], by: Sequence[Split]) -> Select[Any]:
    every = union_all(*parts).subquery()
    apart = [every.c[each.value] for each in by]
    n = cast(func.sum(every.c.n), Integer)
    wanted = select(*apart, every.c.judgement, n.label("n"))
    return wanted.group_by(*apart, every.c.judgement).having(n != 0)
