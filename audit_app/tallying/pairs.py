"""Judgements before and after moderation, side by side, and how long moderation took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    select,
    true,
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
from audit_app.tallying.asking import counted, tallied
from audit_app.tallying.counted import Counted
from audit_app.tallying.facts import chosen, days_waited, moderated, moderated_thread
from audit_app.tallying.judgements import CODES, COLUMNS, MEANING, as_stored
from audit_app.tallying.reach import Months, Place, moderated_place
from audit_app.tallying.splits import Days, Split
from audit_app.web.filters import AuditFilter, Basis

_WAY = ("blind", "chosen")
_WAYS = tuple(product((False, True), Chosen))
#: What is counted of each way of moderating.
_SHOWN: dict[Any, tuple[str, ...]] = {
    ModerationTally: ("audited", "moderated"),
    ModerationWait: ("days",),
}
_MEANING = MEANING | {"chosen": Chosen, "audited": Judgement, "moderated": Judgement}


def moderation_pairs(
    of: AuditFilter, days: Days, by: Sequence[Split] = (), auditor: int | None = None
) -> Counted:
    """How many moderated audits were judged so by their auditor and so by their moderator.

    A column for each of ``by`` (as ``counting.counts`` gives them), then ``blind`` (False: the
    moderator saw the auditor's judgement), ``chosen`` (a :class:`Chosen`), ``audited``,
    ``moderated`` (a :class:`Judgement` each) and ``n``. Overall judgements, unless the filter names
    a thread or threads are counted apart. Audits whose moderation judged nothing of that kind are
    in none of the counts. ``days`` is a spell; the filter's basis, judgement and state are ignored.
    ``auditor`` narrows to the audits of one auditor, by row number.

    Nothing needs hiding from whoever may judge blind: every audit here was moderated.
    """
    return _counted(ModerationTally, lambda: _pairs(of, by), of, days, by, auditor)


def moderation_waits(
    of: AuditFilter, days: Days, by: Sequence[Split] = (), auditor: int | None = None
) -> Counted:
    """How many moderated audits were moderated so many days after their audit date.

    A column for each of ``by``, then ``blind``, ``chosen``, ``days`` (0 and up) and ``n``. Audits
    are counted whole, so ``by`` cannot name threads and the filter's thread is ignored; otherwise
    as :func:`moderation_pairs`.
    """
    return _counted(ModerationWait, lambda: _waits(by), of, days, by, auditor)


def _counted(
    table: Any, records: Callable[[], Select[Any]], of: AuditFilter, days: Days,
    by: Sequence[Split], auditor: int | None,
) -> Counted:  # fmt: skip
    """Count rows of the tally for whole months and records for the rest; without one, records."""
    months = Months.of(of, days)
    place = moderated_place(of, by) if auditor is None else None
    names = [*map(str, by), *_WAY, *_SHOWN[table]]
    if place is not None and not months.cut:
        tally = _from_tally(table, place, months, tuple(by), of.thread)
        return tallied(tally, [*names, "n"], _MEANING)
    found = months.narrow(records(), of)
    if auditor is not None:
        found = found.where(Audit.auditor_id == auditor)
    if place is None:
        parts = [found.where(months.all(Audit.audit_month))]
    else:
        parts = _tallied(table, place, months, by, of.thread)
        parts.append(found.where(months.cut_off(Audit.audit_month)))
    return counted(_summed(parts, names, months), [*names, "n"], _MEANING)


def _summed(parts: list[Select[Any]], names: Sequence[str], months: Months) -> Select[Any]:
    every = union_all(*parts).subquery()
    columns = [
        months.of_period(every.c.month) if name == Split.MONTH else every.c[name] for name in names
    ]
    n = cast(func.sum(every.c.n), Integer).label("n")
    return select(*columns, n).group_by(*columns)


@lru_cache(maxsize=256)
def _from_tally(
    table: Any, place: Place, months: Months, by: tuple[Split, ...], thread: str | None
) -> CompoundSelect[Any]:
    return union_all(*_tallied(table, place, months, by, thread))


def _tallied(
    table: Any, place: Place, months: Months, by: Sequence[Split], thread: str | None
) -> list[Select[Any]]:
    """What a tally counts of the months that are whole, way by way of moderating.

    The rows of one place and way lie together: there is then less to be sorted at a time.
    """
    known = {Split.MONTH: months.of_period(table.month)}
    if table is ModerationTally:
        known[Split.THREAD] = table.judged
    apart = [known.get(each, table.place_id) for each in by]
    shown = [as_stored(getattr(table, name)) for name in _SHOWN[table]]
    split = [column.label(each.value) for each, column in zip(by, apart, strict=True)]
    together = [*shown, *apart]
    together += [table.blind, table.chosen] if place.number is None else []
    parts = []
    for way, of_way in _ways(table, place):
        rows = select(*split, *way, *shown).where(place.rows_of(table), months.whole(table.month))
        rows = rows.where(_of_thread(table, thread, by), of_way)
        if months.apart(by):
            parts.append(rows.add_columns(table.n))
        else:
            n = cast(func.sum(table.n), Integer).label("n")
            parts.append(rows.add_columns(n).group_by(*together))
    return parts


def _ways(table: Any, place: Place) -> list[tuple[list[Any], ColumnElement[bool]]]:
    """Each way of moderating and its rows; all at once where the rows are of several places."""
    if place.number is None:
        return [([table.blind, as_stored(table.chosen).label("chosen")], true())]
    return [
        (
            [literal(blind, Boolean).label("blind"), literal(why.value, String).label("chosen")],
            and_(table.blind == blind, table.chosen == why),
        )
        for blind, why in _WAYS
    ]


def _of_thread(table: Any, thread: str | None, by: Sequence[Split]) -> ColumnElement[bool]:
    if table is not ModerationTally:
        return true()
    if thread is not None:
        return ModerationTally.judged == thread
    apart = Split.THREAD in by
    return ModerationTally.judged.in_(CODES) if apart else ModerationTally.judged == OVERALL


def _pairs(of: AuditFilter, by: Sequence[Split]) -> Select[Any]:
    threads = of.thread is not None or Split.THREAD in by
    before, after = (
        (Finding.judgement, moderated_thread())
        if threads
        else (judged_overall(Basis.AUDITED), Moderation.overall)
    )
    records = _moderated(by, {"audited": before, "moderated": after})
    records = records.where(before.is_not(None), after.is_not(None))
    if threads:
        records = records.join(Finding, Finding.audit_id == Audit.id).join(Finding.thread)
    return records if of.thread is None else records.where(Thread.code == of.thread)


def _waits(by: Sequence[Split]) -> Select[Any]:
    return _moderated(by, {"days": days_waited()}).where(Audit.audit_date.is_not(None))


def _moderated(by: Sequence[Split], shown: dict[str, Any]) -> Select[Any]:
    """A row for each moderated audit, or each thread of one."""
    return moderated(
        *(as_stored(COLUMNS[each]).label(each.value) for each in by),
        Moderation.blind,
        chosen().label("chosen"),
        *(as_stored(column).label(name) for name, column in shown.items()),
        literal(1).label("n"),
    )
