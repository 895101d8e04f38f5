"""Lists of alerts: those that were issued, and those on their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from audit_app.alerts.queries import as_published, within_sight
from audit_app.extensions import db
from audit_app.models import Alert, AlertKind, User
from audit_app.rules.alert_steps import OPEN_STATES, AlertState
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb

#: The newest open alerts a page looks through; a council has a handful.
_MOST_OPEN = 100


class Standing(StrEnum):
    """Which of the alerts that were issued a list shows."""

    IN_FORCE = "in-force"
    REVIEW_DUE = "review-due"
    PAST = "past"

    @property
    def label(self) -> str:
        return {
            Standing.IN_FORCE: "In force",
            Standing.REVIEW_DUE: "Review due",
            Standing.PAST: "Withdrawn or superseded",
        }[self]


def _stands(standing: Standing, today: date) -> ColumnElement[bool]:
    in_force = Alert.state == AlertState.ISSUED
    match standing:
        case Standing.IN_FORCE:
            return in_force
        case Standing.REVIEW_DUE:
            return and_(in_force, Alert.review_on < today)
        case Standing.PAST:
            return Alert.state.in_([AlertState.WITHDRAWN, AlertState.SUPERSEDED])


@dataclass(frozen=True)
class IssuedLine:
    """An alert that was issued, as a list shows it."""

    reference: str
    number: str
    kind: AlertKind
    title: str
    audience: str
    state: AlertState
    issued_on: date
    review_on: date | None


def count_issued(today: date) -> dict[Standing, int]:
    """How many alerts stand how; those whose review is due are in force too."""
    counts = [func.count().filter(_stands(standing, today)) for standing in Standing]
    found = db.session.execute(select(*counts).select_from(Alert)).one()
    return dict(zip(Standing, found, strict=True))


def latest_issued(
    limit: int, offset: int = 0, standing: Standing = Standing.IN_FORCE, today: date | None = None
) -> list[IssuedLine]:
    """Alerts that were issued, the newest number first. Everybody may read them."""
    rows = db.session.execute(
        select(
            Alert.reference,
            as_published("number").label("number"),
            Alert.kind,
            as_published("title").label("title"),
            Alert.audience,
            Alert.state,
            Alert.issued_on,
            Alert.review_on,
        )
        .outerjoin(Alert.published)
        .where(_stands(standing, today or date.today()))
        .order_by(Alert.year.desc(), Alert.sequence.desc())
        .offset(offset)
        .limit(limit)
    )
    return [IssuedLine(**row) for row in rows.mappings()]


@dataclass(frozen=True)
class OpenLine:
    """An alert not yet issued, and what waits for the reader in it; nothing where nothing does."""

    reference: str
    title: str
    kind: AlertKind
    state: AlertState
    author: str
    waits: str


def open_alerts(user: User) -> list[OpenLine]:
    """Alerts on their way that this person may read: those waiting for them first, then newest."""
    alerts = db.session.scalars(
        select(Alert)
        .where(Alert.state.in_(OPEN_STATES), within_sight(user))
        .options(joinedload(Alert.author))
        .order_by(Alert.id.desc())
        .limit(_MOST_OPEN)
    )
    return sorted((_open_line(user, alert) for alert in alerts), key=lambda line: not line.waits)


def alerts_waiting_for(user: User) -> list[OpenLine]:
    """The open alerts in which it is this person's turn; for the home page."""
    if not (user.can(Permission.ALERT_WRITE) or user.can(Permission.ALERT_APPROVE)):
        return []
    return [line for line in open_alerts(user) if line.waits]


def _open_line(user: User, alert: Alert) -> OpenLine:
    return OpenLine(
        reference=alert.reference,
        title=alert.title,
        kind=alert.kind,
        state=alert.state,
        author=alert.author.name,
        waits=_what_waits(user, alert),
    )


def _what_waits(user: User, alert: Alert) -> str:
    if alert.lets(user, Verb.APPROVE):
        return "Read it, then approve or return it"
    if alert.lets(user, Verb.ISSUE):
        return "Issue it"
    if alert.lets(user, Verb.SAVE):
        return "Change it as the note asks" if alert.return_note else "Finish and submit it"
    return ""
