"""Judgements before and after moderation, side by side, and how long moderation took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    cast,
    func,
    literal,
    select,
    union_all,
)

from audit_app.audits.queries import judged_overall
from audit_app.models import (
    Audit,
    Chosen,
    Finding,
    Moderation,
    ModerationTally,
    ModerationWait,
    Thread,
)
from audit_app.models.tally import OVERALL
from audit_app.rules.judgements import Judgement
from audit_app.tallying.asking import frame_of
from audit_app.tallying.facts import chosen, days_waited, moderated, moderated_thread
from audit_app.tallying.judgements import CODES, COLUMNS, MEANING, as_stored
from audit_app.tallying.reach import Months, Place, moderated_place
from audit_app.tallying.splits import Days, Split
from audit_app.web.filters import AuditFilter, Basis

_PAIR = ("blind", "chosen", "audited", "moderated")
_WAIT = ("blind", "chosen", "days")
_MEANING = MEANING | {"chosen": Chosen, "audited": Judgement, "moderated": Judgement}


def moderation_pairs(
    of: AuditFilter, days: Days, by: Sequence[Split] = (), auditor: int | None = None
) -> pd.DataFrame:
    """How many moderated audits were judged so by their auditor and so by their moderator.

    A column for each of ``by`` (as ``counting.counts`` gives them), then ``blind`` (False: the
    moderator saw the auditor's judgement), ``chosen`` (a :class:`Chosen`), ``audited``,
    ``moderated`` (a :class:`Judgement` each) and ``n``. Overall judgements, unless the filter names
    a thread or threads are counted apart. Audits whose moderation judged nothing of that kind are
    in none of the counts. ``days`` is a spell; the filter's basis, judgement and state are ignored.
    ``auditor`` narrows to the audits of one auditor, by row number.

    Nothing needs hiding from whoever may judge blind: every audit here was moderated.
    """
    months = Months.of(of, days)
    threads = of.thread is not None or Split.THREAD in by
    before, after = (
        (Finding.judgement, moderated_thread())
        if threads
        else (judged_overall(Basis.AUDITED), Moderation.overall)
    )
    records = _moderated(by, {"audited": before, "moderated": after}, auditor)
    records = records.where(before.is_not(None), after.is_not(None))
    if threads:
        records = records.join(Finding, Finding.audit_id == Audit.id).join(Finding.thread)
    if of.thread is not None:
        records = records.where(Thread.code == of.thread)
    tally = None
    if (place := _place(of, by, auditor)) is not None:
        tally = _tallied(ModerationTally, place, months, by, _PAIR).where(_of_thread(of, by))
    return _counted((*by, *_PAIR), of, months, tally, records)


def moderation_waits(
    of: AuditFilter, days: Days, by: Sequence[Split] = (), auditor: int | None = None
) -> pd.DataFrame:
    """How many moderated audits were moderated so many days after their audit date.

    A column for each of ``by``, then ``blind``, ``chosen``, ``days`` (0 and up) and ``n``. Audits
    are counted whole, so ``by`` cannot name threads and the filter's thread is ignored; otherwise
    as :func:`moderation_pairs`.
    """
    months = Months.of(of, days)
    records = _moderated(by, {"days": days_waited()}, auditor).where(Audit.audit_date.is_not(None))
    place = _place(of, by, auditor)
    tally = None if place is None else _tallied(ModerationWait, place, months, by, _WAIT)
    return _counted((*by, *_WAIT), of, months, tally, records)


def _place(of: AuditFilter, by: Sequence[Split], auditor: int | None) -> Place | None:
    return moderated_place(of, by) if auditor is None else None


def _moderated(by: Sequence[Split], judged: dict[str, Any], auditor: int | None) -> Select[Any]:
    """A row for each moderated audit, or each thread of one."""
    wanted = moderated(
        *(as_stored(COLUMNS[each]).label(each.value) for each in by),
        Moderation.blind,
        chosen().label("chosen"),
        *(as_stored(column).label(name) for name, column in judged.items()),
        literal(1).label("n"),
    )
    return wanted if auditor is None else wanted.where(Audit.auditor_id == auditor)


def _tallied(
    table: Any, place: Place, months: Months, by: Sequence[Split], shown: Sequence[str]
) -> Select[Any]:
    """A tally's rows for the months that are whole."""
    known = {Split.MONTH: "month", Split.THREAD: "judged"}
    apart = [getattr(table, known.get(each, "place_id")).label(each.value) for each in by]
    columns = [as_stored(getattr(table, name)).label(name) for name in shown]
    rows = select(*apart, *columns, table.n)
    return rows.where(place.rows_of(table), months.whole(table.month))


def _of_thread(of: AuditFilter, by: Sequence[Split]) -> ColumnElement[bool]:
    if of.thread is not None:
        return ModerationTally.judged == of.thread
    apart = Split.THREAD in by
    return ModerationTally.judged.in_(CODES) if apart else ModerationTally.judged == OVERALL


def _counted(
    names: Sequence[str], of: AuditFilter, months: Months, tally: Select[Any] | None,
    records: Select[Any],
) -> pd.DataFrame:  # fmt: skip
    """Count rows of the tally for whole months and records for the rest; without one, records."""
    records = months.narrow(records, of)
    if tally is None:
        parts = [records.where(months.all(Audit.audit_month))]
    else:
        cut_off = [records.where(months.cut_off(Audit.audit_month))] if months.cut else []
        parts = [tally, *cut_off]
    every = union_all(*parts).subquery()
    columns = [
        months.of_period(every.c.month) if name == Split.MONTH else every.c[name] for name in names
    ]
    n = cast(func.sum(every.c.n), Integer).label("n")
    wanted = select(*columns, n).group_by(*columns)
    return frame_of(wanted, [*map(str, names), "n"], _MEANING)
