"""Which open cases of a cycle stay out of the draw, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Allocation, Audit, OpenCase, ProgrammeCycle
from audit_app.programme.allocations import still_to_come
from audit_app.programme.stakes import Auditors, References, references_in, small
from audit_app.rules.guidance import audited_lately
from audit_app.rules.programme import ExcludedBecause
from audit_app.rules.workflow import AuditState

#: No audit before this many days ago can lie within the last twelve months.
_LONGEST = timedelta(days=367)


@dataclass(frozen=True)
class Standing:
    """Whether a case can be drawn: why not, and when it was last audited where that is why."""

    excluded_because: ExcludedBecause | None
    last_audited_on: date | None = None


def standings(
    cycle: ProgrammeCycle, cases: Iterable[OpenCase], auditors: Auditors, on: date
) -> Mapping[int, Standing]:
    """How each open case stands on a day, by its row number."""
    references = references_in(cycle)
    audited, under_way = last_audits(references, on), being_audited(references)
    return {case.id: _standing(case, audited, under_way, auditors, on) for case in cases}


def _standing(
    case: OpenCase,
    audited: Mapping[str, date],
    under_way: frozenset[str],
    auditors: Auditors,
    on: date,
) -> Standing:
    last = audited.get(small(case))
    if case.exempted_at is not None:
        return Standing(ExcludedBecause.EXEMPTED)
    if last is not None and audited_lately(last, on):
        return Standing(ExcludedBecause.AUDITED_LATELY, last)
    if small(case) in under_way:
        return Standing(ExcludedBecause.UNDER_WAY)
    if not auditors.can_be_given(case):
        return Standing(ExcludedBecause.NOBODY_WITHOUT_STAKE)
    return Standing(None)


def last_audits(references: References, on: date) -> Mapping[str, date]:
    """The date of the last recorded audit of each case that had one about a year before ``on``."""
    case = func.lower(Audit.case_reference)
    rows = db.session.execute(
        select(case, func.max(Audit.audit_date))
        .where(Audit.recorded, Audit.audit_date > on - _LONGEST, case.in_(references))
        .group_by(case)
    )
    return {reference: day for reference, day in rows if day is not None}


def being_audited(references: References) -> frozenset[str]:
    """The cases of which somebody writes an audit, or has one to do."""
    drafted, given = func.lower(Audit.case_reference), func.lower(Allocation.case_reference)
    drafts = select(drafted).where(Audit.state == AuditState.DRAFT, drafted.in_(references))
    to_do = (
        select(given)
        .outerjoin(Audit, Audit.id == Allocation.audit_id)
        .where(still_to_come(), given.in_(references))
    )
    return frozenset([*db.session.scalars(drafts), *db.session.scalars(to_do)])
