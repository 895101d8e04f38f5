"""How many audits were judged what: from the tally where it can answer, else from the records.

Each function gives a select whose columns are those it is split by, ``judgement`` and ``n``. A
month stands for its period, the months of which are counted together. Words are as they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    Integer,
    Select,
    SQLColumnExpression,
    String,
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
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.judgements import Judgement
from audit_app.tallying.reach import Months, Place, apart_by_type, judged_place, of_types
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
    Split.TYPE: Tally.audit_type,
    Split.SELECTION: func.nullif(Tally.selection, ""),
}
#: What the words of an answer stand for, by its columns.
MEANING: dict[str, Callable[[Any], Any]] = {
    Split.TYPE: AuditType,
    Split.SELECTION: Selection,
    "judgement": Judgement,
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
        every = _from_records(of, months, by).where(months.all(Audit.audit_month))
        return _summed([_without(every, hidden)], by, months)
    if tally_alone(of, months, by, hidden):
        return _from_tally(of, months, tuple(by), place)
    parts = [_from_tally(of, months, tuple(by), place)]
    if months.cut:
        cut_off = _from_records(of, months, by).where(months.cut_off(Audit.audit_month))
        parts.append(_without(cut_off, hidden))
    if hidden is not None:
        parts.append(_taken_away(of, months, by, hidden))
    return _summed(parts, by, months)


def tally_alone(
    of: AuditFilter, months: Months, by: Sequence[Split], hidden: ColumnElement[bool] | None
) -> bool:
    """Whether nothing but the tally is read; the answer is then the same select each time."""
    return hidden is None and not months.cut and judged_place(of, by) is not None


def _without(wanted: Select[Any], hidden: ColumnElement[bool] | None) -> Select[Any]:
    return wanted if hidden is None else wanted.where(not_(hidden))


def _taken_away(
    of: AuditFilter, months: Months, by: Sequence[Split], hidden: ColumnElement[bool]
) -> Select[Any]:
    """What the hidden audits of whole months add to the tally, below 0."""
    uncut = replace(months, cuts_first=False, cuts_last=False)
    wholly = _from_records(of, uncut, by, times=-1)
    return wholly.where(months.whole(Audit.audit_month), hidden)


@lru_cache(maxsize=256)
def _from_tally(
    of: AuditFilter, months: Months, by: tuple[Split, ...], place: Place
) -> Select[Any]:
    columns = _TALLIED | {Split.MONTH: months.of_period(Tally.month)}
    wanted: list[Any] = [columns[each].label(each.value) for each in by]
    apart = [columns[each] for each in by]
    if of.thread is not None:
        judged = Tally.judged == of.thread
    else:
        judged = Tally.judged.in_(CODES) if Split.THREAD in by else Tally.judged == OVERALL
    rows = (
        select(*wanted, as_stored(Tally.judgement).label("judgement"))
        .where(place.rows_of(Tally), of_types(Tally, of, by), judged)
        .where(Tally.basis == of.basis.value, months.whole(Tally.month))
    )
    if months.apart(by) and not apart_by_type(of, by):
        return rows.add_columns(Tally.n)
    counted = cast(func.sum(Tally.n), Integer).label("n")
    return rows.add_columns(counted).group_by(*apart, Tally.judgement)


def _from_records(
    of: AuditFilter, months: Months, by: Sequence[Split], times: int = 1
) -> Select[Any]:
    threads = of.thread is not None or Split.THREAD in by
    judgement = judged_thread(of.basis) if threads else judged_overall(of.basis)
    apart = [COLUMNS[each] for each in by]
    columns: list[Any] = [as_stored(COLUMNS[each]).label(each.value) for each in by]
    wanted: Any = (
        select(*columns, as_stored(judgement).label("judgement"), (times * func.count()).label("n"))
        .where(Audit.recorded, judgement.is_not(None))
        .group_by(*apart, judgement)
    )
    if threads:
        wanted = wanted.select_from(Audit).join(Audit.findings).join(Finding.thread)
    if of.thread is not None:
        wanted = wanted.where(Thread.code == of.thread)
    return months.narrow(wanted, of)


def _summed(parts: list[Select[Any]], by: Sequence[Split], months: Months) -> Select[Any]:
    if len(parts) == 1 and (months.apart(by) or Split.MONTH not in by):
        return parts[0]
    every = union_all(*parts).subquery()
    apart = [
        months.of_period(every.c.month) if each is Split.MONTH else every.c[each.value]
        for each in by
    ]
    n = cast(func.sum(every.c.n), Integer)
    wanted: list[Any] = [column.label(each.value) for each, column in zip(by, apart, strict=True)]
    return (
        select(*wanted, every.c.judgement, n.label("n"))
        .group_by(*apart, every.c.judgement)
        .having(n != 0)
    )


def as_stored(column: Any) -> ColumnElement[Any]:
    """A word as the database holds it: to look up what it means for every row takes longer."""
    return type_coerce(column, String) if isinstance(column.type, Enum) else column
