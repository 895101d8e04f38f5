"""What can be found in audits by its words, and the slow way to say what should be."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.audits.copies import as_submitted
from audit_app.extensions import db
from audit_app.models import Audit, Passage
from audit_app.models.passage import (
    OF_AUDITS,
    OF_AUDITS_WHERE,
    OF_MODERATION,
    OF_OVERSIGHT,
    OF_THREADS,
)
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState


def expected(audit: Audit) -> set[tuple[int, int | None, str, str]]:
    """A plain loop over what the page of an audit shows to somebody who did not write it."""
    if audit.state not in RECORDED_STATES:
        return set()
    again = audit.state is AuditState.RETURNED
    shown = as_submitted(audit, audit.submissions[-1]) if again else audit
    texts = [
        (each.thread_id, name, getattr(each, name))
        for each in shown.findings
        for name in OF_THREADS
    ]
    texts += [(None, name, getattr(shown, name)) for name in OF_AUDITS]
    texts += [
        (None, name, getattr(shown, name))
        for name, said_so in OF_AUDITS_WHERE.items()
        if getattr(shown, said_so.key)
    ]
    if shown.oversight:
        texts += [(None, name, getattr(shown.oversight, name)) for name in OF_OVERSIGHT]
    if audit.moderation:
        texts += [(None, name, getattr(audit.moderation, name)) for name in OF_MODERATION]
    return {(audit.id, thread, name, said) for thread, name, said in texts if said and said.strip()}


def held() -> set[tuple[int, int | None, str, str]]:
    rows = db.session.execute(
        select(Passage.audit_id, Passage.thread_id, Passage.field, Passage.text)
    )
    return {tuple(row) for row in rows}  # type: ignore[misc]
