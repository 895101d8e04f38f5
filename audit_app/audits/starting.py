"""Beginning an audit: of a case somebody names, one they were given, or one audited before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from audit_app.audits.earlier import earlier_reference
from audit_app.audits.lately import IN_ITS_PLACE, being_audited, hold_cases, why_not_now
from audit_app.audits.sections import sections_of
from audit_app.extensions import db
from audit_app.models import (
    Allocation,
    Audit,
    Finding,
    OversightStatement,
    SavedSection,
    Team,
    ThreadSet,
    User,
    remember,
)
from audit_app.models.base import new_reference
from audit_app.rules.allocation_steps import ALLOCATION_STEPS, ChosenBecause
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.programme import look_back_from
from audit_app.rules.workflow import NotAllowed, Verb, next_state
from audit_app.web.moments import in_london

#: Why no re-audit is begun beside another audit of the case.
UNDER_WAY = (
    "An audit of this case is being written or was given out already, so no re-audit can be begun "
    "beside it."
)


def start(auditor: User, thread_set: ThreadSet, values: Mapping[str, Any], team: Team) -> Audit:
    """Begin a draft under a thread set; not committed, as a token goes with it.

    ``values`` are what is known of the case and the event, by the audit's field; at least its
    ``case_reference`` and ``audit_type``.
    """
    audit = Audit(
        reference=new_reference(), auditor_id=auditor.id, thread_set_id=thread_set.id, **values
    )
    audit.place(team)
    audit.findings = [
        Finding(thread_id=thread.id, thread=thread, position=thread.position)
        for thread in thread_set.threads
    ]
    audit.oversight = OversightStatement()
    audit.sections = [SavedSection(section=s.key, version=0) for s in sections_of(audit)]
    db.session.add(audit)
    remember(db.session, auditor, "started", "audit", audit.reference)
    db.session.flush()
    remember_shown(auditor, audit, before=None)
    return audit


def start_given(auditor: User, thread_set: ThreadSet, allocation: Allocation) -> Audit:
    """Begin the audit that somebody was given by the programme. Not committed.

    Which case, and how it was selected, is the programme’s to say and not the auditor’s.

    Raises:
        NotAllowed: when it was not given to them, is no longer to be started, or the case was
            audited lately or is being audited.
    """
    allocation.hold()
    relations = allocation.relations_of(auditor)
    next_state(ALLOCATION_STEPS, allocation.state, Verb.START, auditor.permissions, relations)
    hold_cases()
    if (reason := why_not_now(allocation, date.today())) is not None:
        raise NotAllowed(f"{reason} {IN_ITS_PLACE}")
    cycle, again = allocation.cycle, allocation.chosen_because is ChosenBecause.RE_AUDIT
    values = {
        "case_reference": allocation.case_reference,
        "worker_staff_id": allocation.worker_staff_id,
        "selection": Selection.RE_AUDIT if again else Selection.RANDOM,
        "audit_type": AuditType.RE_AUDIT if again or cycle is None else cycle.audit_type,
        "allocated_on": allocation.allocated_at and in_london(allocation.allocated_at).date(),
        "due_on": allocation.due_on,
        "re_audit_of_id": allocation.re_audit_of_id,
    }
    if cycle is not None:
        values["period_from"] = look_back_from(date.today(), cycle.look_back_months)
        values["period_to"] = date.today()
    audit = start(auditor, thread_set, values, allocation.team)
    audit.themes = [cycle.theme] if cycle is not None and cycle.theme is not None else []
    allocation.audit = audit
    remember(db.session, auditor, "started", "allocation", allocation.reference)
    return audit


def start_again(auditor: User, thread_set: ThreadSet, earlier: Audit) -> Audit:
    """Begin a re-audit of an audit. Nothing it said is carried forward. Not committed.

    Raises:
        NotAllowed: when an audit of the case is being written, or was given to somebody.
    """
    hold_cases()
    if being_audited([earlier.case_reference.lower()]):
        raise NotAllowed(UNDER_WAY)
    values = {
        "case_reference": earlier.case_reference,
        "worker_staff_id": earlier.worker_staff_id,
        "audit_type": AuditType.RE_AUDIT,
        "selection": Selection.RE_AUDIT,
        "re_audit_of_id": earlier.id,
    }
    audit = start(auditor, thread_set, values, earlier.team)
    remember(db.session, auditor, "started a re-audit", "audit", earlier.reference)
    return audit


def remember_shown(user: User, audit: Audit, before: str | None) -> None:
    """Say in both audits' history that the auditor is shown the last one of the case."""
    earlier = earlier_reference(audit)
    if earlier is not None and earlier != before:
        remember(db.session, user, "was shown the last audit of the case", "audit", audit.reference)
        remember(db.session, user, "was shown its judgements and actions", "audit", earlier)
