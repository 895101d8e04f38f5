"""An audit beside the one it follows up, and beside those that followed it up. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit_app.audits.lately import allocation_to_do, being_audited
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import Audit, Finding, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.re_audits import Judged, JudgedThread, Movement, movement


@dataclass(frozen=True)
class ReAudit:
    """A re-audit of an audit: its reference, its date once it has one, and where it stands."""

    reference: str
    on: date | None
    state: AuditState


@dataclass(frozen=True)
class Beside:
    """What a reader is shown of the audits that an audit is linked to.

    ``earlier`` is the audit this one follows up, if there is one and they may know what it found;
    ``reads_earlier`` is whether they may read all of it. ``moved`` is what moved since; None while
    either judgement must be kept from them, too. ``taken`` is whether an audit of the case is being
    written or was given out, so that no re-audit can be begun; ``given`` is the allocation of it
    that they have themselves.
    """

    earlier: Audit | None
    reads_earlier: bool
    moved: Movement | None
    later: Sequence[ReAudit]
    taken: bool = False
    given: str | None = None


def beside(audit: Audit, user: User) -> Beside:
    """The linked audits, for whoever reads a recorded audit."""
    earlier, reads_earlier = _earlier(audit, user)
    hidden = earlier is None or any(each.hides_judgement_from(user) for each in (audit, earlier))
    moved = None if hidden or earlier is None else movement(_judged(earlier), _judged(audit))
    return Beside(earlier, reads_earlier, moved, _later(audit, user), *_taken(audit, user))


def _taken(audit: Audit, user: User) -> tuple[bool, str | None]:
    """Asked only for those who could begin a re-audit."""
    if not audit.can_be_re_audited_by(user):
        return False, None
    if not being_audited([audit.case_reference.lower()]):
        return False, None
    given = allocation_to_do(audit.case_reference)
    own = given is not None and given.auditor_id == user.id
    return True, given.reference if given is not None and own else None


def re_audit_being_written(user: User, earlier: Audit) -> Audit | None:
    """The re-audit of an audit that this person began and has not submitted."""
    return db.session.scalar(
        select(Audit)
        .where(
            Audit.re_audit_of_id == earlier.id,
            Audit.auditor_id == user.id,
            Audit.state == AuditState.DRAFT,
        )
        .order_by(Audit.id.desc())
        .limit(1)
    )


def _earlier(audit: Audit, user: User) -> tuple[Audit | None, bool]:
    """The audit before, and whether it can be read.

    What it found is known to those within its reach, and to the auditor, who was shown it while
    recording.
    """
    if audit.re_audit_of_id is None:
        return None, False
    findings = selectinload(Audit.findings).joinedload(Finding.thread)
    found = db.session.execute(
        select(Audit, within_reach(user).label("read"))
        .where(Audit.id == audit.re_audit_of_id)
        .options(findings)
    ).one()
    known = found.read or audit.auditor_id == user.id
    return (found.Audit if known else None), bool(found.read)


def _later(audit: Audit, user: User) -> list[ReAudit]:
    rows = db.session.execute(
        select(Audit.reference, Audit.audit_date, Audit.state)
        .where(Audit.re_audit_of_id == audit.id, within_reach(user))
        .order_by(Audit.id)
    )
    return [ReAudit(*row) for row in rows]


def _judged(audit: Audit) -> Judged:
    """The reported judgements."""
    threads = [
        JudgedThread(each.thread.code, each.thread.name, each.final_judgement)
        for each in audit.findings
    ]
    return Judged(audit.final_overall, threads)
