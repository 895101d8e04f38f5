"""What is kept of an issued alert: its paper and its page, byte by byte as they were made once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from flask import abort, current_app, has_request_context, request
from sqlalchemy import select, update

from audit_app.alerts.printing import printed
from audit_app.alerts.queries import next_in, sheet_now
from audit_app.alerts.sheet import Sheet, thawed
from audit_app.documents.made import Made
from audit_app.extensions import db
from audit_app.models import Alert, HistoryEvent, PublishedDocument, User
from audit_app.models.published import DocumentKind
from audit_app.models.sqlite import WRITES
from audit_app.rules.alerts import written_number
from audit_app.web.prints import Printing
from audit_app.web.published import publish


@dataclass(frozen=True)
class Ready:
    """An alert as it would be issued: its place among the year's, what was drawn, and when."""

    year: int
    sequence: int
    sheet: Sheet
    printing: Printing
    made: Made
    at: datetime


def ready_to_issue(user: User, alert: Alert, today: date, at: datetime) -> Ready:
    """Count and draw an alert as this person would issue it; nothing is written.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    sequence = next_in(today.year)
    number = written_number(current_app.config["SETTINGS"].alert_prefix, today.year, sequence)
    sheet = sheet_now(alert, today, issued_by=user.name)
    sheet = replace(sheet, number=number, issued_on=today)
    return Ready(today.year, sequence, sheet, *printed(sheet, at), at)


def publish_ready(alert: Alert, ready: Ready, by: User) -> PublishedDocument:
    """Keep what was drawn of an alert that is being issued; not committed."""
    return _kept(alert.reference, ready.sheet, ready.printing, ready.made, by, ready.at)


def publish_alert(
    alert: Alert, sheet: Sheet, by: User, at: datetime | None = None, reference: str = ""
) -> None:
    """Print an alert that has just been issued, and keep it for ever; not committed.

    It is of this moment, under a reference of its own, unless others are given.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    print_of_it = printed(sheet, at, reference)
    alert.published = _kept(alert.reference, sheet, *print_of_it, by, at)


def document_of(alert: Alert) -> PublishedDocument:
    """What was published of an issued alert.

    Of one that was issued before documents were kept, it is made once from the sheet that was
    frozen at its issue, and kept from then on, though the request only reads: of two that open it
    at the same moment, one keeps its own, and both get that. It is of the moment of its issue.
    Nothing is made for whoever only asks whether it is there, or fetches ahead.
    """
    if alert.published is not None:
        return alert.published
    if has_request_context() and request.method == "HEAD":
        abort(503)
    number, reference, sheet = alert.id, alert.reference, thawed(alert.evidence or {})
    by, at = _issue_of(alert, sheet)
    print_of_it = printed(sheet, at)
    db.session.rollback()
    db.session.connection(execution_options=WRITES)
    document = _kept(reference, sheet, *print_of_it, by, at)
    unpublished = (Alert.id == number, Alert.published_id.is_(None))
    claimed = db.session.execute(
        update(Alert)
        .where(*unpublished)
        .values(published_id=document.id)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount:  # type: ignore[attr-defined]
        db.session.commit()
    else:
        db.session.rollback()
    return db.session.scalars(select(PublishedDocument).join(Alert).where(Alert.id == number)).one()


def _kept(
    reference: str,
    sheet: Sheet,
    printing: Printing,
    made: Made,
    by: User,
    at: datetime | None = None,
) -> PublishedDocument:
    whole = (made.pdf, made.html)
    return publish(DocumentKind.ALERT, reference, 1, printing, whole, sheet.frozen(), by, at)


def _issue_of(alert: Alert, sheet: Sheet) -> tuple[User, datetime]:
    """Who issued it and when: noon of the day, and its author, where history does not say."""
    issued = (
        HistoryEvent.record_type == "alert",
        HistoryEvent.record_reference == alert.reference,
        HistoryEvent.verb == "issued",
    )
    found = db.session.execute(
        select(User, HistoryEvent.at)
        .join(HistoryEvent)
        .where(*issued)
        .order_by(HistoryEvent.id)
        .limit(1)
    ).first()
    if found is not None:
        return found.User, found.at
    return alert.author, datetime.combine(sheet.issued_on or date.today(), time(12), tzinfo=UTC)
