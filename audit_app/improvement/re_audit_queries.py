"""Reading re-audits beside the audits they came after, and counting what moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import aliased

from audit_app.audits.blindness import judgement_hidden_from
from audit_app.audits.queries import narrowed, within_reach
from audit_app.extensions import db
from audit_app.models import Audit, Finding, RoleGrant, Service, Team, Thread, User
from audit_app.rules.audits import Independence
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.re_audits import Moved, moved
from audit_app.web.filters import AuditFilter
from audit_app.web.paging import Paging

#: The audit that a re-audit came after.
_Then = aliased(Audit, name="earlier")


@dataclass(frozen=True)
class ReAuditLine:
    """A re-audit beside the audit it came after; no judgement of either while that is hidden.

    ``independence`` is where its auditor said they stand to the worker's line of management, and
    ``manages`` whether they manage the team today.
    """

    reference: str
    case_reference: str
    on: date | None
    service: str
    team: str
    earlier: str
    earlier_on: date | None
    hidden: bool
    then: Judgement | None
    now: Judgement | None
    auditor: str
    independence: Independence | None
    manages: bool

    @property
    def stands(self) -> str:
        """Where the auditor stands, in words."""
        if self.manages:
            return "Manages the team"
        return "Not said where they stand" if self.independence is None else self.independence.label

    @property
    def moved(self) -> Moved | None:
        return None if self.hidden else moved(self.then, self.now)


@dataclass(frozen=True)
class MovedCounts:
    """How many judgements moved which way."""

    moved: dict[Moved, int]

    def __getitem__(self, which: Moved) -> int:
        return self.moved.get(which, 0)

    @property
    def compared(self) -> int:
        return sum(count for which, count in self.moved.items() if which.compared)

    @property
    def total(self) -> int:
        return sum(self.moved.values())


@dataclass(frozen=True)
class Movements:
    """What moved between audits and their re-audits: overall, and by thread in its set's order.

    ``hidden`` is how many re-audits are left out, as this person may yet judge the practice blind.
    ``outside`` is how many, hidden ones too, somebody outside the worker's line of management did.
    """

    overall: MovedCounts
    threads: Sequence[tuple[str, MovedCounts]]
    hidden: int
    outside: int

    @property
    def found(self) -> int:
        """How many re-audits the list holds, hidden ones too."""
        return self.overall.total + self.hidden


def movements(user: User, by: AuditFilter) -> Movements:
    """Count what moved in the re-audits a person may read that a filter asks for."""
    # One and the same, or PostgreSQL takes it for something it was not told to group by.
    judged = (_hidden(user), _Then.final_overall, Audit.final_overall)
    wanted = _re_audits(user, by, *judged, func.count()).group_by(*judged)
    rows = db.session.execute(wanted).all()
    shown = [row for row in rows if not row[0]]
    return Movements(
        overall=_counted((then, now, count) for _, then, now, count in shown),
        threads=_by_thread(user, by),
        hidden=sum(row[3] for row in rows if row[0]),
        outside=db.session.scalar(_re_audits(user, by, func.count()).where(_outside())) or 0,
    )


def _counted(rows: Any) -> MovedCounts:
    found: Counter[Moved] = Counter()
    for then, now, count in rows:
        found[moved(then, now)] += count
    return MovedCounts(dict(found))


def _by_thread(user: User, by: AuditFilter) -> list[tuple[str, MovedCounts]]:
    """For each thread of the re-audits, told apart by its code, how its judgement moved."""
    earlier, earlier_thread = aliased(Finding), aliased(Thread)
    of_earlier = (
        select(earlier.audit_id, earlier_thread.code, earlier.final_judgement)
        .join(earlier_thread, earlier_thread.id == earlier.thread_id)
        .subquery()
    )
    same = and_(of_earlier.c.audit_id == _Then.id, of_earlier.c.code == Thread.code)
    then, now = of_earlier.c.final_judgement, Finding.final_judgement
    rows = db.session.execute(
        _re_audits(user, by, Thread.code, func.max(Thread.name), then, now, func.count())
        .join(Finding, Finding.audit_id == Audit.id)
        .join(Thread, Thread.id == Finding.thread_id)
        .outerjoin(of_earlier, same)
        .where(not_(_hidden(user)))
        .group_by(Thread.code, then, now)
        .order_by(func.min(Thread.position))
    )
    names: dict[str, str] = {}
    found: dict[str, list[Any]] = {}
    for code, name, *judged in rows:
        names[code] = max(name, names.get(code, ""))
        found.setdefault(code, []).append(judged)
    return [(names[code], _counted(judged)) for code, judged in found.items()]


def re_audit_lines(user: User, by: AuditFilter, paging: Paging) -> list[ReAuditLine]:
    """A page of the re-audits a person may read, the latest first."""
    columns = (
        Audit.reference,
        Audit.case_reference,
        Audit.audit_date,
        Service.name,
        Team.name,
        _Then.reference,
        _Then.audit_date,
        _hidden(user),
        _Then.final_overall,
        Audit.final_overall,
        User.name,
        Audit.independence,
        _manages(),
    )
    wanted = (
        _re_audits(user, by, *columns)
        .join(Audit.auditor)
        .join(Audit.service)
        .join(Audit.team)
        .order_by(Audit.listed_on.desc(), Audit.id.desc())
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    return [_without_hidden(ReAuditLine(*row)) for row in db.session.execute(wanted)]


def _without_hidden(line: ReAuditLine) -> ReAuditLine:
    return replace(line, then=None, now=None) if line.hidden else line


def _re_audits(user: User, by: AuditFilter, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Recorded re-audits of which a person may read both audits."""
    earlier = select(Audit.id).where(Audit.recorded, within_reach(user)).correlate(None)
    wanted = (
        select(*columns)
        .select_from(Audit)
        .join(_Then, _Then.id == Audit.re_audit_of_id)
        .where(Audit.recorded, within_reach(user), Audit.re_audit_of_id.in_(earlier))
    )
    return narrowed(wanted, by)


def _hidden(user: User) -> ColumnElement[bool]:
    """Whether this person may yet judge either practice blind."""
    earlier = select(Audit.id).where(judgement_hidden_from(user)).correlate(None)
    return or_(judgement_hidden_from(user), Audit.re_audit_of_id.in_(earlier))


def _manages() -> ColumnElement[bool]:
    """Whether the auditor manages the team of the case."""
    return (
        select(RoleGrant.id)
        .where(
            RoleGrant.user_id == Audit.auditor_id,
            RoleGrant.role == Role.TEAM_MANAGER,
            RoleGrant.team_id == Audit.team_id,
            RoleGrant.holds,
        )
        .correlate(Audit)
        .exists()
    )


def _outside() -> ColumnElement[bool]:
    """Whether the auditor said they are outside the worker's line of management, and is."""
    said = Audit.independence.in_([Independence.INDEPENDENT, Independence.SAME_SERVICE])
    return and_(said, not_(_manages()))
