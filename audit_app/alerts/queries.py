"""Reading alerts. Fetching is authorising."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import abort, current_app
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.alerts.audience import audience_of, whole_words_of
from audit_app.alerts.evidence import evidence_of, narrowed_of, thread_names
from audit_app.alerts.sheet import Sheet, frozen_evidence, thawed, thawed_evidence
from audit_app.extensions import db
from audit_app.models import (
    Alert,
    AlertKind,
    PublishedDocument,
    Service,
    Theme,
    Thread,
    User,
)
from audit_app.models.base import JsonObject
from audit_app.rules.alert_evidence import OVERALL, Evidence
from audit_app.rules.alert_steps import ONCE_ISSUED_STATES, OPEN_STATES, AlertState
from audit_app.rules.alerts import QUESTIONS, Requirement, read_number
from audit_app.rules.permissions import Permission
from audit_app.web.prints import fingerprint
from audit_app.web.published import published_figures

_BEYOND_DRAFT = (AlertState.SUBMITTED, AlertState.APPROVED, *ONCE_ISSUED_STATES)


def within_sight(user: User) -> ColumnElement[bool]:
    """Which alerts a person may read: all that were ever issued; approvers also what was submitted,
    and writers drafts. What was discarded is gone from sight.
    """
    if user.can(Permission.ALERT_WRITE):
        return Alert.state != AlertState.DISCARDED
    if user.can(Permission.ALERT_APPROVE):
        return Alert.state.in_(_BEYOND_DRAFT)
    return Alert.state.in_(ONCE_ISSUED_STATES)


def alert_for(user: User, reference: str) -> Alert:
    """The alert with all that is printed on it, if this person may read it; otherwise 404."""
    alert = db.session.scalar(_whole().where(Alert.reference == reference, within_sight(user)))
    if alert is None:
        abort(404)
    return alert


def alert_numbered(text: str) -> Alert | None:
    """The alert with a number such as ``PA 2026/04`` printed on it, whatever came of it since; None
    if there is none.

    Raises:
        ValueError: when the text is not written like an alert's number.
    """
    prefix, year, sequence = read_number(text)
    alert = db.session.scalar(
        _whole().where(
            Alert.state.in_(ONCE_ISSUED_STATES), Alert.year == year, Alert.sequence == sequence
        )
    )
    # What is printed keeps the prefix of its day, whatever the setting says now.
    if alert is None or read_number(issued_sheet(alert)["number"])[0] != prefix:
        return None
    return alert


def _whole() -> Select[Alert]:
    return select(Alert).options(
        joinedload(Alert.author),
        joinedload(Alert.approved_by),
        joinedload(Alert.withdrawn_by),
        joinedload(Alert.published).undefer(PublishedDocument.figures),
        joinedload(Alert.replaces),
        selectinload(Alert.requirements),
        selectinload(Alert.audiences),
    )


def check_once_issued(alert: Alert) -> None:
    """404 for what nobody has been asked to follow yet."""
    if alert.state not in ONCE_ISSUED_STATES:
        abort(404)


def replacement_under_way(alert: Alert) -> Alert | None:
    """The draft that is to replace an alert, until it is issued or discarded."""
    begun = (Alert.replaces_id == alert.id, Alert.state.in_(OPEN_STATES))
    return db.session.scalars(select(Alert).where(*begun).order_by(Alert.id).limit(1)).first()


def successor_of(alert: Alert) -> Alert | None:
    """The alert that superseded this one."""
    issued = (Alert.replaces_id == alert.id, Alert.state.in_(ONCE_ISSUED_STATES))
    newest = select(Alert).where(*issued).order_by(Alert.year, Alert.sequence).limit(1)
    return db.session.scalars(newest).first()


def number_of(alert: Alert) -> str | None:
    """Its number as it was printed, whatever the setting says now; None before issue."""
    if alert.state not in ONCE_ISSUED_STATES:
        return None
    return str(issued_sheet(alert)["number"])


def issued_sheet(alert: Alert) -> JsonObject:
    """All that an alert said when it was issued, as its document holds it.

    One that was issued before documents were kept has only its own copy until somebody opens its
    paper.

    Raises:
        Tampered: when the document is not what was published.
    """
    if alert.published is not None:
        return published_figures(alert.published)
    return alert.evidence or {}


def approved_evidence(alert: Alert) -> Evidence | None:
    """The table the approver read, while the alert waits to be issued."""
    if alert.state is not AlertState.APPROVED or alert.evidence is None:
        return None
    return thawed_evidence(alert.evidence)


def as_published(name: str) -> ColumnElement[Any]:
    """A text of what was issued, in a query that joins an alert to its document where it has one.

    Its fingerprint is checked where the alert itself is opened, and by ``verify-published``.
    """
    kept = PublishedDocument.figures[name].as_string()
    return func.coalesce(kept, Alert.evidence[name].as_string())


def sheet_of(alert: Alert, today: date) -> Sheet:
    """All that the alert says: as frozen when it was issued, else as it stands now."""
    if alert.state in ONCE_ISSUED_STATES:
        return thawed(issued_sheet(alert))
    return sheet_now(alert, today)


def figures_seen(table: Evidence) -> str:
    """The checksum of the figures somebody has before them, to see whether they change."""
    return fingerprint(frozen_evidence(table))


def tells_nothing(alert: Alert, today: date) -> bool:
    """Whether an alert about a part of the authority may show none of its figures."""
    return narrowed_of(alert) is not None and evidence_of(alert, today).confidential


def next_in(year: int) -> int:
    """Which of the year's alerts the next one would be; somebody else may be it first."""
    taken = select(func.max(Alert.sequence)).where(Alert.year == year)
    return (db.session.scalar(taken) or 0) + 1


