"""Cases kept out of a draw by audits their auditors began by themselves.

Whoever begins a draft of a case keeps it out of the draw, so it is said who did, and how often.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Allocation, Audit, OpenCase, ProgrammeCycle, Service, User
from audit_app.programme.eligibility import Standing
from audit_app.programme.stakes import references_in, small
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.programme import ExcludedBecause


@dataclass(frozen=True)
class Begun:
    """How many cases of a service are kept out so, and how many each auditor began, by name."""

    service: str
    cases: int
    auditors: Sequence[tuple[str, int]]


def begun_by_themselves(
    cycle: ProgrammeCycle, cases: Sequence[OpenCase], standing: Mapping[int, Standing]
) -> list[Begun]:
    """What the programme did not give out and still keeps cases of a cycle out, by service."""
    drafted = _drafted(cycle)
    named = db.session.execute(select(Service.id, Service.name))
    services = {row.id: row.name for row in named}
    kept_out: Counter[str] = Counter()
    by: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        under_way = standing[case.id].excluded_because is ExcludedBecause.UNDER_WAY
        if under_way and (names := drafted.get(small(case))):
            service = services[case.service_id]
            kept_out[service] += 1
            by[service].update(names)
    return [Begun(each, kept_out[each], sorted(by[each].items())) for each in sorted(kept_out)]


def _drafted(cycle: ProgrammeCycle) -> Mapping[str, set[str]]:
    """Who began an audit of a case without being given it, by the case's reference."""
    case = func.lower(Audit.case_reference)
    rows = db.session.execute(
        select(case, User.name)
        .join(User, User.id == Audit.auditor_id)
        .where(
            Audit.state == AuditState.DRAFT,
            case.in_(references_in(cycle)),
            ~select(Allocation.id).where(Allocation.audit_id == Audit.id).exists(),
        )
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for reference, name in rows:
        found[reference].add(name)
    return found
