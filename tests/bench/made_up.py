"""A database of as many made-up audits as asked for, made in seconds: to measure, not to read.

The same number always means the same audit, so a large database begins with the audits of a small
one, and what differs between the two is how many follow. The first ten are all about one
practitioner of one team, so that everybody here has a list to read in either database: three wait
for a moderator, one of five moderations is disputed, and one is a draft. Of those that follow most
are long settled: 300 in 50,000 wait, as many as come in a fortnight, and 100 are disputed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, insert, literal, select, text

from audit_app.audits.drawing import cycle_on
from audit_app.demo.places import add_places
from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.models import (
    Audit,
    Base,
    Finding,
    JudgementRow,
    Moderation,
    ModerationAnswer,
    ModerationCycle,
    ModerationDraw,
    Stage,
    Team,
    Thread,
    User,
)
from audit_app.rules.audit_steps import MODERATED_STATES, AuditState
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.judgements import SCALE
from audit_app.rules.periods import month_key
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause
from audit_app.tallying.keeping import count_again
from tests.people import make_user

#: Rows to be inserted, each column under its own name.
Rows = Any
#: What became of ten audits, over and over.
_STATES = (
    AuditState.SUBMITTED,
    AuditState.ACCEPTED,
    AuditState.COMPLETE,
    AuditState.MODERATED,
    AuditState.SUBMITTED,
    AuditState.ACCEPTED,
    AuditState.RESOLVED,
    AuditState.DRAFT,
    AuditState.SUBMITTED,
    AuditState.DISPUTED,
)
_MODERATORS = 6
_WORKERS = 5
LAST_DAY = date(2026, 11, 20)
#: Seven years of audits. A prime: consecutive audits lie far apart.
_DAYS = 2557
_STRIDE = 1009
_TYPES, _SELECTIONS = tuple(AuditType), tuple(Selection)
#: Audits beyond so many are copies of these, so that the database makes them by itself.
_BLOCK = 1_000
_SENTENCE = "The record says what happened, why it was decided, and what it meant for the child. "


#: Who reads the lists, by e-mail address.
MANAGER, LEAD, MODERATOR, PRACTITIONER = (
    f"{name}@example.gov.uk" for name in ("manager0", "lead", "moderator0", "practitioner")
)


def fill(audits: int, in_full: bool) -> None:
    """Fill a migrated, empty database, and commit.

    Without findings and judgements if not ``in_full``: they take most of the time, and of all that
    is on the lists only a filter by thread reads them.
    """
    count_again(db.session)
    teams = add_places()
    managers = [make_user(f"manager{n}", Role.TEAM_MANAGER, t) for n, t in enumerate(teams)]
    moderators = [make_user(f"moderator{n}", Role.MODERATOR) for n in range(_MODERATORS)]
    make_user("lead", Role.PRACTICE_LEAD)
    make_user("practitioner", Role.PRACTITIONER, staff_id=_worker(0, 0))
    table: Any = Audit.__table__
    db.session.execute(insert(table), list(_audits(min(audits, _BLOCK), teams, managers)))
    if audits > _BLOCK:
        _add(Audit, _copies(audits // _BLOCK - 1))
    if in_full:
        _add(Finding, _findings())
        _add(JudgementRow, _judgements())
    _add(ModerationDraw, _draws(moderators, cycle_on(LAST_DAY)))
    _add(Moderation, _moderations(moderators))
    _add(ModerationAnswer, _answers())
    db.session.commit()
    _gather_statistics()


def _audits(audits: int, teams: list[Team], managers: list[User]) -> Iterator[dict[str, Any]]:
    thread_set = current_thread_set(LAST_DAY)
    for number in range(audits):
        ten = number // 10
        at, turn = ten % len(teams), ten // len(teams)
        state = _state(number)
        on = LAST_DAY - timedelta(days=number * _STRIDE % _DAYS)
        overall = SCALE[number * 7 % len(SCALE)]
        draft = state is AuditState.DRAFT
        # Nobody audits the work of their own team.
        by = at if draft else (at + 1 + turn % (len(teams) - 1)) % len(teams)
        yield {
            "reference": f"{number // 10_000:04}-{number % 10_000:04}",
            "state": state,
            "started_at": _noon(on),
            "submitted_at": None if draft else _noon(on + timedelta(days=number % 5)),
            "case_reference": f"9{number % 20_011:07}",
            "child_age": number % 18,
            "service_id": teams[at].service_id,
            "locality_id": teams[at].locality_id,
            "team_id": teams[at].id,
            "worker_staff_id": _worker(at, turn % _WORKERS),
            "audit_type": _TYPES[number % len(_TYPES)],
            "selection": _SELECTIONS[number % len(_SELECTIONS)],
            "audit_date": None if draft else on,
            "audit_month": None if draft else month_key(on),
            "auditor_id": managers[by].id,
            "thread_set_id": thread_set.id,
            "overall": overall,
            "final_overall": None if draft else overall,
            "rationale": _SENTENCE * 4,
            "safeguarding_concern": number % 50 == 0,
        }


def _copies(times: int) -> Rows:
    """Every audit there is, so many times again, each with a reference of its own."""
    first = select(literal(1).label("copy")).cte("copies", recursive=True)
    copies = first.union_all(select(first.c.copy + 1).where(first.c.copy < times))
    copied = [each for each in Audit.__table__.c if each.name not in ("id", "reference")]
    reference = cast(_BLOCK + copies.c.copy, String) + func.substr(Audit.reference, 5)
    every = select(reference.label("reference"), *copied).join(copies, literal(True))
    return every.order_by(copies.c.copy, Audit.id)


def _state(number: int) -> AuditState:
    """What became of an audit; of those that still waited for somebody, most do so no longer."""
    state = _STATES[number % 10]
    settled = state in (AuditState.COMPLETE, AuditState.RESOLVED)
    return state if settled or number // 10 % 50 == 0 else AuditState.ACCEPTED


def _worker(team: int, number: int) -> str:
    return f"W{team:03}{number:02}"


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _findings() -> Rows:
    """Every thread of every audit, judged as the audit is."""
    return select(
        Audit.id.label("audit_id"),
        Thread.id.label("thread_id"),
        Thread.position,
        Audit.overall.label("judgement"),
        Audit.final_overall.label("final_judgement"),
        literal(_SENTENCE).label("evidence"),
    ).join(Thread, Thread.thread_set_id == Audit.thread_set_id)


def _judgements() -> Rows:
    return select(
        Audit.id.label("audit_id"),
        literal(Stage.AUDITED.value).label("stage"),
        Audit.final_overall.label("judgement"),
        Audit.auditor_id.label("made_by_id"),
        Audit.submitted_at.label("made_at"),
    ).where(Audit.final_overall.is_not(None))


def _draws(moderators: list[User], cycle: ModerationCycle) -> Rows:
    """Every audit was drawn for moderation, and given to whoever moderated or will."""
    return select(
        Audit.id.label("audit_id"),
        literal(cycle.id).label("cycle_id"),
        Audit.id.label("number"),
        Audit.final_overall.label("judgement"),
        literal(DrawnBecause.RANDOM.value).label("chosen_because"),
        Audit.submitted_at.label("drawn_at"),
        _in_turn(moderators).label("moderator_id"),
        Audit.submitted_at.label("allocated_at"),
        Audit.audit_date.label("due_on"),
    ).where(Audit.recorded)


def _moderations(moderators: list[User]) -> Rows:
    return select(
        Audit.id.label("audit_id"),
        _in_turn(moderators).label("moderator_id"),
        Audit.audit_date.label("moderated_on"),
        Audit.final_overall.label("overall"),
        literal(False).label("blind"),
    ).where(Audit.state.in_(MODERATED_STATES))


def _answers() -> Rows:
    """What auditors said to moderations that changed something."""
    disputed = (AuditState.DISPUTED, AuditState.RESOLVED)
    return select(
        Audit.id.label("audit_id"),
        Audit.auditor_id.label("answered_by_id"),
        Audit.submitted_at.label("answered_at"),
        literal(True).label("disputed"),
    ).where(Audit.state.in_(disputed))


def _in_turn(moderators: list[User]) -> ColumnElement[int]:
    """The moderators take turns, ten audits at a time."""
    return moderators[0].id + (Audit.id - 1) // 10 % len(moderators)


def _add(table: type[Base], rows: Rows) -> None:
    into: Any = table.__table__
    db.session.execute(insert(into).from_select(list(rows.selected_columns.keys()), rows))


def _gather_statistics() -> None:
    """What PostgreSQL does by itself within minutes of so many rows; SQLite plans without."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
