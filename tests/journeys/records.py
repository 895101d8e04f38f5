"""The records of the demonstration that a tour of its pages calls at, by what they are."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from flask import Flask
from sqlalchemy import Select, select

from audit_app.audits.copies import copy_of
from audit_app.demo.people import SIGN_INS
from audit_app.escalations.queries import escalations_for
from audit_app.extensions import db
from audit_app.models import (
    Action,
    Alert,
    Audit,
    Escalation,
    HistoricFigures,
    Moderation,
    Submission,
    User,
)
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Priority
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import Verb
from audit_app.transfer import changes as transfer
from tests.alerts import alerts_to_try
from tests.journeys.action_records import action_records
from tests.journeys.allocation_records import allocation_records
from tests.journeys.disposal_records import disposal_records
from tests.journeys.insight_records import insight_records
from tests.journeys.learning_records import learning_records
from tests.journeys.moderation_records import moderation_records
from tests.journeys.print_records import print_records
from tests.journeys.programme_records import programme_records
from tests.journeys.re_audit_records import re_audit_records
from tests.journeys.sample_records import sample_records
from tests.journeys.summary_records import summary_records
from tests.transfer.audit_files import audit, csv_file

T = TypeVar("T")


def records_of(app: Flask) -> dict[str, str]:
    """What to put in an address for each ``<record>``, made where the demonstration lacks one."""
    with app.app_context():
        people = {each.role: _person(each.email) for each in reversed(SIGN_INS)}
        found = (
            _audits(people)
            | _escalations(people[Role.TEAM_MANAGER])
            | learning_records(people)
            | moderation_records(people)
            | re_audit_records(people)
            | action_records(people)
            | sample_records(people)
            | programme_records(people)
            | print_records(people)
            | disposal_records(people)
            | allocation_records(people)
            | insight_records(people)
            | summary_records(people)
            | _alerts(people)
            | _files(people[Role.PRACTICE_LEAD])
            | {"<published total>": _every(select(HistoricFigures))[0].reference}
        )
        return found | _people(people[Role.TEAM_MANAGER])


def _person(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def _audits(people: dict[Role, User]) -> dict[str, str]:
    manager, moderator = people[Role.TEAM_MANAGER], people[Role.MODERATOR]
    drafts = _every(select(Audit).where(Audit.state == AuditState.DRAFT))
    drafts.sort(key=lambda each: sum(section.version for section in each.sections))
    waiting = _every(select(Audit).where(Audit.state == AuditState.SUBMITTED))
    moderated = select(Audit).join(Moderation).where(Moderation.moderator_id == moderator.id)
    worker = people[Role.PRACTITIONER].staff_id
    found = {
        "<new draft>": drafts[0].reference,
        "<full draft>": drafts[-1].reference,
        "<action>": str(_action_on(drafts[-1])),
        "<own audit>": _newest(
            select(Audit).where(
                Audit.auditor_id == manager.id,
                Audit.submitted_at.is_not(None),
                Audit.state != AuditState.RETURNED,
            )
        ),
        "<waiting audit>": next(
            each.reference for each in waiting if each.lets(moderator, Verb.MODERATE)
        ),
        "<moderated audit>": _newest(moderated.where(Audit.overall != Audit.final_overall)),
        "<audit of own work>": _newest(
            select(Audit).where(Audit.worker_staff_id == worker, Audit.submitted_at.is_not(None))
        ),
    }
    _copy(found[name] for name in ("<own audit>", "<waiting audit>", "<audit of own work>"))
    return found


def _copy(references: Iterable[str]) -> None:
    """Keep a copy of what was submitted, as if these had been submitted by hand."""
    for each in _every(select(Audit).where(Audit.reference.in_(list(references)))):
        if not each.submissions:
            each.submissions.append(
                Submission(number=1, submitted_at=each.submitted_at, answers=copy_of(each))
            )
    db.session.commit()


def _escalations(manager: User) -> dict[str, str]:
    newest = select(Escalation).join(Escalation.audit).order_by(Escalation.id.desc())
    closed = Escalation.closed_at.is_not(None)
    ways = {"open": ~closed, "closed": closed, "team’s": escalations_for(manager)}
    return {
        f"<{which} escalation>": _every(newest.where(what).limit(1))[0].reference
        for which, what in ways.items()
    }


def _alerts(people: dict[Role, User]) -> dict[str, str]:
    lead, office = people[Role.PRACTICE_LEAD], people[Role.DCS_OFFICE]
    ways = (AlertState.ISSUED, AlertState.WITHDRAWN, AlertState.SUPERSEDED)
    once_issued = {
        f"<{way} alert>": _every(select(Alert).where(Alert.state == way))[0].reference
        for way in ways
    }
    return once_issued | {
        "<draft alert>": alerts_to_try.draft(lead).reference,
        "<submitted alert>": alerts_to_try.submitted(lead).reference,
        "<approved alert>": alerts_to_try.approved(lead, office).reference,
    }


def _files(lead: User) -> dict[str, str]:
    good = csv_file([audit(), audit("1000002")])
    bad = csv_file([audit(overall="Excellent"), audit("100 0002", audit_date="yesterday")])
    held = {
        "<good file>": transfer.hold_file(io.BytesIO(good), "audits.csv", lead.id),
        "<bad file>": transfer.hold_file(io.BytesIO(bad), "audits.csv", lead.id),
    }
    other = csv_file([audit("1000003")])
    done = transfer.import_audits(other, "audits.csv", create_missing=True, by=lead)
    return held | {"<import>": transfer.reference_of(done.checked)}


def _people(manager: User) -> dict[str, str]:
    newcomer = User(email="no.role@example.gov.uk", name="Somebody New", active=False)
    db.session.add(newcomer)
    db.session.commit()
    return {
        "<person>": manager.reference,
        "<person without a role>": newcomer.reference,
        "<team>": str(manager.grants[0].team_id),
    }


def _action_on(draft: Audit) -> int:
    action = Action(
        audit_id=draft.id,
        what="Hold the two core groups that were missed, and write down who came.",
        owner="Team manager",
        due_on=date(2026, 12, 18),
        priority=Priority.HIGH,
    )
    db.session.add(action)
    db.session.commit()
    return action.id


def _newest(wanted: Select[Audit]) -> str:
    return _every(wanted.order_by(Audit.audit_date.desc()).limit(1))[0].reference


def _every(wanted: Select[T]) -> list[T]:
    return list(db.session.scalars(wanted))
