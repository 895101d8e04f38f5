"""Judgements before and after moderation, side by side, and how long moderation took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Integer, SQLColumnExpression, case, func, null, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from audit_app.audits.queries import judged_overall, narrowed
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Chosen,
    Finding,
    JudgementRow,
    Moderation,
    ModerationDraw,
    ModerationTally,
    Stage,
    Thread,
)
from audit_app.rules.periods import month_key
from audit_app.rules.sampling import DrawnBecause
from audit_app.rules.workflow import MODERATED_STATES
from audit_app.tallying.splits import Days, Split
from audit_app.web.filters import AuditFilter, Basis

_COLUMNS: dict[Split, SQLColumnExpression[Any]] = {
    Split.MONTH: Audit.audit_month,
    Split.THREAD: Thread.code,
    Split.SERVICE: Audit.service_id,
    Split.LOCALITY: Audit.locality_id,
    Split.TEAM: Audit.team_id,
    Split.TYPE: Audit.audit_type,
    Split.SELECTION: Audit.selection,
}


def moderation_pairs(
    of: AuditFilter, days: Days, by: Sequence[Split] = (), auditor: int | None = None
) -> pd.DataFrame:
    """How many moderated audits were judged so by their auditor and so by their moderator.

    A column for each of ``by`` (as ``counting.counts`` gives them), then ``blind`` (False: the
    moderator saw the auditor's judgement), ``chosen`` (a :class:`Chosen`), ``audited``,
    ``moderated`` (a :class:`Judgement` each) and ``n``. Overall judgements, unless the filter names
    a thread or threads are counted apart. Audits whose moderation judged nothing of that kind are
    in none of the counts; what moderators judged of a thread is :func:`moderated_thread`'s to say.
    ``days`` is a spell; the filter's basis, judgement and state are ignored. ``auditor`` narrows to
    the audits of one auditor, by row number.

    Nothing needs hiding from whoever may judge blind: every audit here was moderated.
    """
    threads = of.thread is not None or Split.THREAD in by
    before, after = (
        (Finding.judgement, moderated_thread())
        if threads
        else (judged_overall(Basis.AUDITED), Moderation.overall)
    )
    wanted = _moderated(days, auditor, by, [before.label("audited"), after.label("moderated")])
    wanted = wanted.where(before.is_not(None), after.is_not(None))
    if threads:
        wanted = wanted.join(Audit.findings).join(Finding.thread)
    if of.thread is not None:
        wanted = wanted.where(Thread.code == of.thread)
    found = db.session.execute(narrowed(wanted, _by_days(of))).all()
    return pd.DataFrame(
        found,
        columns=[*(each.value for each in by), "blind", "chosen", "audited", "moderated", "n"],
    )


def moderation_waits(
    of: AuditFilter, days: Days, by: Sequence[Split] = (), auditor: int | None = None
) -> pd.DataFrame:
    """How many moderated audits were moderated so many days after their audit date.

    A column for each of ``by``, then ``blind``, ``chosen``, ``days`` (0 and up) and ``n``. Audits
    are counted whole, so ``by`` cannot name threads and the filter's thread is ignored; otherwise
    as :func:`moderation_pairs`.
    """
    wait = _DaysBetween(Moderation.moderated_on, Audit.audit_date)
    waited: Any = case((wait < 0, 0), else_=wait)
    wanted = _moderated(days, auditor, by, [waited.label("days")])
    found = db.session.execute(narrowed(wanted, _by_days(of))).all()
    return pd.DataFrame(
        found, columns=[*(each.value for each in by), "blind", "chosen", "days", "n"]
    )


def _moderated(days: Days, auditor: int | None, by: Sequence[Split], of: list[Any]) -> Any:
    apart = [*(_COLUMNS[each].label(each.value) for each in by), Moderation.blind, _chosen(), *of]
    wanted = (
        select(*apart, func.count().label("n"))
        .select_from(Audit)
        .join(Moderation, Moderation.audit_id == Audit.id)
        .outerjoin(ModerationDraw, ModerationDraw.audit_id == Audit.id)
        .where(
            Audit.state.in_(MODERATED_STATES),
            Audit.audit_month.between(month_key(days.first), month_key(days.last)),
        )
        .group_by(*apart)
    )
    return wanted if auditor is None else wanted.where(Audit.auditor_id == auditor)


def _chosen() -> Any:
    known: Any = case(
        (ModerationDraw.audit_id.is_(None), Chosen.NOT_KNOWN.value),
        (ModerationDraw.chosen_because == DrawnBecause.RANDOM, Chosen.RANDOM.value),
        else_=Chosen.TARGETED.value,
    )
    return type_coerce(known, ModerationTally.__table__.c.chosen.type).label("chosen")


def moderated_thread() -> Any:
    """What the moderator judged of a finding's thread; nothing where they judged it not at all.

    For selects that join audits, moderations and findings. In the open a moderator writes down only
    the threads they judge otherwise, and so keeps the auditor's judgement of the others. Of a
    history brought in from elsewhere nobody knows what was thought of the threads.
    """
    newest = (
        select(JudgementRow.judgement)
        .where(
            JudgementRow.audit_id == Finding.audit_id,
            JudgementRow.thread_id == Finding.thread_id,
            JudgementRow.stage == Stage.MODERATED,
        )
        .order_by(JudgementRow.id.desc())
        .limit(1)
        .correlate(Finding)
        .scalar_subquery()
    )
    return case(
        (Audit.imported, null()),
        (Moderation.blind, newest),
        else_=func.coalesce(newest, Finding.judgement),
    )


def _by_days(of: AuditFilter) -> AuditFilter:
    """Narrow by day only where a typed day cuts a month; months are read from an index."""
    first = None if of.first is None or of.first.day == 1 else of.first
    last = None if of.last is None or (of.last + timedelta(days=1)).day == 1 else of.last
    return replace(of, judgement=None, state=None, thread=None, first=first, last=last)


class _DaysBetween(FunctionElement[int]):
    """Whole days from the second date to the first."""

    type = Integer()
    inherit_cache = True


@compiles(_DaysBetween)
def _subtract(element: Any, compiler: Any, **kw: Any) -> str:
    later, earlier = (compiler.process(each, **kw) for each in element.clauses)
    return f"({later} - {earlier})"


@compiles(_DaysBetween, "sqlite")
def _subtract_julian(element: Any, compiler: Any, **kw: Any) -> str:
    later, earlier = (compiler.process(each, **kw) for each in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"
