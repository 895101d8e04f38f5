"""Reading audits. Fetching is authorising: nobody is given an audit outside their reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple

from flask import abort
from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import joinedload, selectinload

from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    Finding,
    Locality,
    RoleGrant,
    Service,
    Team,
    Theme,
    Thread,
    User,
)
from audit_app.models.theme import audit_themes
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import ROLE_REACH, Reach
from audit_app.rules.workflow import RECORDED_STATES, AuditState
from audit_app.web.filters import AuditFilter, Basis

Ts = TypeVarTuple("Ts")


def within_reach(user: User) -> ColumnElement[bool]:
    """The one condition that says which audits a person may read: their own, and their roles'."""
    return or_(*ways_in(user))


def ways_in(user: User) -> list[ColumnElement[bool]]:
    """Its parts, each served by an index of its own.

    First a person's own drafts, which no other way leads to; then recorded audits, by each way
    that leads to them.
    """
    own = Audit.auditor_id == user.id
    drafts = and_(own, Audit.state == AuditState.DRAFT)
    reaches = [reach for grant in user.grants if (reach := _reach_of(user, grant)) is not None]
    if any(reach is true() for reach in reaches):
        return [drafts, and_(Audit.recorded)]
    return [drafts, *(and_(Audit.recorded, reach) for reach in (own, *reaches))]


def reached_by_role(user: User) -> ColumnElement[bool]:
    """Recorded audits of others that a person may read, for what nobody does to their own."""
    reaches = (_reach_of(user, grant) for grant in user.grants)
    return or_(false(), *(reach for reach in reaches if reach is not None))


def _reach_of(user: User, grant: RoleGrant) -> ColumnElement[bool] | None:
    match ROLE_REACH[grant.role]:
        case Reach.AUTHORITY:
            return true()
        case Reach.GRANTED_SERVICE:
            return true() if grant.service_id is None else Audit.service_id == grant.service_id
        case Reach.TEAM if grant.team_id is not None:
            return Audit.team_id == grant.team_id
        case Reach.OWN_WORK if user.staff_id:
            return Audit.worker_staff_id == user.staff_id
        case _:
            return None


def audit_for(user: User, reference: str) -> Audit:
    """The audit with everything on it, if this person may read it; otherwise 404."""
    audit = db.session.scalar(
        select(Audit)
        .where(Audit.reference == reference, within_reach(user))
        .options(
            selectinload(Audit.findings),
            selectinload(Audit.sections),
            selectinload(Audit.themes),
            selectinload(Audit.actions).options(
                joinedload(Action.owner_user), selectinload(Action.themes)
            ),
            selectinload(Audit.moderation),
        )
    )
    if audit is None:
        abort(404)
    return audit


def narrowed(wanted: Select[*Ts], by: AuditFilter) -> Select[*Ts]:
    """Narrow any select over audits to those a filter asks for."""
    columns = {
        "service": Audit.service_id,
        "locality": Audit.locality_id,
        "team": Audit.team_id,
        "type": Audit.audit_type,
        "selection": Audit.selection,
        "state": Audit.state,
    }
    for name, column in columns.items():
        if (value := getattr(by, name)) is not None:
            wanted = wanted.where(column == value)
    if by.theme is not None:
        about = select(audit_themes.c.audit_id).where(audit_themes.c.theme_id == by.theme)
        wanted = wanted.where(Audit.id.in_(about))
    if by.recorded is not None:
        wanted = wanted.where(Audit.state.in_(RECORDED_STATES))
    if by.first is not None:
        wanted = wanted.where(Audit.audit_date >= by.first)
    if by.last is not None:
        wanted = wanted.where(Audit.audit_date <= by.last)
    if by.judgement is not None:
        wanted = wanted.where(_judged(by, by.judgement))
    return wanted


def _judged(by: AuditFilter, judgement: Judgement) -> ColumnElement[bool]:
    if by.thread is None:
        return judged_overall(by.basis) == judgement
    found = select(Finding.audit_id).where(
        Finding.thread_id.in_(select(Thread.id).where(Thread.code == by.thread)),
        judged_thread(by.basis) == judgement,
    )
    if by.basis is Basis.AUDITED:
        found = found.join(Audit, Audit.id == Finding.audit_id)
    # Looked up once, from the index of threads and judgements, and not again for every audit.
    return Audit.id.in_(found.correlate(None))


def judged_overall(basis: Basis) -> SQLColumnExpression[Judgement | None]:
    """The column that holds an audit's overall judgement, on a basis."""
    return Audit.final_overall if basis is Basis.FINAL else Audit.audited_overall


def judged_thread(basis: Basis) -> SQLColumnExpression[Judgement | None]:
    """The column that holds a finding's judgement, on a basis; for selects that join audits."""
    if basis is Basis.FINAL:
        return Finding.final_judgement
    returned = Audit.state == AuditState.RETURNED
    return case((returned, Finding.final_judgement), else_=Finding.judgement)


@dataclass(frozen=True)
class FilterChoices:
    """What a list can be narrowed to, each by number or code and name."""

    services: Sequence[tuple[int, str]]
    localities: Sequence[tuple[int, str]]
    teams: Sequence[tuple[int, str]]
    threads: Sequence[tuple[str, str]]
    themes: Sequence[tuple[int, str]]

    def names(self) -> dict[str, dict[Any, str]]:
        """The words for each part of a filter that is stored as a number or a code."""
        return {
            "service": dict(self.services),
            "locality": dict(self.localities),
            "team": dict(self.teams),
            "thread": dict(self.threads),
            "theme": dict(self.themes),
        }


_THREADS = (
    select(Thread.code, func.min(Thread.name).label("name"))
    .group_by(Thread.code)
    .order_by(func.min(Thread.position))
)


def filter_choices() -> FilterChoices:
    """Every service, locality, team and theme by name, and every thread in its set's order."""
    threads = [(row.code, row.name) for row in db.session.execute(_THREADS)]
    return FilterChoices(threads=threads, **_names())


def teams_in_use() -> list[tuple[int, str]]:
    """The teams that can hold a case today."""
    rows = db.session.execute(select(Team.id, Team.name).where(Team.active).order_by(Team.name))
    return [(row.id, row.name) for row in rows]


_NAMED: dict[str, type[Service | Locality | Team | Theme]] = {
    "services": Service,
    "localities": Locality,
    "teams": Team,
    "themes": Theme,
}


_EVERY_NAME = union_all(
    *(select(literal(kind).label("kind"), table.id, table.name) for kind, table in _NAMED.items())
).subquery()
_BY_NAME = select(_EVERY_NAME).order_by(_EVERY_NAME.c.name)


def _names() -> dict[str, list[tuple[int, str]]]:
    """The row numbers and names of every kind, by name, all in one question."""
    found: dict[str, list[tuple[int, str]]] = {kind: [] for kind in _NAMED}
    for row in db.session.execute(_BY_NAME):
        found[row.kind].append((row.id, row.name))
    return found
