"""Reading what was moderated: by whom, how long it took, and both judgements together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, select

from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import Audit, Moderation, ModerationDraw, Stage, Team, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.sampling import DrawnBecause
from audit_app.web.moments import in_london


@dataclass(frozen=True)
class DoneAudit:
    """One audit this person moderated."""

    reference: str
    moderated_on: date
    team: str
    audited: Judgement | None
    moderated: Judgement | None
    state: AuditState
    blind: bool
    waited_from: datetime | None

    @property
    def days(self) -> int | None:
        """Days it took; None for one brought in from elsewhere, whose wait nobody recorded."""
        return None if self.waited_from is None else days_taken(self.waited_from, self.moderated_on)


def days_taken(waited_from: datetime, moderated_on: date) -> int:
    """Calendar days a moderation took, by London's calendar; 0 on the day itself."""
    return max((moderated_on - in_london(waited_from).date()).days, 0)


def waited_from() -> ColumnElement[datetime]:
    """When an audit last began to wait for its moderator: when submitted, or when called in."""
    called_in = and_(
        ModerationDraw.chosen_because == DrawnBecause.CALLED_IN,
        ModerationDraw.allocated_at > Audit.submitted_at,
    )
    return case((called_in, ModerationDraw.allocated_at), else_=Audit.submitted_at)


def lately_moderated_by(user: User, most: int = 10) -> Sequence[DoneAudit]:
    """What this person moderated last, newest first."""
    rows = db.session.execute(
        select(
            Audit.reference,
            Moderation.moderated_on,
            Team.name.label("team"),
            Audit.overall.label("audited"),
            Moderation.overall.label("moderated"),
            Audit.state,
            Moderation.blind,
            waited_from().label("waited_from"),
        )
        .join(Audit, Audit.id == Moderation.audit_id)
        .join(Audit.team)
        .outerjoin(Audit.draw)
        .where(Moderation.moderator_id == user.id, within_reach(user))
        .order_by(Moderation.moderated_on.desc(), Moderation.id.desc())
        .limit(most)
    )
    return [DoneAudit(**row) for row in rows.mappings()]


@dataclass(frozen=True)
class ThreadJudged:
    """A thread as auditor and moderator judged it; None where the moderator left it."""

    name: str
    audited: Judgement | None
    moderated: Judgement | None
    reason: str | None

    @property
    def differs(self) -> bool:
        return self.moderated is not None and self.moderated is not self.audited


def judged_by_moderator(audit: Audit) -> list[ThreadJudged]:
    """Every thread with both judgements, in the set's order. For a moderated audit."""
    rows = {row.thread_id: row for row in audit.judgements if row.stage is Stage.MODERATED}
    judged = []
    for finding in audit.findings:
        row = rows.get(finding.thread_id)
        second, reason = (None, None) if row is None else (row.judgement, row.reason)
        judged.append(ThreadJudged(finding.thread.name, finding.judgement, second, reason))
    return judged
