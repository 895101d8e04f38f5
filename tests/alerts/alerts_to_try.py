"""Alerts to try things on, at every stage from draft to issued."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from audit_app.alerts import changes
from audit_app.alerts.publication_changes import ready_to_issue
from audit_app.alerts.queries import requirements_of
from audit_app.extensions import db
from audit_app.models import Alert, AlertKind, User
from audit_app.models.base import now
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alerts import QUESTIONS, Requirement
from tests.people import World

TODAY = date.today()
SOON = TODAY + timedelta(days=30)
REVIEW = TODAY + timedelta(days=120)

BASIS: dict[str, Any] = {
    "kind": AlertKind.ALERT,
    "title": "See the child alone, and let what they say change the plan",
    "owner": "Principal social worker",
    "evidence_from": date(2026, 7, 1),
    "evidence_to": date(2026, 9, 30),
    "evidence_threads": ["overall", "voice"],
    "evidence_judgements": ["requires_improvement", "inadequate"],
    "evidence_service_id": None,
    "evidence_theme_id": None,
}

EVERYBODY = Audience(everyone=True)

WORDS: dict[str, Any] = {
    "why_now": "In four audits out of ten the child was seen but not heard. The share has not "
    "moved for a year.",
    "found": "Visits happened on time, and most children were seen. But:\n"
    "- in many files the child was seen only with a parent in the room\n"
    "- direct work was planned and not done when a worker changed\n"
    "- plans were reviewed without asking the child what had got better.\n"
    "Where supervision asked what the child says, recording was better.",
    "good_looks_like": "A child is seen alone, in a place they chose, by somebody they know. Their "
    "own words are in the record, with what they meant. The plan says what changed because of "
    "them.\n- Direct work is in the plan, with a date and a name\n- Supervision asks what the "
    "child says",
    "standards": "Working Together to Safeguard Children, chapter 3\nPractice standard 4, "
    "https://practice.example.gov.uk/direct-work",
    "question_1": "Which child have you not seen alone in the last month, and why?",
    "question_2": "When did a child last change your mind, and where would I read that?",
    "question_3": "What would make it easier for children here to say what is not working?",
    "how_checked": "Forty random audits of this thread, moderated blind. Managers report the dip "
    "sample at the practice meeting.",
    "review_on": REVIEW,
}

REQUIREMENTS = {
    1: Requirement("See every child on a plan alone, and record their own words.", SOON),
    2: Requirement("In every supervision ask what the child says. Record the answer.", SOON),
    3: Requirement("Managers: dip-sample three cases and bring what you find.", SOON),
}


def draft(author: User, audience: Audience = EVERYBODY, **changed: Any) -> Alert:
    """An alert begun and not yet written, for everyone unless somebody is named."""
    alert = changes.start(author, BASIS | changed, audience)
    db.session.commit()
    return alert


def written(author: User, audience: Audience = EVERYBODY, **changed: Any) -> Alert:
    """A complete draft."""
    basis = {name: value for name, value in changed.items() if name in BASIS}
    words = {name: value for name, value in changed.items() if name in WORDS}
    alert = draft(author, audience, **basis)
    requirements = changed.get("requirements", REQUIREMENTS)
    changes.save(author, alert, alert.version, WORDS | words, requirements)
    db.session.commit()
    return alert


def submitted(author: User, **changed: Any) -> Alert:
    alert = written(author, **changed)
    changes.submit(author, alert, alert.version, TODAY)
    db.session.commit()
    return alert


def approved(author: User, approver: User, **changed: Any) -> Alert:
    alert = submitted(author, **changed)
    changes.approve(approver, alert, alert.version, TODAY)
    db.session.commit()
    return alert


def issued(world: World, on: date = TODAY, **changed: Any) -> Alert:
    """Written by Carol, approved by Dan, issued by Cora."""
    alert = approved(world.carol, world.dan, **changed)
    issue(world.cora, alert, alert.version, on)
    db.session.commit()
    return alert


def issue(user: User, alert: Alert, version: int, on: date = TODAY) -> None:
    """Draw it and keep what was drawn, though somebody else may take its number; not committed."""
    number = alert.id
    for _ in range(20):
        ready = ready_to_issue(user, db.session.get_one(Alert, number), on, now())
        try:
            changes.issue(user, db.session.get_one(Alert, number), version, ready, on)
        except changes.NumberTaken:
            db.session.rollback()
        else:
            return
    raise AssertionError("No number is free")


def typed(alert: Alert | None = None, **changed: str) -> dict[str, Any]:
    """The texts of a complete alert as a browser sends them."""
    sent = {name: text for name, text in WORDS.items() if name != "review_on"}
    sent |= _date("review_on", REVIEW)
    places = requirements_of(alert) if alert and alert.requirements else REQUIREMENTS
    for place, each in places.items():
        sent |= {f"what_{place}": each.what} | _date(f"by_{place}", each.by_when)
    assert all(f"question_{n}" in sent for n in range(1, QUESTIONS + 1))
    return sent | changed


def _date(name: str, day: date) -> dict[str, str]:
    return {
        f"{name}__day": str(day.day),
        f"{name}__month": str(day.month),
        f"{name}__year": str(day.year),
    }


def stored(reference: str) -> Alert:
    """The alert as the last request left it."""
    db.session.rollback()
    return db.session.scalars(select(Alert).where(Alert.reference == reference)).one()
