"""Reading what waits for a moderator, what is disputed, and what was moderated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from audit_app.audits.blindness import judgement_hidden_from, shown_to
from audit_app.audits.queries import reached_by_role
from audit_app.audits.stakes import can_be_judged_by, no_stake
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Moderation,
    ModerationAnswer,
    ModerationCycle,
    ModerationDraw,
    Service,
    Team,
    User,
)
from audit_app.moderation.coming_back import ToAnswer, moderations_to_answer, returned_to
from audit_app.rules.audit_steps import WAITING_STATES, AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission, Role

#: More disputes than this are a matter for a meeting; the page says how many there are.
MOST_DISPUTES = 25

_Given = aliased(User)

#: Whom an audit was given to and by when, looked up for each that waits: joined, every draw there
#: ever was would be read for the few that wait.
_GIVEN_TO, _DUE_ON = (
    select(column).where(ModerationDraw.audit_id == Audit.id).correlate(Audit).scalar_subquery()
    for column in (ModerationDraw.moderator_id, ModerationDraw.due_on)
)


@dataclass(frozen=True)
class WaitingAudit:
    """One audit in the queue, to one person.

    ``hidden`` when they must judge it without the auditor's judgement; ``may_judge`` when they may
    moderate it now, should nobody else have it.
    """

    id: int
    reference: str
    service: str
    team: str
    auditor: str
    overall: Judgement | None
    hidden: bool
    may_judge: bool
    safeguarding_concern: bool | None
    #: None for one brought in from elsewhere.
    submitted_at: datetime | None
    state: AuditState
    moderator: str | None
    moderator_id: int | None
    due_on: date | None

    @property
    def overdue(self) -> bool:
        waits = self.state is AuditState.SUBMITTED
        return waits and self.due_on is not None and self.due_on < date.today()


@dataclass(frozen=True)
class Dispute:
    """An audit whose auditor does not accept the moderation."""

    reference: str
    team: str
    auditor: str
    moderator: str
    audited: Judgement | None
    moderated: Judgement | None
    disputed_at: datetime


def _waits_for(user: User) -> ColumnElement[bool]:
    """Submitted, in reach, given to this person or to nobody, and none of their own business."""
    return and_(
        reached_by_role(user),
        Audit.state == AuditState.SUBMITTED,
        func.coalesce(_GIVEN_TO, user.id) == user.id,
        no_stake(user),
    )


def _open_to(user: User) -> ColumnElement[bool]:
    """What this person may moderate, whoever has it: the rules say the same of one audit."""
    if not user.can(Permission.AUDIT_MODERATE):
        return false()
    return and_(Audit.state == AuditState.SUBMITTED, no_stake(user))


def _without_moderator(user: User) -> ColumnElement[bool]:
    """Submitted, in reach, and given to nobody, or to somebody who cannot moderate it any more.

    A head of service cannot once it was escalated. To whoever may yet judge it blind, that would
    tell how it was judged: to them it looks escalated whether or not it was.
    """
    escalated = or_(Audit.escalations.any(), judgement_hidden_from(user))
    return and_(
        reached_by_role(user),
        Audit.state == AuditState.SUBMITTED,
        not_(can_be_judged_by(_GIVEN_TO, escalated)),
    )


def count_waiting(user: User) -> int:
    return db.session.scalar(select(func.count(Audit.id)).where(_waits_for(user))) or 0


def count_overdue(user: User) -> int:
    """How many of those that wait for this person should have been moderated before today."""
    late = and_(_waits_for(user), date.today() > _DUE_ON)
    return db.session.scalar(select(func.count(Audit.id)).where(late)) or 0


def _count_without(user: User) -> int:
    return db.session.scalar(select(func.count(Audit.id)).where(_without_moderator(user))) or 0


def queue_of(user: User) -> Sequence[int]:
    """What this person may moderate: concerns first, then theirs, then by day due.

    All of it, by row numbers alone: it is as long as what waits, and so it is also counted.
    """
    first = (func.coalesce(Audit.safeguarding_concern, False).desc(), _GIVEN_TO.is_(None))
    return _in_order(_waits_for(user), *first)


def without_moderator(user: User) -> Sequence[int]:
    """What waits for somebody to be found who can moderate it: the first due first."""
    if not user.can(Permission.MODERATION_MANAGE):
        return ()
    first = func.coalesce(Audit.safeguarding_concern, False).desc()
    return _in_order(_without_moderator(user), first)


def everything_waiting(user: User) -> Sequence[int]:
    """Everything in reach that waits, whoever has it: the first due first. By row numbers."""
    return _in_order(and_(reached_by_role(user), Audit.state.in_(WAITING_STATES)))


def _in_order(which: ColumnElement[bool], *first: ColumnElement[Any]) -> Sequence[int]:
    by_day = (_DUE_ON.asc().nulls_first(), Audit.submitted_at, Audit.id)
    return db.session.scalars(select(Audit.id).where(which).order_by(*first, *by_day)).all()


def lines_of(user: User, ids: Sequence[int]) -> list[WaitingAudit]:
    """The audits of a page of a queue, in its order."""
    read = db.session.execute(_waiting(user).where(Audit.id.in_(ids))).mappings()
    lines = {row["id"]: WaitingAudit(**row) for row in read}
    return [lines[each] for each in ids]


def _waiting(user: User) -> Select[Any]:
    return (
        select(
            Audit.id,
            Audit.reference,
            Service.name.label("service"),
            Team.name.label("team"),
            User.name.label("auditor"),
            shown_to(user, Audit.audited_overall).label("overall"),
            judgement_hidden_from(user).label("hidden"),
            _open_to(user).label("may_judge"),
            Audit.safeguarding_concern,
            Audit.submitted_at,
            Audit.state,
            _Given.name.label("moderator"),
            ModerationDraw.moderator_id,
            ModerationDraw.due_on,
        )
        .join(Audit.service)
        .join(Audit.team)
        .join(Audit.auditor)
        .outerjoin(Audit.draw)
        .outerjoin(_Given, _Given.id == ModerationDraw.moderator_id)
    )


def _to_resolve(user: User) -> ColumnElement[bool]:
    """Disputes this person may end: of a cycle whose disputes their role resolves, no stake."""
    if not user.can(Permission.AUDIT_RESOLVE):
        return false()
    undrawn = ModerationCycle.id.is_(None) if Role.PRACTICE_LEAD in user.roles else false()
    return and_(
        reached_by_role(user),
        Audit.state == AuditState.DISPUTED,
        or_(ModerationCycle.resolved_by.in_(list(user.roles)), undrawn),
        Moderation.moderator_id != user.id,
        no_stake(user),
    )


def count_disputes(user: User) -> int:
    wanted = (
        select(func.count(Audit.id))
        .join(Audit.moderation)
        .outerjoin(Audit.draw)
        .outerjoin(ModerationCycle, ModerationCycle.id == ModerationDraw.cycle_id)
        .where(_to_resolve(user))
    )
    return db.session.scalar(wanted) or 0


def disputes_for(user: User, most: int = MOST_DISPUTES) -> list[Dispute]:
    """The disputes this person may resolve, the longest waiting first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Team.name.label("team"),
            User.name.label("auditor"),
            _Given.name.label("moderator"),
            Audit.overall.label("audited"),
            Moderation.overall.label("moderated"),
            ModerationAnswer.answered_at.label("disputed_at"),
        )
        .join(Audit.team)
        .join(Audit.auditor)
        .join(Audit.moderation)
        .join(_Given, _Given.id == Moderation.moderator_id)
        .join(Audit.answer)
        .outerjoin(Audit.draw)
        .outerjoin(ModerationCycle, ModerationCycle.id == ModerationDraw.cycle_id)
        .where(_to_resolve(user))
        .order_by(ModerationAnswer.answered_at, Audit.id)
        .limit(most)
    )
    return [Dispute(**row) for row in rows.mappings()]


@dataclass(frozen=True)
class AroundModeration:
    """What waits for a person before and after a moderation, besides moderating itself.

    ``without_moderator`` counts audits that nobody has who could judge them, for whoever gives
    them out.
    """

    returned: Sequence[ToAnswer] = ()
    to_answer: Sequence[ToAnswer] = ()
    disputes: int = 0
    without_moderator: int = 0
    overdue: int = 0


def around_moderation(user: User) -> AroundModeration:
    """Gather it, asking only for what the person's roles open."""
    records = user.can(Permission.AUDIT_RECORD)
    return AroundModeration(
        returned=returned_to(user) if records else (),
        to_answer=moderations_to_answer(user) if records else (),
        disputes=count_disputes(user) if user.can(Permission.AUDIT_RESOLVE) else 0,
        overdue=count_overdue(user) if user.can(Permission.AUDIT_MODERATE) else 0,
        without_moderator=_count_without(user) if user.can(Permission.MODERATION_MANAGE) else 0,
    )
