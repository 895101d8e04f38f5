"""The audit that came before, for whoever audits the same case now. Read-only.

A re-audit is shown the audit it follows, any other the last audit of its case. This crosses reach
on purpose: an auditor has to know what was found before, whoever found it. So it gives the date,
the judgements, and the actions with where they stand now, and nothing else; never a text. Which
audit is shown is settled when the case is saved, so that history can say who was shown which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.audits.followed import Followed, followed
from audit_app.extensions import db
from audit_app.models import Action, Audit, Finding, Submission, User
from audit_app.models.cases import of_case
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.judgements import Judgement


@dataclass(frozen=True)
class EarlierThread:
    code: str
    name: str
    judgement: Judgement | None


@dataclass(frozen=True)
class EarlierAction:
    """An action of the earlier audit. ``now`` is where it stands; None before it is followed."""

    what: str
    owned_by: str
    due_on: date
    thread: str | None
    now: Followed | None


@dataclass(frozen=True)
class EarlierAudit:
    """What the next auditor of a case is shown of an earlier audit.

    ``followed`` is true where the case is audited again because of it. ``hidden`` is true while its
    judgement must not be known to this person; then there is none.
    """

    reference: str
    on: date
    followed: bool
    hidden: bool
    overall: Judgement | None
    threads: Sequence[EarlierThread]
    actions: Sequence[EarlierAction]

    def thread(self, code: str) -> EarlierThread | None:
        return next((each for each in self.threads if each.code == code), None)

    def actions_for(self, code: str) -> list[EarlierAction]:
        return [each for each in self.actions if each.thread == code]


def earlier_audit(audit: Audit, user: User) -> EarlierAudit | None:
    """What this person is shown of the audit before, if there is one."""
    found = _before(audit)
    if found is None or found.audit_date is None:
        return None
    hidden = found.hides_judgement_from(user)
    return EarlierAudit(
        reference=found.reference,
        on=found.audit_date,
        followed=found.id == audit.re_audit_of_id,
        hidden=hidden,
        overall=None if hidden else found.final_overall,
        threads=[] if hidden else _threads(found),
        actions=_actions(found, user),
    )


def earlier_reference(audit: Audit) -> str | None:
    """Which audit is shown as the one before, as the case is saved now."""
    found = _before(audit)
    return None if found is None else found.reference


def _before(audit: Audit) -> Audit | None:
    if audit.re_audit_of_id is None:
        return _last_of(audit.case_reference, _known_at(audit), audit.id)
    return db.session.scalar(select(Audit).where(Audit.id == audit.re_audit_of_id).options(*_WHOLE))


def _known_at(audit: Audit) -> datetime:
    """When the case was last saved, or the draft begun."""
    case = next((each.saved_at for each in audit.sections if each.section == "case"), None)
    return case or audit.started_at


def _last_of(case_reference: str, known_at: datetime, but: int | None) -> Audit | None:
    first_submitted = func.coalesce(_first_submission(), Audit.submitted_at, Audit.started_at)
    wanted = (
        select(Audit)
        .where(
            of_case(Audit.case_reference, case_reference),
            Audit.state.in_(RECORDED_STATES),
            Audit.audit_date.is_not(None),
            first_submitted <= known_at,
        )
        .order_by(Audit.audit_date.desc(), Audit.id.desc())
        .limit(1)
        .options(*_WHOLE)
    )
    return db.session.scalar(wanted if but is None else wanted.where(Audit.id != but))


_WHOLE = (
    selectinload(Audit.findings).joinedload(Finding.thread),
    selectinload(Audit.actions).options(joinedload(Action.thread), joinedload(Action.owner_user)),
)


def _first_submission() -> ColumnElement[datetime]:
    return (
        select(func.min(Submission.submitted_at))
        .where(Submission.audit_id == Audit.id)
        .correlate(Audit)
        .scalar_subquery()
    )


def _threads(found: Audit) -> list[EarlierThread]:
    return [
        EarlierThread(each.thread.code, each.thread.name, each.final_judgement)
        for each in found.findings
    ]


def _actions(found: Audit, user: User) -> list[EarlierAction]:
    """Those that were submitted: what its auditor adds while writing again is nobody's yet."""
    shown = [each for each in found.actions if each.live or found.state is not AuditState.RETURNED]
    now = followed(user, [each.reference for each in shown])
    return [
        EarlierAction(
            what=each.what,
            owned_by=each.owned_by,
            due_on=each.due_on,
            thread=None if each.thread is None else each.thread.code,
            now=now.get(each.reference),
        )
        for each in shown
    ]
