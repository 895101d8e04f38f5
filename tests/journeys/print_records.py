"""What a tour of prints calls at: a print of the lead’s own, and a published alert."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import DocumentKind, Print, PublishedDocument, User
from audit_app.rules.permissions import Role


def print_records(people: dict[Role, User]) -> dict[str, str]:
    """By what they are; the demonstration has alerts, and nobody has printed a report."""
    printed = Print(
        kind="report",
        title="Overall judgement by calendar year",
        address="/insight/distribution.pdf",
        arguments="by=calendar-year",
        facts={"Basis": "Final (moderated where moderated)", "Audits": "All services and teams"},
        fingerprint="0" * 64,
        checksum="1" * 64,
        printed_by_id=people[Role.PRACTICE_LEAD].id,
    )
    db.session.add(printed)
    db.session.commit()
    alerts = select(PublishedDocument.reference).where(PublishedDocument.kind == DocumentKind.ALERT)
    published = db.session.scalars(alerts.order_by(PublishedDocument.id)).all()[0]
    return {"<print>": printed.reference, "<published alert>": published}
