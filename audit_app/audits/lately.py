"""Whether a case is being audited now or was lately, so that no child is audited over and over.

The programme asks before it draws, gives out or starts an audit; an auditor's own start asks too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from audit_app.extensions import db
from audit_app.models import Allocation, Audit, User
from audit_app.models.cases import of_case
from audit_app.rules.allocation_steps import ChosenBecause
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.guidance import audited_lately
from audit_app.web.pages import day

#: Case references in small letters: a few, or a select of many. "p123" and "P123" are one child.
Cases = Sequence[str] | Select[Any]

#: No audit before this many days ago can lie within the last twelve months.
_LONGEST = timedelta(days=367)
#: Any number that no other lock of the database has.
_LOCK = 7_041_905_236

IN_ITS_PLACE = "Ask for another case in its place, or for an exemption."


def still_to_come() -> ColumnElement[bool]:
    """Allocations, joined to their audits where they have one, whose audit is not recorded yet."""
    not_recorded = or_(Audit.id.is_(None), ~and_(Audit.recorded))
    return and_(Allocation.put_aside.is_(None), not_recorded)


def last_audits(cases: Cases, on: date) -> Mapping[str, date]:
    """The date of the last recorded audit of each case that had one about a year before ``on``."""
    case = func.lower(Audit.case_reference)
    rows = db.session.execute(
        select(case, func.max(Audit.audit_date))
        .where(Audit.recorded, Audit.audit_date > on - _LONGEST, case.in_(cases))
        .group_by(case)
    )
    return {reference: last for reference, last in rows if last is not None}


def being_audited(cases: Cases, but: Allocation | None = None) -> frozenset[str]:
    """The cases of which somebody writes an audit, or has one to do.

    A draft counts while its author can record audits, and is not of an allocation put aside.

    Args:
        but: an allocation to leave out, with its draft.
    """
    drafted, given = func.lower(Audit.case_reference), func.lower(Allocation.case_reference)
    drafts = (
        select(drafted)
        .join(User, User.id == Audit.auditor_id)
        .outerjoin(Allocation, Allocation.audit_id == Audit.id)
        .where(
            Audit.state == AuditState.DRAFT,
            drafted.in_(cases),
            User.records_audits,
            Allocation.put_aside.is_(None),
        )
    )
    to_do = (
        select(given)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(still_to_come(), given.in_(cases))
    )
    if but is not None:
        drafts = drafts.where(func.coalesce(Allocation.id, 0) != but.id)
        to_do = to_do.where(Allocation.id != but.id)
    return frozenset([*db.session.scalars(drafts), *db.session.scalars(to_do)])


def allocation_to_do(case_reference: str) -> Allocation | None:
    """The allocation of a case whose audit is still to come, if there is one."""
    return db.session.scalar(
        select(Allocation)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(still_to_come(), of_case(Allocation.case_reference, case_reference))
        .order_by(Allocation.id)
        .limit(1)
    )


def why_not_now(allocation: Allocation, on: date) -> str | None:
    """Why an allocated case is not to be audited on a day, in words; None when it can be.

    A re-audit is of a case audited before, so only another audit under way stands against it.
    """
    case = allocation.case_reference.lower()
    if allocation.chosen_because is not ChosenBecause.RE_AUDIT:
        last = last_audits([case], on).get(case)
        if last is not None and audited_lately(last, on):
            return f"This case was audited on {day(last)}, less than 12 months ago."
    if being_audited([case], but=allocation):
        return "Another audit of this case is being written or given out already."
    return None


def hold_cases() -> None:
    """Let nobody else give out or begin an audit until the transaction ends.

    Otherwise two people who look at the same moment both find a case free. Held before any audit
    that is there already, and after an allocation. SQLite has one writer as it is.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
