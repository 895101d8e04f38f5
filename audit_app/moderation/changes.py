"""Moderating: a second judgement written beside the first, never over it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import update

from audit_app.extensions import db
from audit_app.models import Audit, JudgementRow, Moderation, Stage, User, remember
from audit_app.rules.judgements import Judgement
from audit_app.rules.workflow import AUDIT_STEPS, AuditState, Verb, next_state


class Overtaken(Exception):
    """Somebody else moderated the audit in the meantime; nothing was written."""


def moderate(
    user: User,
    audit: Audit,
    threads: dict[int, Judgement],
    values: dict[str, Any],
    reasons: dict[int, str | None],
) -> None:
    """Write the moderator's judgements down and report them. Not committed.

    ``threads`` and ``reasons`` hold only the threads judged apart from the auditor, by number.

    Raises:
        NotAllowed: when this person may not moderate this audit.
        Overtaken: when another moderation was saved first.
    """
    relations = audit.relations_of(user)
    state = next_state(AUDIT_STEPS, audit.state, Verb.MODERATE, user.permissions, relations)
    moved = db.session.execute(
        update(Audit)
        .where(Audit.id == audit.id, Audit.state == AuditState.SUBMITTED)
        .values(state=state)
    )
    if not moved.rowcount:  # type: ignore[attr-defined]
        raise Overtaken
    _write(user, audit, values)
    if values["overall"] is not None:
        audit.final_overall = values["overall"]
        _judge(audit, user, None, values["overall"], values["overall_reason"])
    for finding in audit.findings:
        if finding.thread_id in threads:
            finding.final_judgement = threads[finding.thread_id]
            reason = reasons.get(finding.thread_id)
            _judge(audit, user, finding.thread_id, finding.final_judgement, reason)
    remember(db.session, user, "moderated", "audit", audit.reference)


def _write(user: User, audit: Audit, values: dict[str, Any]) -> None:
    notes = ("overall", "overall_reason", "practice_note", "audit_quality_note")
    audit.moderation = Moderation(
        moderator_id=user.id,
        moderated_on=date.today(),
        **{name: values[name] for name in notes},
    )


def _judge(
    audit: Audit, user: User, thread_id: int | None, judgement: Judgement, reason: str | None
) -> None:
    audit.judgements.append(
        JudgementRow(
            thread_id=thread_id,
            stage=Stage.MODERATED,
            judgement=judgement,
            made_by_id=user.id,
            reason=reason,
        )
    )
