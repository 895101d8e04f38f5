"""Records of themes and re-audits that a tour of the pages calls at."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.audits.starting import start_again
from audit_app.extensions import db
from audit_app.models import Audit, Theme, User
from audit_app.rules.permissions import Role


def re_audit_records(people: dict[Role, User]) -> dict[str, str]:
    """A theme, an audit that was re-audited, its re-audit, and another re-audit begun."""
    manager = people[Role.TEAM_MANAGER]
    theme = db.session.scalar(select(Theme).limit(1)) or Theme(name="Drift and delay")
    db.session.add(theme)
    recorded = select(Audit).where(Audit.auditor_id == manager.id, Audit.recorded)
    earlier, later = db.session.scalars(recorded.order_by(Audit.audit_date, Audit.id).limit(2))
    later.re_audit_of_id = earlier.id
    later.themes = [theme]
    begun = start_again(manager, later.thread_set, later)
    db.session.commit()
    return {
        "<theme>": theme.reference,
        "<audit followed up>": earlier.reference,
        "<re-audit>": later.reference,
        "<re-audit begun>": begun.reference,
    }
