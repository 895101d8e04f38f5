"""What people do with an alert. The only writer of alerts.

Every verb says at which version the alert was read, and does nothing when it has changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from audit_app.alerts.queries import evidence_of, questions_of, requirements_of, sheet_now
from audit_app.alerts.sheet import frozen_evidence
from audit_app.extensions import db
from audit_app.models import Alert, AlertRequirement, User, remember
from audit_app.models.base import new_reference
from audit_app.rules.alerts import Requirement, problems
from audit_app.rules.completeness import Problem
from audit_app.rules.workflow import ALERT_STEPS, AlertState, Verb, next_state

#: How often to try for a number when others issue at the same moment.
TRIES = 20


class Stale(Exception):
    """Somebody changed the alert after this page was opened; nothing was written."""


class NotReady(Exception):
    """The alert still needs something before it can be submitted."""


def start(author: User, values: Mapping[str, Any]) -> Alert:
    """Begin a draft; not committed, so that a token can go with it."""
    alert = Alert(reference=new_reference(), author_id=author.id, **values)
    db.session.add(alert)
    remember(db.session, author, "started", "alert", alert.reference)
    return alert


def save(
    user: User,
    alert: Alert,
    version: int,
    values: Mapping[str, Any],
    requirements: Mapping[int, Requirement | None] | None = None,
    all_read: bool = True,
) -> None:
    """Save what could be read of a draft, complete or not; not committed.

    ``requirements`` holds, by place, what now stands there; None empties a place, and a place left
    out stays as it is. Saving again what is saved already changes nothing, if ``all_read`` of the
    form could be: what could not may differ too.

    Raises:
        Stale: when the draft was saved after this form was opened, with something else in it.
        NotAllowed: when this person may not change this alert now.
    """
    _allow(user, alert, Verb.SAVE)
    here = (Alert.id == alert.id, Alert.version == version, Alert.state == AlertState.DRAFT)
    claimed = db.session.execute(
        update(Alert)
        .where(*here)
        .values(**values, version=Alert.version + 1)
        .execution_options(synchronize_session=False)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]
        db.session.refresh(alert)
        if not all_read or _differs(alert, values, requirements or {}):
            raise Stale
        return
    for place, requirement in (requirements or {}).items():
        _put(alert, place, requirement)
    remember(db.session, user, "saved", "alert", alert.reference)
    db.session.flush()
    db.session.refresh(alert)


def _differs(
    alert: Alert, values: Mapping[str, Any], requirements: Mapping[int, Requirement | None]
) -> bool:
    """Whether a form holds anything else than what is saved."""
    saved = requirements_of(alert)
    return any(getattr(alert, name) != value for name, value in values.items()) or any(
        saved.get(place) != each for place, each in requirements.items()
    )


def _put(alert: Alert, place: int, requirement: Requirement | None) -> None:
    db.session.execute(
        delete(AlertRequirement).where(
            AlertRequirement.alert_id == alert.id, AlertRequirement.position == place
        )
    )
    if requirement is not None:
        db.session.execute(
            insert(AlertRequirement).values(
                alert_id=alert.id,
                position=place,
                what=requirement.what,
                by_when=requirement.by_when,
            )
        )


def missing(alert: Alert, today: date) -> list[Problem]:
    """What the saved draft still needs before it can be submitted."""
    questions = {f"question_{n}": text for n, text in enumerate(questions_of(alert), start=1)}
    names = ("why_now", "found", "good_looks_like", "how_checked")
    texts = {name: getattr(alert, name) for name in names} | questions
    return problems(texts, requirements_of(alert), alert.review_on, today)


def submit(user: User, alert: Alert, version: int, today: date) -> None:
    """Send a complete draft for approval; not committed.

    Raises:
        NotReady: when something is missing.
        Stale, NotAllowed: as for every verb.
    """
    state = _allow(user, alert, Verb.SUBMIT)
    if missing(alert, today):
        raise NotReady
    _move(alert, version, state, return_note=None)
    remember(db.session, user, "submitted", "alert", alert.reference)


def return_to_author(user: User, alert: Alert, version: int, note: str) -> None:
    """Give a submitted alert back with a note of what must change; not committed."""
    state = _allow(user, alert, Verb.RETURN)
    _move(alert, version, state, return_note=note)
    remember(db.session, user, "returned", "alert", alert.reference)


def approve(user: User, alert: Alert, version: int, today: date) -> None:
    """Approve a submitted alert, and keep the figures it was approved on; not committed."""
    state = _allow(user, alert, Verb.APPROVE)
    read = frozen_evidence(evidence_of(alert, today))
    _move(alert, version, state, approved_by_id=user.id, approved_on=today, evidence=read)
    remember(db.session, user, "approved", "alert", alert.reference)


def issue(user: User, alert: Alert, version: int, today: date) -> None:
    """Give an approved alert its number and freeze all that is printed on it; not committed."""
    state = _allow(user, alert, Verb.ISSUE)
    _number(alert, version, state, today)
    db.session.refresh(alert)
    alert.evidence = sheet_now(alert, today, issued_by=user.name).frozen()
    remember(db.session, user, "issued", "alert", alert.reference)


def _number(alert: Alert, version: int, state: AlertState, today: date) -> None:
    """Take the year's next number; the unique constraint decides between two at one moment."""
    for last_try in (*[False] * (TRIES - 1), True):
        taken = select(func.max(Alert.sequence)).where(Alert.year == today.year)
        sequence = (db.session.scalar(taken) or 0) + 1
        try:
            with db.session.begin_nested():
                _move(alert, version, state, issued_on=today, year=today.year, sequence=sequence)
            return
        except IntegrityError:
            if last_try:
                raise


def _allow(user: User, alert: Alert, verb: Verb) -> AlertState:
    relations = alert.relations_of(user)
    return AlertState(next_state(ALERT_STEPS, alert.state, verb, user.permissions, relations))


def _move(alert: Alert, version: int, state: AlertState, **values: Any) -> None:
    """Change the state, if the alert is still as it was read."""
    here = (Alert.id == alert.id, Alert.version == version, Alert.state == alert.state)
    moved = db.session.execute(
        update(Alert)
        .where(*here)
        .values(state=state, version=Alert.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:  # type: ignore[attr-defined]
        raise Stale
    db.session.expire(alert)
