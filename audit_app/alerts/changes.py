"""What people do with an alert. The only writer of alerts.

Every verb says at which version the alert was read, and does nothing when it has changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from audit_app.alerts.audience import audience_of, words_of
from audit_app.alerts.evidence import evidence_of
from audit_app.alerts.publication_changes import Ready, publish_ready
from audit_app.alerts.queries import (
    figures_seen,
    questions_of,
    replacement_under_way,
    requirements_of,
    tells_nothing,
)
from audit_app.alerts.rows import differs, parts_of, put
from audit_app.alerts.sheet import frozen_evidence
from audit_app.extensions import db
from audit_app.models import Alert, AlertRequirement, User, remember
from audit_app.models.base import new_reference
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alert_steps import ALERT_STEPS, AlertState
from audit_app.rules.alerts import QUESTIONS, Requirement, problems
from audit_app.rules.completeness import Problem
from audit_app.rules.workflow import Verb, next_state

#: What a replacement takes over from the alert that it replaces.
COPIED = (
    "kind",
    "title",
    "owner",
    "evidence_from",
    "evidence_to",
    "evidence_threads",
    "evidence_judgements",
    "evidence_service_id",
    "evidence_theme_id",
)
TEXTS_COPIED = (
    "why_now",
    "found",
    "good_looks_like",
    "standards",
    *(f"question_{place}" for place in range(1, QUESTIONS + 1)),
    "how_checked",
)


class Stale(Exception):
    """Somebody changed the alert after this page was opened; nothing was written."""


class BeingReplaced(Exception):
    """A replacement is on its way already."""

    def __init__(self, replacement: Alert) -> None:
        self.replacement = replacement


class NotReady(Exception):
    """The alert still needs something before it can be submitted."""


class FiguresChanged(Exception):
    """They are no longer those that were read; nothing was written."""


class NothingToShow(Exception):
    """No figure of the audits that the alert rests on may be shown any more."""


class NumberTaken(Exception):
    """Somebody else issued an alert under the number that was drawn; nothing was written."""


def start(author: User, values: Mapping[str, Any], audience: Audience) -> Alert:
    """Begin a draft; not committed, so that a token can go with it."""
    words = words_of(audience)
    alert = Alert(reference=new_reference(), author_id=author.id, audience=words, **values)
    alert.audiences = list(parts_of(audience))
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
    audience: Audience | None = None,
) -> None:
    """Save what could be read of a draft, complete or not; not committed.

    ``requirements`` holds, by place, what now stands there; None empties a place, and a place left
    out stays as it is. So does whom the alert is for, without an ``audience``. Saving again what
    is saved already changes nothing, if ``all_read`` of the form could be: what could not may
    differ too.

    Raises:
        Stale: when the draft was saved after this form was opened, with something else in it.
        NotAllowed: when this person may not change this alert now.
    """
    allow(user, alert, Verb.SAVE)
    if audience is not None:
        values = {**values, "audience": words_of(audience)}
    here = (Alert.id == alert.id, Alert.version == version, Alert.state == AlertState.DRAFT)
    claimed = db.session.execute(
        update(Alert)
        .where(*here)
        .values(**values, version=Alert.version + 1)
        .execution_options(synchronize_session=False)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]
        db.session.refresh(alert)
        if not all_read or differs(alert, values, requirements or {}, audience):
            raise Stale
        return
    if audience is not None:
        alert.audiences = list(parts_of(audience))
    for place, requirement in (requirements or {}).items():
        put(alert, place, requirement)
    remember(db.session, user, "saved", "alert", alert.reference)
    db.session.flush()
    db.session.refresh(alert)


def missing(alert: Alert, today: date) -> list[Problem]:
    """What the saved draft still needs before it can be submitted."""
    questions = {f"question_{n}": text for n, text in enumerate(questions_of(alert), start=1)}
    names = ("why_now", "found", "good_looks_like", "how_checked")
    texts = {name: getattr(alert, name) for name in names} | questions
    return problems(texts, requirements_of(alert), alert.review_on, today)


def submit(user: User, alert: Alert, version: int, today: date) -> None:
    """Send a complete draft for approval; not committed.

    Raises:
        NotReady: when something is missing, or no figure of its audits may be shown.
        Stale, NotAllowed: as for every verb.
    """
    state = allow(user, alert, Verb.SUBMIT)
    if missing(alert, today) or tells_nothing(alert, today):
        raise NotReady
    _move(alert, version, state, return_note=None)
    remember(db.session, user, "submitted", "alert", alert.reference)


def return_to_author(user: User, alert: Alert, version: int, note: str) -> None:
    """Give an alert back that was submitted, or approved already, with a note; not committed."""
    state = allow(user, alert, Verb.RETURN)
    nobody = {"approved_by_id": None, "approved_on": None, "evidence": None}
    _move(alert, version, state, return_note=note, **nobody)
    remember(db.session, user, "returned", "alert", alert.reference)


def approve(user: User, alert: Alert, version: int, today: date) -> None:
    """Approve a submitted alert, and keep the figures it was approved on; not committed.

    Raises:
        NothingToShow: when no figure of its audits may be shown.
        Stale, NotAllowed: as for every verb.
    """
    state = allow(user, alert, Verb.APPROVE)
    read = evidence_of(alert, today)
    if read.confidential:
        raise NothingToShow
    figures = frozen_evidence(read)
    _move(alert, version, state, approved_by_id=user.id, approved_on=today, evidence=figures)
    remember(db.session, user, "approved", "alert", alert.reference)


def discard(user: User, alert: Alert, version: int) -> None:
    """Throw a draft away: nobody comes upon it again, history keeps that it was. Not committed."""
    state = allow(user, alert, Verb.DISCARD)
    _move(alert, version, state)
    remember(db.session, user, "discarded", "alert", alert.reference)


def issue(user: User, alert: Alert, version: int, ready: Ready, today: date) -> None:
    """Give an approved alert the number that was drawn, and publish what was drawn.

    What it replaces is superseded in the same transaction, if it is still in force. Not committed.

    Raises:
        NothingToShow: when no figure of its audits may be shown.
        FiguresChanged: when they are no longer those that were drawn.
        NumberTaken: when somebody else was faster; draw it again.
        Stale, NotAllowed: as for every verb.
    """
    state = allow(user, alert, Verb.ISSUE)
    counted = evidence_of(alert, today)
    if counted.confidential:
        raise NothingToShow
    if figures_seen(counted) != figures_seen(ready.sheet.evidence):
        raise FiguresChanged
    _number(alert, version, state, ready, today)
    alert.evidence = ready.sheet.frozen()
    alert.published = publish_ready(alert, ready, user)
    remember(db.session, user, "issued", "alert", alert.reference)
    _supersede(user, alert)


def _supersede(user: User, successor: Alert) -> None:
    old = successor.replaces
    if old is None:
        return
    in_force = (Alert.id == old.id, Alert.state == AlertState.ISSUED)
    superseded = db.session.execute(
        update(Alert)
        .where(*in_force)
        .values(state=AlertState.SUPERSEDED, version=Alert.version + 1)
        .execution_options(synchronize_session=False)
    )
    if superseded.rowcount:  # type: ignore[attr-defined]
        remember(db.session, user, "superseded", "alert", old.reference)
    db.session.expire(old)


def withdraw(user: User, alert: Alert, version: int, because: str, today: date) -> None:
    """Take an alert out of force, saying why; what was issued stays as it was. Not committed."""
    state = allow(user, alert, Verb.WITHDRAW)
    said = {"withdrawn_on": today, "withdrawn_because": because, "withdrawn_by_id": user.id}
    _move(alert, version, state, **said)
    remember(db.session, user, "withdrawn", "alert", alert.reference)


def start_replacement(user: User, old: Alert) -> Alert:
    """Begin a draft that supersedes an alert in force when it is issued, with all that it says.

    The review date is left to be chosen. Not committed.

    Raises:
        BeingReplaced: when somebody began one that is still on its way.
        NotAllowed: when this alert is not in force, or this person may not.
    """
    lock(old)
    allow(user, old, Verb.SUPERSEDE)
    if begun := replacement_under_way(old):
        raise BeingReplaced(begun)
    values = {name: getattr(old, name) for name in (*COPIED, *TEXTS_COPIED)}
    alert = start(user, values | {"replaces_id": old.id}, audience_of(old))
    alert.requirements = [
        AlertRequirement(position=place, what=each.what, by_when=each.by_when)
        for place, each in requirements_of(old).items()
    ]
    return alert


def _number(alert: Alert, version: int, state: AlertState, ready: Ready, today: date) -> None:
    """Take the number that was drawn; the unique constraint decides between two at one moment."""
    number = {"issued_on": today, "year": ready.year, "sequence": ready.sequence}
    try:
        with db.session.begin_nested():
            _move(alert, version, state, **number)
    except IntegrityError as taken:
        raise NumberTaken from taken


def lock(alert: Alert) -> None:
    """Let nobody else change the alert before this transaction ends, and read it as it is now."""
    db.session.execute(select(Alert.id).where(Alert.id == alert.id).with_for_update())
    db.session.refresh(alert)


def allow(user: User, alert: Alert, verb: Verb) -> AlertState:
    """The state after the verb; NotAllowed, saying why, when this person may not now."""
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