def sheet_now(alert: Alert, today: date, issued_by: str | None = None) -> Sheet:
    """All that the alert says, drawn afresh; ``issued_by`` is set when it is being issued."""
    settings = current_app.config["SETTINGS"]
    return Sheet(
        number=alert.number(settings.alert_prefix),
        kind=alert.kind.label,
        urgent=alert.kind is AlertKind.ALERT,
        title=alert.title,
        audience=alert.audience,
        audience_whole=whole_words_of(audience_of(alert)) or alert.audience,
        owner=alert.owner,
        issued_on=alert.issued_on,
        issued_by=issued_by,
        review_on=alert.review_on,
        why_now=alert.why_now,
        found=alert.found,
        good_looks_like=alert.good_looks_like,
        requirements=tuple(requirements_of(alert).values()),
        standards=alert.standards,
        questions=questions_of(alert),
        how_checked=alert.how_checked,
        evidence=evidence_of(alert, today),
        author=alert.author.name,
        approved_by=alert.approved_by.name if alert.approved_by else None,
        approved_on=alert.approved_on,
        council=settings.council_name,
        marking=settings.printed_marking,
        replaces=number_of(alert.replaces) if alert.replaces else None,
    )


def requirements_of(alert: Alert) -> dict[int, Requirement]:
    """What readers must do, by its place on the form."""
    return {each.position: Requirement(each.what, each.by_when) for each in alert.requirements}


def questions_of(alert: Alert) -> tuple[str, ...]:
    return tuple(getattr(alert, f"question_{n}") for n in range(1, QUESTIONS + 1))


def threads_to_choose(chosen: Sequence[str], current: Sequence[Thread]) -> list[tuple[str, str]]:
    """The threads a form offers: overall, those in force, and any chosen before."""
    names = thread_names()
    codes = [OVERALL, *(thread.code for thread in current)]
    return [(code, names[code]) for code in [*codes, *(c for c in chosen if c not in codes)]]


def services_to_choose(
    chosen: int | None, in_use: Sequence[tuple[int, str]]
) -> list[tuple[int, str]]:
    """The services a form offers: those in use, and the one chosen before."""
    if chosen is None or chosen in dict(in_use):
        return list(in_use)
    return [
        *in_use,
        (chosen, db.session.scalars(select(Service.name).where(Service.id == chosen)).one()),
    ]


def themes_to_choose(chosen: int | None) -> list[tuple[int, str]]:
    """The themes a form offers: those in use, and the one chosen before."""
    offered = or_(Theme.active, Theme.id == chosen)
    rows = db.session.execute(select(Theme.id, Theme.name).where(offered).order_by(Theme.name))
    return [(number, name) for number, name in rows]
