"""What is known and held before an import, and what an import did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Finding,
    HistoryEvent,
    Locality,
    Moderation,
    Service,
    Team,
    Thread,
    ThreadSet,
    User,
)
from audit_app.rules.audit_steps import RECORDED_STATES
from audit_app.rules.audits import FamilyFeedback, WorkerInvolvement
from audit_app.rules.import_places import Known
from audit_app.rules.import_plan import Key
from audit_app.rules.import_rows import AuditRow, ModerationRow, ThreadSetWords
from audit_app.rules.judgements import Judgement

IMPORTED = "imported audits"
RECORD_TYPE = "import"

_MOST_IDS = 500
_WORKER_INVOLVED = frozenset(WorkerInvolvement) - {WorkerInvolvement.NOT_INVOLVED}


def known() -> Known:
    """The places, people and thread sets there are, in use or not: history names them all."""
    places = db.session.execute(
        select(Team.name, Service.name, Locality.name).join(Team.service).join(Team.locality)
    )
    return Known(
        services=_lower(select(Service.name)),
        localities=_lower(select(Locality.name)),
        teams={t.casefold(): (s.casefold(), at.casefold()) for t, s, at in places},
        people=_lower(select(User.email)),
        thread_sets=thread_sets(),
    )


def _lower(names: Select[Any]) -> frozenset[str]:
    return frozenset(name.casefold() for name in db.session.scalars(names))


def thread_sets() -> dict[str, ThreadSetWords]:
    """What a file may call the thread sets and their threads."""
    codes: dict[str, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(ThreadSet.code, Thread.code)
        .join(Thread, Thread.thread_set_id == ThreadSet.id)
        .order_by(ThreadSet.code, Thread.position)
    )
    for code, thread in rows:
        codes[code].append(thread)
    judged = db.session.execute(select(ThreadSet.code, ThreadSet.overall_judged))
    return {code: ThreadSetWords(tuple(codes[code]), overall) for code, overall in judged}


def held_audits(wanted: Sequence[AuditRow]) -> dict[Key, list[AuditRow]]:
    """The audits recorded or imported that are the same audits as these rows, by their key."""
    if not wanted:
        return {}
    keys = {each.key for each in wanted}
    days = [each.audit_date for each in wanted]
    rows = [row for row in _recorded_between(min(days), max(days)) if _key(row) in keys]
    threads = _judgements_by_thread([row.id for row in rows])
    held: dict[Key, list[AuditRow]] = defaultdict(list)
    for row in rows:
        audit = _as_row(row, threads[row.id])
        held[audit.key].append(audit)
    return dict(held)


def _recorded_between(first: date, last: date) -> Sequence[Any]:
    moderator = aliased(User)
    return db.session.execute(
        select(
            Audit.id,
            Audit.case_reference,
            Audit.audit_date,
            Audit.audit_type,
            Audit.selection,
            Service.name.label("service"),
            Locality.name.label("locality"),
            Team.name.label("team"),
            User.email.label("auditor"),
            Audit.worker_involvement,
            Audit.family_feedback,
            ThreadSet.code.label("thread_set"),
            Audit.overall,
            Moderation.moderated_on,
            moderator.email.label("moderator"),
            # Where only threads were moderated the reported overall is still the auditor's.
            Audit.final_overall,
            Moderation.practice_note,
        )
        .join(Audit.service)
        .join(Audit.locality)
        .join(Audit.team)
        .join(Audit.auditor)
        .join(Audit.thread_set)
        .outerjoin(Audit.moderation)
        .outerjoin(moderator, Moderation.moderator_id == moderator.id)
        .where(Audit.state.in_(RECORDED_STATES), Audit.audit_date.between(first, last))
    ).all()


def _key(row: Any) -> Key:
    return (row.case_reference.casefold(), row.audit_date, row.auditor, row.audit_type)


def _judgements_by_thread(ids: Sequence[int]) -> dict[int, dict[str, Judgement]]:
    found: dict[int, dict[str, Judgement]] = defaultdict(dict)
    for start in range(0, len(ids), _MOST_IDS):
        rows = db.session.execute(
            select(Finding.audit_id, Thread.code, Finding.judgement)
            .join(Thread, Finding.thread_id == Thread.id)
            .where(Finding.audit_id.in_(ids[start : start + _MOST_IDS]))
        )
        for audit_id, code, judgement in rows:
            found[audit_id][code] = judgement or Judgement.NOT_ENOUGH_EVIDENCE
    return found


def _as_row(row: Any, threads: dict[str, Judgement]) -> AuditRow:
    """A held audit as a file would say it; a file knows less than a recorded audit."""
    return AuditRow(
        number=0,
        case_reference=row.case_reference,
        audit_date=row.audit_date,
        audit_type=row.audit_type,
        selection=row.selection,
        service=row.service,
        locality=row.locality,
        team=row.team,
        auditor=row.auditor,
        worker_involved=row.worker_involvement in _WORKER_INVOLVED,
        family_feedback=row.family_feedback is FamilyFeedback.GIVEN,
        thread_set=row.thread_set,
        threads=threads,
        overall=row.overall,
        moderation=None
        if row.moderated_on is None
        else ModerationRow(
            row.moderated_on, row.moderator, row.final_overall, row.practice_note or ""
        ),
    )


def audits_added(reference: str, user_id: int) -> int | None:
    """How many audits an import of this person's added; None when they made no such import."""
    made = db.session.scalar(
        select(HistoryEvent.record_reference).where(
            HistoryEvent.record_type == RECORD_TYPE,
            HistoryEvent.record_reference == reference,
            HistoryEvent.user_id == user_id,
        )
    )
    return None if made is None else int(made.rpartition("-")[2])
