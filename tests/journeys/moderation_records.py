"""Records for the tour of moderation, made where the demonstration lacks one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Select, select

from audit_app.extensions import db
from audit_app.models import Audit, ModerationAnswer, ModerationCycle, ModerationDraw, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import Verb


def moderation_records(people: dict[Role, User]) -> dict[str, str]:
    manager, lead = people[Role.TEAM_MANAGER], people[Role.PRACTICE_LEAD]
    moderator = people[Role.MODERATOR]
    resolvable = (each for each in _in(AuditState.DISPUTED) if each.lets(lead, Verb.RESOLVE))
    others = (each for each in _in(AuditState.SUBMITTED) if each.can_be_taken_over_by(moderator))
    drawn = db.session.scalars(select(ModerationDraw).limit(1)).one()
    return {
        "<audit to answer>": _to_answer(manager).reference,
        "<dispute for a lead>": next(resolvable).reference,
        "<dispute for a moderator>": _dispute_for(moderator).reference,
        "<colleague’s audit>": next(others).reference,
        "<audit left out>": next(_in(AuditState.COMPLETE)).reference,
        "<cycle>": drawn.cycle.reference,
        "<cycle to come>": _cycle("To come", date.today() + timedelta(days=400)).reference,
    }


def _in(state: AuditState) -> Iterator[Audit]:
    wanted: Select[Audit] = select(Audit).where(Audit.state == state, Audit.imported.is_(False))
    return iter(db.session.scalars(wanted.order_by(Audit.id.desc()).limit(200)).all())


def _to_answer(auditor: User) -> Audit:
    """An audit of this auditor's whose moderation waits for their answer."""
    moderated = (*_in(AuditState.MODERATED), *_in(AuditState.ACCEPTED))
    audit = next(
        each for each in moderated if not each.answer and not auditor.manages(each.team_id)
    )
    audit.state, audit.auditor_id = AuditState.MODERATED, auditor.id
    db.session.commit()
    return audit


def _dispute_for(moderator: User) -> Audit:
    """A dispute that moderators resolve, about what somebody else judged."""
    cycle = _cycle("Moderators resolve", date(2001, 1, 1), Role.MODERATOR)
    for audit in _in(AuditState.ACCEPTED):
        audit.state = AuditState.DISPUTED
        if audit.draw is not None and audit.moderation is not None:
            audit.draw.cycle = cycle
            if audit.answer is None and audit.lets(moderator, Verb.RESOLVE):
                audit.answer = ModerationAnswer(
                    answered_by_id=audit.auditor_id, disputed=True, reason="The file shows more."
                )
                db.session.commit()
                return audit
        db.session.refresh(audit)
    raise LookupError("no moderated audit that this moderator had no part in")


def _cycle(name: str, starts_on: date, resolved_by: Role = Role.PRACTICE_LEAD) -> ModerationCycle:
    cycle = ModerationCycle(
        name=name,
        starts_on=starts_on,
        blind=True,
        every_inadequate=True,
        every_outstanding=True,
        random_percent=20,
        seed="a seed for the tour",
        days_allowed=10,
        resolved_by=resolved_by,
    )
    db.session.add(cycle)
    db.session.commit()
    return cycle
