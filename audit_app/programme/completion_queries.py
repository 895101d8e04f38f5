"""Reading what became of allocations: a grouped question, however many there are."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select

from audit_app.extensions import db
from audit_app.models import Allocation, Audit, Service
from audit_app.programme.allocations import state_of
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.completion import Allocated


def allocated(first: date, last: date, *which: ColumnElement[bool]) -> list[Allocated]:
    """So many allocations by service, due days and state: as many rows as there are such groups.

    Those first due from ``first`` to ``last``, both days included; ``which`` narrows further.
    """
    state = state_of().label("state")
    wanted = (
        select(
            Service.name,
            Allocation.first_due_on,
            Allocation.due_on,
            state,
            func.count(Allocation.id),
        )
        .join(Service, Service.id == Allocation.service_id)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(Allocation.first_due_on.between(first, last), *which)
        .group_by(Service.name, Allocation.first_due_on, Allocation.due_on, state)
    )
    return [
        Allocated(service, first_due, due, AllocationState(word), count)
        for service, first_due, due, word, count in db.session.execute(wanted)
    ]
