"""A made-up re-audit that a practice lead asked for, outside any cycle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from audit_app.demo import bulk, schedule
from audit_app.demo.audits import at
from audit_app.demo.fates import given_from
from audit_app.demo.programme import Programme
from audit_app.demo.references import reference
from audit_app.extensions import db
from audit_app.models import Allocation, Audit
from audit_app.programme.stakes import auditors_for
from audit_app.rules.allocation_steps import ChosenBecause
from audit_app.rules.judgements import Judgement


def ask_for_re_audit(programme: Programme) -> None:
    """A lead asked for one of a case whose practice was found wanting this year."""
    rng, today = programme.rng, programme.today
    to_do = {each.reference for each in programme.under_way}
    wanting = next(_found_wanting(today, to_do), None)
    if wanting is None:
        return
    when = at(schedule.friday_at_latest(today - timedelta(days=5)), 13, rng)
    auditors = auditors_for([wanting.case_reference.lower()], None)
    due = today + timedelta(days=24)
    allocation = Allocation(
        reference=reference(rng),
        chosen_because=ChosenBecause.RE_AUDIT,
        case_reference=wanting.case_reference,
        service_id=wanting.service_id,
        locality_id=wanting.locality_id,
        team_id=wanting.team_id,
        worker_staff_id=wanting.worker_staff_id,
        due_on=due,
        first_due_on=due,
        created_at=when,
        re_audit_of_id=wanting.id,
    )
    tamsin = programme.staff.sign_ins["team.manager"]
    free = [each for each in auditors.without_stake(allocation) if each is not tamsin]
    auditor = rng.choice(free)
    allocation.auditor_id, allocation.allocated_at = auditor.id, when
    db.session.add(allocation)
    told = {"asked for a re-audit": programme.lead, given_from(None, auditor): None}
    bulk.remember(
        bulk.event(by, verb, "allocation", allocation.reference, when) for verb, by in told.items()
    )


def _found_wanting(today: date, to_do: set[str]) -> Iterator[Audit]:
    audits = db.session.scalars(
        select(Audit)
        .where(
            Audit.recorded,
            Audit.final_overall == Judgement.INADEQUATE,
            Audit.audit_date < today - timedelta(days=60),
            Audit.audit_date > today - timedelta(days=200),
        )
        .order_by(Audit.audit_date.desc(), Audit.id.desc())
    )
    for audit in audits:
        again = select(Audit.id).where(
            Audit.case_reference == audit.case_reference, Audit.id != audit.id
        )
        if audit.case_reference not in to_do and db.session.scalar(again.limit(1)) is None:
            yield audit
