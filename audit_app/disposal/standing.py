"""Which records' time is up, and what keeps one beyond it: a few questions for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from audit_app.extensions import db
from audit_app.models import (
    Action,
    ActionEntry,
    ActionRecheck,
    Allocation,
    Audit,
    Calibration,
    Escalation,
    EscalationEntry,
    EvidenceRequest,
    JudgementRow,
    LegalHold,
    Moderation,
    ModerationAnswer,
    Reflection,
    Resolution,
    SavedSection,
)
from audit_app.rules.action_steps import UNFINISHED_STATES
from audit_app.rules.actions import Difference
from audit_app.rules.audit_steps import RECORDED_STATES, WAITING_STATES, AuditState
from audit_app.rules.retention import Due, HeldBecause, Periods

_NEVER_SUBMITTED = (AuditState.DRAFT, AuditState.DISCARDED)

#: Numbers of audits, or all whose time is up.
Those = Collection[int] | None


def due(periods: Periods, today: date, those: Those = None) -> list[Due]:
    """Every record whose time is up by its date, with what keeps it and who refers to it.

    ``those`` narrows it to audits by their numbers.
    """
    found = []
    if before := periods.audits_before(today):
        recorded = and_(Audit.state.in_(RECORDED_STATES), Audit.audit_date < before)
        found += _due(_narrowed(recorded, those), _keeps_audits(before), draft=False)
    if saved_before := periods.drafts_before(today):
        unfinished = _unfinished(_midnight(saved_before))
        keeps = _keeps_drafts(before)
        found += _due(_narrowed(unfinished, those), keeps, draft=True)
    return found


def _narrowed(which: ColumnElement[bool], those: Those) -> ColumnElement[bool]:
    return which if those is None else and_(which, Audit.id.in_(those))


def _unfinished(before: datetime) -> ColumnElement[bool]:
    """Whether it never became an audit, and nobody saved it since."""
    saved = select(SavedSection.audit_id).where(
        SavedSection.audit_id == Audit.id, SavedSection.saved_at >= before
    )
    return and_(Audit.state.in_(_NEVER_SUBMITTED), Audit.started_at < before, ~saved.exists())


_Keeping = Iterable[tuple[HeldBecause, Select[Any]]]


def _due(which: ColumnElement[bool], keeping: _Keeping, draft: bool) -> list[Due]:
    because: dict[int, set[HeldBecause]] = defaultdict(set)
    for reason, kept in keeping:
        for number in db.session.scalars(kept.where(which)):
            because[number].add(reason)
    needed = _needed_by(which)
    year = func.coalesce(Audit.audit_month // 100, func.extract("year", Audit.started_at))
    rows = db.session.execute(select(Audit.id, Audit.reference, year).where(which))
    return [
        Due(
            number,
            reference,
            int(of or 0),
            draft,
            frozenset(because.get(number, ())),
            frozenset(needed.get(number, ())),
        )
        for number, reference, of in rows
    ]


def under_hold() -> Select[Any]:
    """The cases that are held, as references are compared: in lower case."""
    return select(func.lower(LegalHold.case_reference)).where(LegalHold.lifted_at.is_(None))


def _keeps_drafts(before: date | None) -> Iterator[tuple[HeldBecause, Select[Any]]]:
    yield HeldBecause.LEGAL_HOLD, _held()
    yield HeldBecause.OPEN_ESCALATION, _open_escalations()
    told = select(Audit.id).join(Escalation).join(EscalationEntry)
    if before is not None:
        told = told.where(EscalationEntry.at >= _midnight(before))
    yield HeldBecause.ESCALATED, told


def _keeps_audits(before: date) -> Iterator[tuple[HeldBecause, Select[Any]]]:
    of = select(Audit.id)
    action = of.join(Action, Action.audit_id == Audit.id)
    to_look_at = and_(Action.state != "joined", Action.difference == Difference.TOO_EARLY)
    yield HeldBecause.LEGAL_HOLD, _held()
    yield (
        HeldBecause.OPEN_MODERATION,
        of.where(Audit.state.in_([*WAITING_STATES, AuditState.DISPUTED])),
    )
    yield (
        HeldBecause.OPEN_ACTION,
        action.where(or_(Action.state.in_(UNFINISHED_STATES), to_look_at)),
    )
    yield HeldBecause.OPEN_ESCALATION, _open_escalations()
    yield (
        HeldBecause.OPEN_REFLECTION,
        of.join(Reflection).where(
            Reflection.shared_at.is_not(None), Reflection.acknowledged_at.is_(None)
        ),
    )
    yield HeldBecause.OPEN_EXERCISE, of.join(Calibration).where(Calibration.closed_at.is_(None))
    yield (
        HeldBecause.OPEN_RECHECK,
        action.join(ActionRecheck).where(ActionRecheck.chosen, ActionRecheck.checked_at.is_(None)),
    )
    yield (
        HeldBecause.OPEN_RE_AUDIT,
        of.join(Allocation, Allocation.re_audit_of_id == Audit.id).where(
            Allocation.put_aside.is_(None), Allocation.audit_id.is_(None)
        ),
    )
    yield HeldBecause.NEEDED_BY_ANOTHER, _joined_to_by_no_audit()
    for worked_on in _worked_on_since(before):
        yield HeldBecause.WORKED_ON_SINCE, worked_on


def _held() -> Select[Any]:
    return select(Audit.id).where(func.lower(Audit.case_reference).in_(under_hold()))


def _open_escalations() -> Select[Any]:
    return select(Audit.id).join(Escalation).where(Escalation.closed_at.is_(None))


def _joined_to_by_no_audit() -> Select[Any]:
    """Audits with an action that one of no audit is joined to: that one is kept for ever."""
    other = aliased(Action)
    joined = select(Audit.id).join(Action, Action.audit_id == Audit.id)
    return joined.join(other, other.joined_to_id == Action.id).where(other.audit_id.is_(None))


def _worked_on_since(day: date) -> Iterator[Select[Any]]:
    """The audits that somebody still worked on. What was imported was done when it says."""
    since = _midnight(day)
    of, typed_here = select(Audit.id), Audit.imported.is_(False)
    action = of.join(Action, Action.audit_id == Audit.id)
    yield of.where(typed_here, Audit.submitted_at >= since)
    yield of.join(JudgementRow).where(typed_here, JudgementRow.made_at >= since)
    yield of.join(Moderation).where(Moderation.moderated_on >= day)
    yield of.join(EvidenceRequest).where(
        or_(EvidenceRequest.asked_at >= since, EvidenceRequest.answered_at >= since)
    )
    yield of.join(ModerationAnswer).where(ModerationAnswer.answered_at >= since)
    yield of.join(Resolution).where(Resolution.resolved_at >= since)
    yield action.join(ActionEntry).where(ActionEntry.at >= since)
    yield action.join(ActionRecheck).where(ActionRecheck.checked_at >= since)
    yield of.join(Escalation).join(EscalationEntry).where(EscalationEntry.at >= since)
    yield of.join(Reflection).where(
        or_(Reflection.saved_at >= since, Reflection.acknowledged_at >= since)
    )
    yield of.join(Calibration).where(
        or_(Calibration.opened_at >= since, Calibration.closed_at >= since)
    )


def _needed_by(which: ColumnElement[bool]) -> dict[int, set[int]]:
    """By audit: the others that refer to it, or to one of its actions."""
    later, joined, joined_to = aliased(Audit), aliased(Action), aliased(Action)
    asked = (
        select(Audit.id, later.id).join(later, later.re_audit_of_id == Audit.id),
        select(Audit.id, joined.audit_id)
        .join(joined_to, joined_to.audit_id == Audit.id)
        .join(joined, joined.joined_to_id == joined_to.id)
        .where(joined.audit_id != Audit.id),
        select(Audit.id, Allocation.audit_id)
        .join(Allocation, Allocation.re_audit_of_id == Audit.id)
        .where(Allocation.audit_id.is_not(None), Allocation.audit_id != Audit.id),
    )
    found: dict[int, set[int]] = defaultdict(set)
    for each in asked:
        for number, by in db.session.execute(each.where(which)):
            if by is not None:
                found[number].add(by)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
