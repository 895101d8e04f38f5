"""Reading what went back to its auditor: to say more, or moderated and to be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from audit_app.audits.queries import reached_by_role
from audit_app.extensions import db
from audit_app.models import Audit, EvidenceRequest, Team, User
from audit_app.rules.audit_steps import AuditState


@dataclass(frozen=True)
class ToAnswer:
    """One of a person's own audits that came back to them; who asked for more, where asked."""

    reference: str
    case_reference: str
    team: str
    asked_by: str | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Returned:
    """One audit a moderator returned, which its auditor has not submitted again."""

    reference: str
    team: str
    auditor: str
    asked_at: datetime


def returned_by(user: User, most: int = 25) -> list[Returned]:
    """What this moderator asked more evidence for and still waits for, the longest first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Team.name.label("team"),
            User.name.label("auditor"),
            EvidenceRequest.asked_at,
        )
        .join(Audit, Audit.id == EvidenceRequest.audit_id)
        .join(Audit.team)
        .join(Audit.auditor)
        .where(
            Audit.state == AuditState.RETURNED,
            EvidenceRequest.asked_by_id == user.id,
            EvidenceRequest.answered_at.is_(None),
            reached_by_role(user),
        )
        .order_by(EvidenceRequest.asked_at, Audit.id)
        .limit(most)
    )
    return [Returned(**row) for row in rows.mappings()]


def returned_to(user: User, most: int = 25) -> list[ToAnswer]:
    """Audits returned to their auditor for more evidence, the longest waiting first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Audit.case_reference,
            Team.name.label("team"),
            User.name.label("asked_by"),
            EvidenceRequest.asked_at,
        )
        .join(Audit.team)
        .outerjoin(
            EvidenceRequest,
            and_(EvidenceRequest.audit_id == Audit.id, EvidenceRequest.answered_at.is_(None)),
        )
        .outerjoin(User, User.id == EvidenceRequest.asked_by_id)
        .where(Audit.auditor_id == user.id, Audit.state == AuditState.RETURNED)
        .order_by(EvidenceRequest.asked_at, Audit.id)
        .limit(most)
    )
    return [ToAnswer(**row) for row in rows.mappings()]


def moderations_to_answer(user: User, most: int = 25) -> list[ToAnswer]:
    """Audits whose moderation changed something, and whose auditor has not answered yet.

    History brought in from elsewhere waits for no answer.
    """
    return _own(user, and_(Audit.state == AuditState.MODERATED, Audit.imported.is_(False)), most)


def _own(user: User, which: ColumnElement[bool], most: int) -> list[ToAnswer]:
    rows = db.session.execute(
        select(Audit.reference, Audit.case_reference, Team.name.label("team"))
        .join(Audit.team)
        .where(Audit.auditor_id == user.id, which)
        .order_by(Audit.submitted_at, Audit.id)
        .limit(most)
    )
    return [ToAnswer(**row) for row in rows.mappings()]
