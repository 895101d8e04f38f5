"""Counting judgements: grouped by month, place, kind or thread, however many audits there are.

Figures are the whole authority's. Who may open them is the route's to say; none names an audit, a
child or a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeGuard

import pandas as pd
from sqlalchemy import ColumnElement, SQLColumnExpression, func, not_, select

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.audits.queries import judged_overall, judged_thread, narrowed
from audit_app.extensions import db
from audit_app.insight.asking import Held, Spell
from audit_app.models import Audit, Finding, Thread, User
from audit_app.rules.periods import month_key
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import RECORDED_STATES
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter

__all__ = ["Split", "counts", "held", "judges_blind", "left_out"]


_COLUMNS: dict[Split, SQLColumnExpression[Any]] = {
    Split.MONTH: Audit.audit_month,
    Split.THREAD: Thread.code,
    Split.SERVICE: Audit.service_id,
    Split.LOCALITY: Audit.locality_id,
    Split.TEAM: Audit.team_id,
    Split.TYPE: Audit.audit_type,
    Split.SELECTION: Audit.selection,
}


def counts(of: AuditFilter, spell: Spell, by: Sequence[Split], viewer: User | None) -> pd.DataFrame:
    """How many audits were judged what, without what is hidden from whoever looks.

    A column for each of ``by`` (``month`` is yyyymm, places are row numbers, a thread is its
    code), then ``judgement`` and ``n``. Overall judgements, unless the filter names a thread or
    threads are counted apart. No ``viewer`` leaves nothing out.
    """
    threads = of.thread is not None or Split.THREAD in by
    judged = judged_thread(of.basis) if threads else judged_overall(of.basis)
    apart = [_COLUMNS[each] for each in by]
    columns: list[Any] = [column.label(each.value) for each, column in zip(by, apart, strict=True)]
    wanted: Any = (
        select(*columns, judged.label("judgement"), func.count().label("n"))
        .where(*_counted(spell), judged.is_not(None))
        .group_by(*apart, judged)
    )
    if judges_blind(viewer):
        wanted = wanted.where(not_(judgement_hidden_from(viewer)))
    if threads:
        wanted = wanted.select_from(Audit).join(Audit.findings).join(Finding.thread)
    if of.thread is not None:
        wanted = wanted.where(Thread.code == of.thread)
    found = db.session.execute(narrowed(wanted, _by_days(of, spell))).all()
    return pd.DataFrame(found, columns=[*(each.value for each in by), "judgement", "n"])


def held() -> Held | None:
    """The days of the first and the last recorded audit; None where there is none."""
    first, last = db.session.execute(
        select(func.min(Audit.audit_date), func.max(Audit.audit_date)).where(
            Audit.state.in_(RECORDED_STATES)
        )
    ).one()
    return None if first is None or last is None else Held(first, last)


def left_out(of: AuditFilter, spell: Spell, viewer: User | None) -> int:
    """How many audits this person's counts leave out, as they may yet judge them blind."""
    if not judges_blind(viewer):
        return 0
    hidden = select(func.count(Audit.id)).where(*_counted(spell), judgement_hidden_from(viewer))
    return db.session.scalar(narrowed(hidden, _by_days(of, spell))) or 0


def judges_blind(viewer: User | None) -> TypeGuard[User]:
    """Whether there may be audits whose judgement this person must not learn."""
    return viewer is not None and viewer.can(Permission.AUDIT_MODERATE)


def _counted(spell: Spell) -> tuple[ColumnElement[bool], ...]:
    """Which audits a table over these days is about."""
    return (
        Audit.state.in_(RECORDED_STATES),
        Audit.audit_month.between(month_key(spell.first), month_key(spell.last)),
    )


def _by_days(of: AuditFilter, spell: Spell) -> AuditFilter:
    """Narrow by day only where a typed day cuts a month: months alone are read from an index."""
    return replace(
        of,
        judgement=None,
        state=None,
        first=of.first if spell.cuts_first_month else None,
        last=of.last if spell.cuts_last_month else None,
    )
