"""What became of the escalations of a period's audits: Inadequates and concerns answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, not_, select

from audit_app.extensions import db
from audit_app.models import Audit, Escalation, EscalationCause
from audit_app.rules.judgements import Judgement
from audit_app.rules.shares import Share
from audit_app.rules.sheets import SHARE, Heading, Line, Sheet, count, share
from audit_app.rules.summary_words import inadequate_against, number
from audit_app.summaries.judgements import Judged
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope
from audit_app.web.moments import in_london

_CLOCK = (
    "An escalation starts a clock. It is closed only with what was done, in time where that is no "
    "later than the day it was due. Those of the period’s audits are counted, as they stand today."
)
_OVERDUE = "Overdue"


@dataclass(frozen=True)
class Clocks:
    """What became of the escalations of one cause."""

    in_time: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def closed(self) -> int:
        return self.in_time + self.late

    @property
    def started(self) -> int:
        return self.closed + self.open


@dataclass(frozen=True)
class Escalated:
    """The escalations of a period's audits; ``without`` are Inadequates that have none.

    ``imported`` of those were brought in from elsewhere. Of the escalations for an Inadequate
    judgement ``kept`` are those of audits that are finally Inadequate, and ``changed`` those of
    audits that were once judged so and are finally judged otherwise.
    """

    causes: Mapping[EscalationCause, Clocks]
    kept: Clocks
    changed: Clocks
    without: int
    imported: int

    def of(self, cause: EscalationCause) -> Clocks:
        return self.causes.get(cause, Clocks())


def escalated(scope: Scope) -> Escalated:
    first, last = scope.whole.first, scope.whole.last
    wanted: Any = select(
        Escalation.cause, Audit.final_overall, Escalation.due_on, Escalation.closed_at
    ).join(Audit, Audit.id == Escalation.audit_id)
    rows = db.session.execute(scope.audits(wanted, first, last)).all()
    found: Counter[tuple[EscalationCause, bool, str]] = Counter(
        (cause, final is Judgement.INADEQUATE, _stands(due_on, closed_at, scope.today))
        for cause, final, due_on, closed_at in rows
    )
    causes = {each: _clocks(found, each, (True, False)) for each in EscalationCause}
    kept, changed = (_clocks(found, EscalationCause.INADEQUATE, (each,)) for each in (True, False))
    return Escalated(causes, kept, changed, *_without(scope))


def _stands(due_on: date, closed_at: Any, today: date) -> str:
    if closed_at is None:
        return "overdue" if due_on < today else "open"
    return "in time" if in_london(closed_at).date() <= due_on else "late"


def _clocks(
    found: Counter[tuple[EscalationCause, bool, str]],
    cause: EscalationCause,
    finals: Sequence[bool],
) -> Clocks:
    """Of one cause; ``finals`` says whether of audits finally Inadequate, of others, or both."""
    in_time, late, running, overdue = (
        sum(found[cause, final, stands] for final in finals)
        for stands in ("in time", "late", "open", "overdue")
    )
    return Clocks(in_time, late, running + overdue, overdue)


def _without(scope: Scope) -> tuple[int, int]:
    """Audits that are finally Inadequate and were never escalated for it; and those imported."""
    answered = and_(Escalation.audit_id == Audit.id, Escalation.cause == EscalationCause.INADEQUATE)
    wanted: Any = select(func.count(Audit.id), func.count(Audit.id).filter(Audit.imported)).where(
        Audit.final_overall == Judgement.INADEQUATE,
        not_(select(Escalation.id).where(answered).correlate(Audit).exists()),
    )
    whole = scope.whole
    every, imported = db.session.execute(scope.audits(wanted, whole.first, whole.last)).one()
    return every, imported


def inadequate_section(scope: Scope, found: Escalated, judged: Judged) -> Section:
    message = tuple(inadequates_said(found, judged))
    sheets = (_clock_sheet(scope, found),) if any(c.started for c in found.causes.values()) else ()
    return Section("inadequates", "Inadequate audits followed up", message, sheets, moves_on=True)


def inadequates_said(found: Escalated, judged: Judged) -> Iterator[str]:
    """How many there are, against last year, and what is on record about each of them."""
    if judged.now.total:
        yield inadequate_against(judged.against[0])
    yield from answered_said(found, judged.now.cells[-1].count)
    if found.without:
        yield _not_followed(found)
    concerns = found.of(EscalationCause.SAFEGUARDING)
    if concerns.started:
        yield f"{_started(concerns)} for an immediate safeguarding concern: {_stood(concerns)}."


def answered_said(found: Escalated, inadequate: int) -> Iterator[str]:
    """Of how many of the finally Inadequate an escalation was started, and of which others.

    An audit that moderation judged otherwise keeps the escalation it was given before.
    """
    kept, changed = found.kept, found.changed
    otherwise = f"{_once_judged(changed.started)} ({_stood(changed)})"
    if not kept.started:
        if changed.started:
            yield f"{_started(changed)} for {otherwise}."
        return
    all_of = "it" if inadequate == 1 else f"all {inadequate:,}"
    of = all_of if kept.started == inadequate else f"{kept.started:,} of the {inadequate:,}"
    more = f"; {changed.started:,} more for {otherwise}" if changed.started else ""
    yield f"An escalation was started for {of} ({_stood(kept)}){more}."


def _once_judged(n: int) -> str:
    some = "an audit" if n == 1 else "audits"
    return f"{some} once judged Inadequate and finally judged otherwise"


def _not_followed(found: Escalated) -> str:
    has = number(found.without, "Inadequate audit has", "Inadequate audits have")
    said = f"{has} no escalation on record"
    if found.imported == found.without:
        all_ = "it was" if found.without == 1 else "all of them were"
        return f"{said}: {all_} brought in from elsewhere, so what was done is not known here."
    some = f"; {found.imported:,} of them brought in from elsewhere" if found.imported else ""
    return f"{said}{some}."


def _started(clocks: Clocks) -> str:
    return f"{clocks.started:,} escalation{' was' if clocks.started == 1 else 's were'} started"


def _stood(clocks: Clocks) -> str:
    parts = [
        *([f"{clocks.in_time:,} closed in time"] if clocks.in_time else []),
        *([f"{clocks.late:,} closed late"] if clocks.late else []),
        *([f"{clocks.open:,} still open{_overdue_of(clocks)}"] if clocks.open else []),
    ]
    return ", ".join(parts)


def _overdue_of(clocks: Clocks) -> str:
    if clocks.overdue == clocks.open:
        return " and overdue"
    return f", {clocks.overdue:,} of them overdue" if clocks.overdue else ""


def _clock_sheet(scope: Scope, found: Escalated) -> Sheet:
    columns = (
        Heading("Started"),
        Heading("Closed in time", SHARE),
        Heading("Closed late", SHARE),
        Heading("Still open", SHARE),
        Heading(_OVERDUE),
    )
    lines = tuple(
        Line(cause.label, tuple(_clock_cells(clocks, scope.floor)))
        for cause, clocks in found.causes.items()
    )
    return Sheet("Escalations", "Escalations", "Cause", columns, lines, (_CLOCK,))


def _clock_cells(clocks: Clocks, floor: int) -> Iterator[Any]:
    yield count(clocks.started)
    for n in (clocks.in_time, clocks.late, clocks.open):
        yield share(Share(n, clocks.started, floor=floor))
    yield count(clocks.overdue)
