"""Who opened somebody else's profile, for the history."""

from __future__ import annotations

from audit_app.extensions import db
from audit_app.insight.judging import OPENED, RECORD
from audit_app.models import User, remember
from audit_app.models.sqlite import WRITES


def remember_opened(reader: User, auditor: User) -> None:
    """Write down who reads how somebody judges, though the request that shows it only reads."""
    reference = auditor.reference
    db.session.rollback()
    db.session.connection(execution_options=WRITES)
    remember(db.session, reader, OPENED, RECORD, reference)
    db.session.commit()
