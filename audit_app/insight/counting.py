"""Counting judgements: grouped by month, place, kind or thread, however many audits there are.

Figures are the whole authority's. Who may open them is the route's to say; none names an audit, a
child or a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeGuard

from sqlalchemy import func, select, union_all

from audit_app.audits.blindness import judgement_hidden_from, waits_blind
from audit_app.audits.closed_years import counts_from
from audit_app.extensions import db
from audit_app.insight.asking import Held, Spell
from audit_app.models import Audit, User
from audit_app.rules.audit_steps import RECORDED_STATES
from audit_app.rules.permissions import Permission
from audit_app.tallying.asking import counted, tallied
from audit_app.tallying.counted import Counted
from audit_app.tallying.judgements import MEANING, judged, tally_alone
from audit_app.tallying.reach import Months
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter

__all__ = ["Split", "counts", "first_waiting_blind", "held", "judges_blind", "left_out"]


def counts(of: AuditFilter, spell: Spell, by: Sequence[Split], viewer: User | None) -> Counted:
    """How many audits were judged what, without what is hidden from whoever looks.

    A column for each of ``by``, then ``judgement`` and ``n``. ``month`` (yyyymm) is the first of
    its period, whose months are counted together; places are row numbers and a thread is its code.
    Overall judgements, unless the filter names a thread or threads are counted apart. No
    ``viewer`` leaves nothing out.
    """
    hidden = judgement_hidden_from(viewer) if judges_blind(viewer) else None
    months = Months.of(of, spell)
    ask = tallied if tally_alone(of, months, by, hidden) else counted
    wanted = judged(of, months, by, hidden)
    return ask(wanted, [*(each.value for each in by), "judgement", "n"], MEANING)


# State by state: each is then the end of an index, however many audits there are.
_DAYS = union_all(
    *(
        select(end(Audit.audit_date).label("day")).where(Audit.state == state)
        for state in RECORDED_STATES
        for end in (func.min, func.max)
    )
).subquery()
_ENDS = select(func.min(_DAYS.c.day), func.max(_DAYS.c.day), counts_from())


def held() -> Held | None:
    """The days of the first and the last recorded audit that counts; None where there is none.

    What is left of years that were disposed of counts in no figure but their total.
    """
    first, last, since = db.session.execute(_ENDS).one()
    if first is None or last is None or (since and last < since):
        return None
    return Held(max(first, since or first), last)


def first_waiting_blind(spell: Spell) -> date | None:
    """The day of the earliest audit in a spell that waits for a blind moderation, if one does."""
    waiting = select(func.min(Audit.audit_date)).where(waits_blind())
    return db.session.scalar(waiting.where(Audit.audit_date.between(spell.first, spell.last)))


def left_out(of: AuditFilter, spell: Spell, viewer: User | None) -> int:
    """How many audits this person's counts leave out, as they may yet judge them blind."""
    if not judges_blind(viewer):
        return 0
    months = Months.of(of, spell)
    hidden: Any = select(func.count(Audit.id)).where(
        Audit.state.in_(RECORDED_STATES),
        months.all(Audit.audit_month),
        judgement_hidden_from(viewer),
    )
    return db.session.scalar(months.narrow(hidden, of)) or 0


def judges_blind(viewer: User | None) -> TypeGuard[User]:
    """Whether there may be audits whose judgement this person must not learn."""
    return viewer is not None and viewer.can(Permission.AUDIT_MODERATE)
