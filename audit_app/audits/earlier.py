"""The last audit of the same case, for whoever audits the case now. Read-only.

This crosses reach on purpose: an auditor has to know what was found before, whoever found it. So it
gives the date, the judgements and the actions, and nothing else; never a text. What is shown is
what there was when the case was last saved, so that history can say who was shown which audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from audit_app.extensions import db
from audit_app.models import Audit, Submission, User
from audit_app.rules.judgements import Judgement
from audit_app.rules.workflow import RECORDED_STATES


@dataclass(frozen=True)
class EarlierThread:
    code: str
    name: str
    judgement: Judgement | None


@dataclass(frozen=True)
class EarlierAction:
    what: str
    owner: str
    due_on: date
    thread: str | None


@dataclass(frozen=True)
class EarlierAudit:
    """What the next auditor of a case is shown of the last one.

    ``hidden`` is true while its judgement must not be known to this person; then there is none.
    """

    reference: str
    on: date
    hidden: bool
    overall: Judgement | None
    threads: Sequence[EarlierThread]
    actions: Sequence[EarlierAction]

    def thread(self, code: str) -> EarlierThread | None:
        return next((each for each in self.threads if each.code == code), None)

    def actions_for(self, code: str) -> list[EarlierAction]:
        return [each for each in self.actions if each.thread == code]


def earlier_audit(audit: Audit, user: User) -> EarlierAudit | None:
    """What this person is shown of the last audit of the same case, if there is one."""
    found = _last_of(audit.case_reference, _known_at(audit), audit.id)
    if found is None or found.audit_date is None:
        return None
    hidden = found.hides_judgement_from(user)
    return EarlierAudit(
        reference=found.reference,
        on=found.audit_date,
        hidden=hidden,
        overall=None if hidden else found.final_overall,
        threads=[] if hidden else _threads(found),
        actions=_actions(found),
    )


def earlier_reference(audit: Audit) -> str | None:
    """Which audit is shown as the last one of the case, as the case is saved now."""
    found = _last_of(audit.case_reference, _known_at(audit), audit.id)
    return None if found is None else found.reference


def _known_at(audit: Audit) -> datetime:
    """When the case was last saved, or the draft begun."""
    case = next((each.saved_at for each in audit.sections if each.section == "case"), None)
    return case or audit.started_at


def _last_of(case_reference: str, known_at: datetime, but: int | None) -> Audit | None:
    first_submitted = func.coalesce(_first_submission(), Audit.submitted_at, Audit.started_at)
    wanted = (
        select(Audit)
        .where(
            Audit.case_reference == case_reference,
            Audit.state.in_(RECORDED_STATES),
            Audit.audit_date.is_not(None),
            first_submitted <= known_at,
        )
        .order_by(Audit.audit_date.desc(), Audit.id.desc())
        .limit(1)
        .options(selectinload(Audit.findings), selectinload(Audit.actions))
    )
    return db.session.scalar(wanted if but is None else wanted.where(Audit.id != but))


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


def _actions(found: Audit) -> list[EarlierAction]:
    return [
        EarlierAction(
            each.what, each.owner, each.due_on, None if each.thread is None else each.thread.code
        )
        for each in found.actions
    ]
