"""Reading audits. Fetching is authorising: nobody is given an audit outside their reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVarTuple

from flask import abort
from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import joinedload, load_only, selectinload

from audit_app.audits.reader import Held, Reader
from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    Finding,
    Locality,
    ModerationDraw,
    RoleGrant,
    Service,
    Team,
    Theme,
    Thread,
    User,
)
from audit_app.models.theme import audit_themes
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import ROLE_REACH, Reach
from audit_app.web.filters import AuditFilter, Basis

Ts = TypeVarTuple("Ts")


def within_reach(user: User | Reader) -> ColumnElement[bool]:
    """The one condition that says which audits a person may read: their own, and their roles'."""
    return or_(*ways_in(user))


def ways_in(user: User | Reader) -> list[ColumnElement[bool]]:
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


def _reach_of(user: User | Reader, grant: RoleGrant | Held) -> ColumnElement[bool] | None:
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


def audit_for(user: User, reference: str, hold: bool = False) -> Audit:
    """The audit with everything on it, if this person may read it; otherwise 404.

    ``hold``: nobody else changes any of it until the transaction ends.
    """
    wanted = _held if hold else _whole
    audit = db.session.scalar(wanted(Reader.of(user)), {"reference": reference})
    if audit is None:
        abort(404)
    if hold:
        db.session.scalars(_BESIDE, {"audit": audit.id}).one()
    return audit


def _readable(user: Reader) -> Select[Audit]:
    return select(Audit).where(Audit.reference == bindparam("reference"), within_reach(user))


@lru_cache(maxsize=128)
def _held(user: Reader) -> Select[Audit]:
    """Only with what no audit's change changes: what is joined is as it was before the wait."""
    places = (Audit.service, Audit.locality, Audit.team, Audit.thread_set)
    return _readable(user).with_for_update(of=Audit).options(*map(joinedload, places))


@lru_cache(maxsize=128)
def _whole(user: Reader) -> Select[Audit]:
    return _readable(user).options(*_LISTS, selectinload(Audit.moderation))


_ACTIONS = selectinload(Audit.actions).options(
    joinedload(Action.owner_user), selectinload(Action.themes)
)
_LISTS = (
    selectinload(Audit.findings),
    selectinload(Audit.sections),
    selectinload(Audit.themes),
    _ACTIONS,
)
#: What hangs on an audit that is held, as it is after the wait; its lists are asked for one by one.
_BESIDE = (
    select(Audit)
    .where(Audit.id == bindparam("audit"))
    .options(
        load_only(Audit.id),
        joinedload(Audit.oversight),
        joinedload(Audit.moderation),
        # From the outside: SQLite would first put all there is of an inner join in a row.
        joinedload(Audit.draw).joinedload(ModerationDraw.cycle, innerjoin=False),
        joinedload(Audit.allocation),
        _ACTIONS,
    )
)


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


def filter_choices() -> FilterChoices:
    """Every service, locality, team and theme by name, and every thread in its set's order."""
    found: dict[str, list[tuple[Any, str]]] = {kind: [] for kind in (*_NAMED, "threads")}
    for kind, number, code, name in db.session.connection().execute(_EVERY_CHOICE):
        found[kind].append((number if code is None else code, name))
    return FilterChoices(**found)


def teams_in_use() -> list[tuple[int, str]]:
    """The teams that can hold a case today."""
    rows = db.session.execute(select(Team.id, Team.name).where(Team.active).order_by(Team.name))
    return [(row.id, row.name) for row in rows]


_NAMED: dict[str, Any] = {
    "services": Service.__table__,
    "localities": Locality.__table__,
    "teams": Team.__table__,
    "themes": Theme.__table__,
}
_OF_THREADS: Any = Thread.__table__.c


#: All in one question, as it is asked for every list: threads by place, and the rest by name. Of
#: the tables themselves, as nothing of it becomes a record.
_EVERY = union_all(
    select(
        literal("threads").label("kind"),
        func.min(_OF_THREADS.id).label("number"),
        _OF_THREADS.code.label("code"),
        func.min(_OF_THREADS.name).label("name"),
        func.min(_OF_THREADS.position).label("place"),
    ).group_by(_OF_THREADS.code),
    *(
        select(literal(kind), table.c.id, null(), table.c.name, literal(0))
        for kind, table in _NAMED.items()
    ),
).subquery()
_EVERY_CHOICE = select(_EVERY.c.kind, _EVERY.c.number, _EVERY.c.code, _EVERY.c.name).order_by(
    _EVERY.c.place, _EVERY.c.name
)
